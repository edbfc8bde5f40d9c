// The spectra of a source: which are shown, and spectral lines moved by redshift and expansion velocity. The server
// draws (smoothing, normalising and stacking are its); what changes with a finger's movement changes here.

import { all, on, whenLoaded } from "./dom.js";
import { shown } from "./theme.js";
import { rootsOf } from "./plots.js";

const LIGHT = 299792.458; // km/s
const NAMES_ACROSS = 45; // names of lines that fit side by side
const hidden = new Set(); // ids of spectra
const drawn = new Map(); // placeholder -> Bokeh document

const panelOf = (element) => element.closest("[data-spectra]");
const boxes = (panel) => all("[data-spectrum]", panel);
const modeOf = (panel) => panel.querySelector("[name=mode]:checked")?.value;
const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "[]");
const plotOf = (panel) => drawn.get(panel.querySelector("[data-plot]"));

// ---- which spectra

/** Show what is ticked, and give the axis the range that suits it. */
function showChosen(panel) {
  for (const box of boxes(panel)) {
    if (box.checked) hidden.delete(box.dataset.spectrum);
    else hidden.add(box.dataset.spectrum);
  }
  for (const button of all("[data-instrument]", panel)) {
    const own = boxes(panel).filter((box) => box.dataset.of === button.dataset.instrument);
    button.setAttribute("aria-pressed", String(own.some((box) => box.checked)));
  }
  const bokeh = plotOf(panel);
  if (!bokeh) return;
  const seen = [];
  for (const { type, tags, view, data_source } of bokeh.all_models) {
    if (type !== "GlyphRenderer" || tags?.[0] !== "spectra") continue;
    const rows = data_source.data;
    const shown = Array.from(rows.id, (id) => !hidden.has(String(id)));
    view.filter.booleans = shown;
    shown.forEach((isShown, n) => {
      if (isShown && rows.low) seen.push(Object.fromEntries(["low", "high", "first", "last", "says"].map((of) => [of, rows[of][n]])));
    });
  }
  if (seen.length) fit(bokeh.get_model_by_name("spectra"), seen);
}

/** The axes are those of the spectra that are seen: another's wavelengths, fluxes and unit are no concern of theirs.
 *  Where one has zoomed to some wavelengths, to look at one line after another spectrum, one stays there. */
function fit(plot, seen) {
  const ends = (from, to) => [Math.min(...seen.map((one) => one[from])), Math.max(...seen.map((one) => one[to]))];
  const { x_range: waves, y_range: fluxes } = plot;
  const [first, last] = ends("first", "last");
  const [low, high] = ends("low", "high");
  const isZoomed = waves.reset_start !== null && (waves.start !== waves.reset_start || waves.end !== waves.reset_end);
  waves.setv({ ...(isZoomed ? {} : { start: first, end: last }), reset_start: first, reset_end: last });
  if (low < high) fluxes.setv({ start: low, end: high, reset_start: low, reset_end: high });
  const [axis] = plot.left;
  axis.tags = axis.tags.length ? axis.tags : [axis.axis_label]; // what it says of all together
  const said = new Set(seen.map((one) => one.says));
  axis.axis_label = said.size === 1 ? [...said][0] : axis.tags[0];
}

function tick(panel, chosen) {
  for (const box of boxes(panel)) box.checked = chosen(box);
  showChosen(panel);
}

/** One at a time: the newest of those ticked, or of all. */
function keepOne(panel) {
  if (modeOf(panel) !== "one") return;
  const kept = boxes(panel).find((box) => box.checked) ?? boxes(panel)[0];
  for (const box of boxes(panel)) box.checked = box === kept;
}

on("change", "[data-spectrum]", (_, box) => {
  const panel = panelOf(box);
  if (modeOf(panel) === "one") tick(panel, (other) => other === box);
  else showChosen(panel);
});
on("keydown", "[data-spectrum]", (event, box) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const list = boxes(panelOf(box));
  const next = list[list.indexOf(box) + step];
  next?.focus();
  if (next && modeOf(panelOf(box)) === "one") tick(panelOf(box), (other) => other === next);
});
on("change", "[data-spectra] [name=mode]", (_, radio) => {
  const panel = panelOf(radio);
  if (radio.value === "one") keepOne(panel);
  else if (boxes(panel).filter((box) => box.checked).length < 2) tick(panel, () => true);
  showChosen(panel);
});
on("click", "[data-instrument]", (_, button) => {
  const visible = button.getAttribute("aria-pressed") !== "true";
  tick(panelOf(button), (box) => (box.dataset.of === button.dataset.instrument ? visible : box.checked));
});
on("click", "[data-spectra-all]", (_, button) => tick(panelOf(button), () => true));
on("click", "[data-spectra-none]", (_, button) => tick(panelOf(button), () => false));

// ---- spectral lines

const shiftOf = (panel, name) => Number(panel.querySelector(`input[type=number][data-shift=${name}]`)?.value) || 0;

/** Where a line is seen: redshifted by z, and blueshifted by gas that comes towards us at v km/s. */
export function seenAt(rest, z, v) {
  const beta = v / LIGHT;
  return rest * (1 + z) * Math.sqrt((1 - beta) / (1 + beta));
}

/** In the dome all is one red: spectra are told apart by how bright they are, the newest brightest. */
function paintSpectra(panel) {
  const list = boxes(panel);
  const dim = 150 / Math.max(list.length - 1, 1);
  const colours = new Map();
  list.forEach((box, n) => {
    box.dataset.colour ??= box.style.getPropertyValue("--band").trim();
    const level = Math.round(255 - n * dim).toString(16).padStart(2, "0");
    const colour = shown() === "night" ? `#${level}${level}${level}` : box.dataset.colour;
    box.style.setProperty("--band", colour);
    colours.set(box.dataset.spectrum, colour);
  });
  for (const renderer of plotOf(panel)?.all_models ?? []) {
    if (renderer.type !== "GlyphRenderer" || renderer.tags?.[0] !== "spectra") continue;
    const { data } = renderer.data_source;
    const painted = Array.from(data.id, (id, n) => colours.get(String(id)) ?? data.colour[n]);
    renderer.data_source.data = { ...data, colour: painted };
  }
}

/** A species' colour, lighter on a dark ground: names in it have to be read. */
function inTheme(hex) {
  if (shown() === "light") return hex;
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `#${parts.map((part) => Math.round(part + (255 - part) * 0.4).toString(16).padStart(2, "0")).join("")}`;
}

function drawLines(panel) {
  const chosen = new Set(all("[data-species][aria-pressed=true]", panel).map((button) => button.dataset.species));
  const withBands = panel.querySelector("[data-bands]")?.getAttribute("aria-pressed") === "true";
  const said = panel.querySelector("[data-lines-chosen]");
  if (said) said.textContent = [...chosen, ...(withBands ? ["telluric bands"] : [])].join(", ");
  const bokeh = plotOf(panel);
  if (!bokeh) return;
  const [z, v] = [shiftOf(panel, "z"), shiftOf(panel, "v")];
  const lines = { x: [], colour: [], name: [] };
  const named = [];
  const range = bokeh.get_model_by_name("spectra")?.x_range;
  const apart = range ? Math.abs(range.end - range.start) / NAMES_ACROSS : 0; // a doublet is named once
  for (const species of read("spectral-line-table"))
    if (chosen.has(species.key))
      species.waves.forEach((rest, n) => {
        const [x, name] = [species.moves ? seenAt(rest, z, v) : rest, species.names[n]];
        lines.x.push(x);
        lines.colour.push(inTheme(species.colour));
        lines.name.push(named.some(([other, at]) => other === name && Math.abs(at - x) < apart) ? "" : name);
        named.push([name, x]);
      });
  const bands = { x0: [], x1: [], middle: [], name: [] };
  if (withBands)
    for (const [low, high, name] of read("telluric-band-table")) {
      bands.x0.push(low);
      bands.x1.push(high);
      bands.middle.push((low + high) / 2);
      bands.name.push(name);
    }
  bokeh.get_model_by_name("spectral-lines").data = lines;
  bokeh.get_model_by_name("telluric-bands").data = bands;
  panel.dataset.lines = lines.x.map((x) => x.toFixed(1)).join(" ");
}

function press(button) {
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  drawLines(panelOf(button));
}

on("click", "[data-species]", (_, button) => press(button));
on("click", "[data-bands]", (_, button) => press(button));

function shift(panel, name, value, from) {
  for (const input of all(`[data-shift=${name}]`, panel)) {
    if (input === from) continue;
    if (input.type === "range" && Number(value) > Number(input.max)) input.max = String(Number(value) * 1.5);
    input.value = value;
  }
  drawLines(panel);
}

on("input", "[data-shift]", (_, input) => shift(panelOf(input), input.dataset.shift, input.value, input));
on("click", "[data-shift-reset]", (_, button) => shift(panelOf(button), "z", button.dataset.shiftReset));

// ---- as things come and go

document.addEventListener("theme:changed", () => {
  for (const panel of all("[data-spectra]")) {
    paintSpectra(panel);
    drawLines(panel);
  }
});

document.addEventListener("plot:ready", ({ target, detail }) => {
  const panel = panelOf(target);
  if (!panel) return;
  const roots = rootsOf(detail.views);
  for (const place of drawn.keys()) if (!place.isConnected) drawn.delete(place);
  drawn.set(target, roots[0].model.document);
  keepOne(panel);
  showChosen(panel);
  paintSpectra(panel);
  drawLines(panel);
});

/** A list that came anew keeps what was ticked; when it tells of other spectra than the plot, that is drawn again. */
whenLoaded((root) => {
  for (const list of all("[data-spectra-version]", root)) {
    const panel = panelOf(list);
    if (!panel) continue;
    for (const box of boxes(panel)) box.checked = !hidden.has(box.dataset.spectrum);
    paintSpectra(panel);
    const { spectraVersion: version } = list.dataset;
    if (version === panel.dataset.version) continue;
    const before = panel.dataset.version;
    panel.dataset.version = version;
    panel.querySelector(".count").textContent = String(boxes(panel).length);
    if (before && version) htmx.trigger(panel.querySelector("#spectra-controls"), "submit");
    else htmx.ajax("GET", panel.dataset.spectraFrom, { target: panel, swap: "outerHTML" });
  }
  const first = all("[data-spectra]", root)[0];
  const slider = first?.querySelector("input[type=range][data-shift=z]");
  if (slider && shiftOf(first, "z") > Number(slider.max)) shift(first, "z", shiftOf(first, "z"));
});
