// Live plots: a `[data-plot]` placeholder made by skyportal.web.bokeh.embed. BokehJS is loaded when the first
// one comes into view; the server's still picture stays until the live plot is drawn, and if that fails.

import { all, el, script, whenLoaded } from "./dom.js";
import { colour, shown } from "./theme.js";

const live = new Map(); // placeholder -> views

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        seen.unobserve(target);
        draw(target).catch((error) => console.warn("plot", target.id, error));
      }
  },
  { rootMargin: "200px" },
);

let turns = 0;

async function draw(place) {
  const turn = ++turns;
  place.dataset.turn = turn;
  const [item] = await Promise.all([figureOf(place), script("bokeh")]);
  const isLate = () => !place.isConnected || Number(place.dataset.turn) !== turn; // asked for anew meanwhile
  if (!item || isLate()) return;
  spellOut(item);
  const ground = el("div", { class: "sky-plot-live", id: `${place.id}-live-${turn}` });
  place.append(ground);
  const views = await window.Bokeh.embed.embed_item({ ...item, target_id: ground.id }, ground.id);
  if (isLate()) {
    ground.remove();
    forget(views);
    return;
  }
  // what was drawn before stood until now
  for (const other of all(".sky-plot-live", place)) if (other !== ground) other.remove();
  if (live.has(place)) forget(live.get(place));
  live.set(place, views);
  paint(views);
  thinTicks(views, place.clientWidth);
  passOver(views);
  place.dataset.ready = "";
  place.dispatchEvent(new CustomEvent("plot:ready", { bubbles: true, detail: { views } }));
}

/** Text columns come as words, and which word each row has, in the source's tags: put them where they belong. */
function spellOut(part) {
  if (!part || typeof part !== "object") return;
  const attributes = part.name === "ColumnDataSource" && part.attributes;
  if (!attributes) Object.values(part).forEach(spellOut);
  else if (attributes.tags?.[0]) {
    const texts = plain(plain(attributes.tags[0]).texts ?? {});
    for (const entry of attributes.data.entries) {
      const text = texts[entry[0]] && plain(texts[entry[0]]);
      if (text) entry[1] = Array.from(codesOf(text), (code) => text.words[code]);
    }
  }
}

const plain = (map) => (map.type === "map" ? Object.fromEntries(map.entries) : map);

/** Bytes where 256 numbers are enough for the words, else four bytes each. */
function codesOf({ codes, words }) {
  const bytes = Uint8Array.from(atob(codes), (letter) => letter.charCodeAt(0));
  return words.length <= 256 ? bytes : new Int32Array(bytes.buffer);
}

/** Draw what the place's address gives now. */
export function redraw(place) {
  return draw(place).catch((error) => console.warn("plot", place.id, error));
}

/** The views of whole figures: embedding gives several or one. */
export const rootsOf = (views) => (typeof views[Symbol.iterator] === "function" ? [...views] : (views.roots ?? [views]));

function forget(views) {
  rootsOf(views).forEach((view) => view.model?.document?.clear());
}

/** The figure's JSON: beside the placeholder, or at an address of its own. */
async function figureOf(place) {
  if (place.dataset.plotFrom) {
    const answer = await fetch(place.dataset.plotFrom, { headers: { Accept: "application/json" } });
    return answer.ok ? answer.json() : null;
  }
  const source = document.getElementById(place.dataset.plot);
  return source && JSON.parse(source.textContent);
}

function palette() {
  // night's filter turns these greys red; red itself would come out too dark to read
  if (shown() === "night") return { text: "#909090", quiet: "#747474", line: "#505050", grid: "#282828" };
  return { text: colour("--sky-text"), quiet: colour("--sky-quiet"), line: colour("--sky-border-strong"), grid: colour("--sky-border") };
}

/** Give a plot the colours of the theme. Marks keep their own: a bandpass has one colour. */
function paint(views) {
  const colours = palette();
  const font = getComputedStyle(document.body).fontFamily;
  const looks = {
    Axis: { axis_label_text_color: colours.quiet, axis_label_text_font: font, major_label_text_color: colours.quiet, major_label_text_font: font, axis_line_color: colours.line, axis_line_alpha: 1, major_tick_line_color: colours.line, major_tick_line_alpha: 1 },
    Grid: { grid_line_color: colours.grid, grid_line_alpha: 1 },
    Legend: { label_text_color: colours.text, label_text_font: font },
    Title: { text_color: colours.text, text_font: font },
    Label: { text_color: colours.quiet, text_font: font },
  };
  for (const model of modelsOf(views))
    for (const [kind, look] of Object.entries(looks))
      if (model.type === kind || (kind === "Axis" && model.type.endsWith("Axis")))
        if (!model.tags?.includes("own-colours")) model.setv(look);
}

/** Bokeh asks for six ticks however narrow an axis is, and on a phone their labels run into each other. */
function thinTicks(views, width) {
  const most = Math.max(3, Math.floor(width / 90));
  if (most >= 6) return;
  for (const { below = [] } of modelsOf(views))
    for (const axis of below) if (axis.ticker?.desired_num_ticks > most) axis.ticker.desired_num_ticks = most;
}

/** A plot does nothing at a key, so that the key passes it over: what it says is in tables and controls beside it. */
function passOver(views) {
  for (const { canvas_view: canvas } of rootsOf(views)) if (canvas?.events_el) canvas.events_el.tabIndex = -1;
}

function* modelsOf(views) {
  const documents = new Set(rootsOf(views).map((view) => view.model?.document).filter(Boolean));
  for (const each of documents) yield* each.all_models;
}

// the labels of hover cards are light blue on any ground; their sheet is their own, and is given ours
const cards = new CSSStyleSheet();
cards.replaceSync(".bk-tooltip-row-label { color: var(--sky-quiet); } .bk-tooltip-row-value { overflow-wrap: anywhere; }");
new MutationObserver((records) => {
  for (const { addedNodes } of records)
    for (const node of addedNodes)
      if (node.shadowRoot && node.matches(".bk-Tooltip")) node.shadowRoot.adoptedStyleSheets = [...node.shadowRoot.adoptedStyleSheets, cards];
}).observe(document.body, { childList: true });

document.addEventListener("theme:changed", () => live.forEach(paint));

// a fragment that goes takes its plots with it
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  for (const [place, views] of live)
    if (event.detail.elt.contains?.(place)) {
      live.delete(place);
      forget(views);
    }
});

whenLoaded((root) => all("[data-plot]", root).forEach((place) => seen.observe(place)));
