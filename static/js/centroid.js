// The scales of the centroid plot: the source in the middle, east to the left.

import { on } from "./dom.js";
import { rootsOf } from "./plots.js";

let ranges = null;

document.addEventListener("plot:ready", ({ target, detail }) => {
  if (target.id !== "centroid-plot") return;
  const roots = rootsOf(detail.views);
  const { x_range: x, y_range: y } = roots[0].model;
  ranges = { x, y };
});

on("click", "[data-centroid-half]", (_, button) => {
  const half = Number(button.dataset.centroidHalf);
  ranges?.x.setv({ start: half, end: -half });
  ranges?.y.setv({ start: -half, end: half });
});
