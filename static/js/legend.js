// A legend in the page for plots that name it in data-plot-legend: its buttons show and hide rows of every plot,
// by the column "series" and the row filter that `plots.py` gives each renderer.

import { all, on } from "./dom.js";

const drawn = new Map(); // legend id -> documents of its plots

function hiddenIn(legend) {
  return new Set(all("[data-series][aria-pressed=false]", legend).map((button) => button.dataset.series));
}

function apply(legend) {
  const hidden = hiddenIn(legend);
  for (const each of drawn.get(legend.id) ?? [])
    for (const model of each.all_models) {
      const filter = model.type === "GlyphRenderer" && model.view?.filter;
      const keys = filter && model.data_source.data.series;
      if (keys) filter.booleans = hidden.size ? Array.from(keys, (key) => !hidden.has(key)) : null;
    }
}

function press(legend, pressed, chosen = () => true) {
  for (const button of all("[data-series]", legend)) if (chosen(button)) button.setAttribute("aria-pressed", String(pressed));
  apply(legend);
}

const legendOf = (button) => button.closest(".plot-legend");

on("click", "[data-series]", (_, button) => press(legendOf(button), button.getAttribute("aria-pressed") === "false", (b) => b === button));
on("click", "[data-series-all]", (_, button) => press(legendOf(button), true));
on("click", "[data-series-none]", (_, button) => press(legendOf(button), false));

document.addEventListener("plot:ready", ({ target, detail }) => {
  const legend = document.getElementById(target.dataset.plotLegend ?? "");
  if (!legend) return;
  const roots = typeof detail.views[Symbol.iterator] === "function" ? [...detail.views] : (detail.views.roots ?? [detail.views]);
  const documents = roots.map((view) => view.model?.document).filter(Boolean);
  const others = [...(drawn.get(legend.id) ?? [])].filter((each) => each.roots().length);
  drawn.set(legend.id, new Set([...others, ...documents]));
  apply(legend);
});
