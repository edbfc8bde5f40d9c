// A legend in the page for plots that name it in data-plot-legend: its buttons show and hide rows of every plot, each
// by a column of the plot's data (data-column), through the row filter that `plots/` gives each renderer. What is
// hidden stays hidden when the fragment is fetched again.

import { all, on, whenLoaded } from "./dom.js";
import { rootsOf } from "./plots.js";

const drawn = new Map(); // legend id -> documents of its plots
const hidden = new Map(); // legend id -> Set of "column key"

const hiddenIn = (legend) => hidden.get(legend.id) ?? new Set();
const nameOf = (button) => `${button.dataset.column} ${button.dataset.series}`;
const legendOf = (button) => button.closest(".plot-legend");

/** Row filters of all plots of a legend, with the data they filter. */
export function* renderersOf(legendId) {
  for (const each of drawn.get(legendId) ?? [])
    for (const model of each.all_models) if (model.type === "GlyphRenderer" && model.view?.filter) yield model;
}

function apply(legend) {
  const away = hiddenIn(legend);
  const columns = [...new Set([...away].map((name) => name.split(" ", 1)[0]))];
  for (const { view, data_source } of renderersOf(legend.id)) {
    const length = data_source.data.x?.length ?? 0;
    const isShown = (_, row) => columns.every((column) => !away.has(`${column} ${data_source.data[column]?.[row]}`));
    view.filter.booleans = away.size ? Array.from({ length }, isShown) : null;
  }
}

function press(legend, buttons, pressed) {
  const away = hiddenIn(legend);
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(pressed));
    if (pressed) away.delete(nameOf(button));
    else away.add(nameOf(button));
  }
  hidden.set(legend.id, away);
  apply(legend);
}

const partOf = (button) => all("[data-series]", button.closest(".part"));

on("click", "[data-series]", (_, button) => press(legendOf(button), [button], button.getAttribute("aria-pressed") === "false"));
on("click", "[data-series-all]", (_, button) => press(legendOf(button), partOf(button), true));
on("click", "[data-series-none]", (_, button) => press(legendOf(button), partOf(button), false));

whenLoaded((root) => {
  for (const button of all("[data-series]", root)) button.setAttribute("aria-pressed", String(!hiddenIn(legendOf(button)).has(nameOf(button))));
});

document.addEventListener("plot:ready", ({ target, detail }) => {
  const legend = document.getElementById(target.dataset.plotLegend ?? "");
  if (!legend) return;
  const roots = rootsOf(detail.views);
  const documents = roots.map((view) => view.model?.document).filter(Boolean);
  const others = [...(drawn.get(legend.id) ?? [])].filter((each) => each.roots().length);
  drawn.set(legend.id, new Set([...others, ...documents]));
  apply(legend);
});
