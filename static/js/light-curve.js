// How a light curve is drawn (`form[data-look-of]` names the plot): a change fetches the figure again, the size of
// points changes in place. The fragment round it remembers the look in its address, so that a live refresh keeps it.
// And its table: points chosen row by row.

import { all, el, on, whenLoaded } from "./dom.js";
import { openDrawer } from "./drawer.js";
import { renderersOf } from "./legend.js";
import { redraw, rootsOf } from "./plots.js";

const lookOf = (form) => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));

function remember(form, look) {
  const watched = form.closest("[data-from]");
  if (watched) watched.dataset.from = `${watched.dataset.from.split("?")[0]}?${look}`;
}

on("change", "form[data-look-of]", (event, form) => {
  const place = document.getElementById(form.dataset.lookOf);
  const look = lookOf(form);
  remember(form, look);
  place.dataset.plotFrom = `${form.action}?${look}`;
  if (!event.target.matches("[data-point-size]")) redraw(place);
});

on("input", "[data-point-size]", (event, slider) => {
  const place = document.getElementById(slider.form.dataset.lookOf);
  for (const { glyph } of renderersOf(place.dataset.plotLegend)) if (glyph.type === "Scatter") glyph.size = { value: Number(slider.value) };
});

on("submit", "form[data-look-of], #points", (event) => {
  event.preventDefault();
  const bar = document.activeElement.closest("[data-for-chosen]"); // Enter in "why" marks the points
  bar?.querySelector("[hx-post]").click();
});

// ---- a click on a point opens what is known of it, with the cutouts of its alert

const REACH = 10; // px
const views = new Map(); // placeholder -> view of its plot
let pressedAt = [0, 0];

/** The point nearest to a place in the plot, in pixels; of what is shown. */
function pointAt(view, x, y) {
  const canvas = view.canvas_view?.el ?? view.el;
  const box = canvas.getBoundingClientRect();
  if (!view.frame.bbox.contains(x - box.left, y - box.top)) return null;
  let [best, nearest] = [null, REACH ** 2];
  for (const { type, glyph, view: rows, data_source } of view.model.renderers) {
    if (type !== "GlyphRenderer" || glyph.type !== "Scatter") continue;
    const { data } = data_source;
    const across = view.frame.x_scale.v_compute(Array.from(data.x));
    const down = view.frame.y_scale.v_compute(Array.from(data.y));
    const isShown = rows.filter?.booleans;
    for (let row = 0; row < across.length; row += 1) {
      const distance = (across[row] + box.left - x) ** 2 + (down[row] + box.top - y) ** 2;
      if (distance < nearest && (isShown?.[row] ?? true) && data.id[row] > 0) [best, nearest] = [data.id[row], distance];
    }
  }
  return best;
}

document.addEventListener("plot:ready", ({ target, detail }) => {
  const place = target.closest("[data-point-from]");
  if (!place) return;
  for (const each of views.keys()) if (!each.isConnected) views.delete(each);
  views.set(place, rootsOf(detail.views)[0]);
});
on("pointerdown", "[data-point-from]", (event) => {
  pressedAt = [event.clientX, event.clientY];
});
on("click", "[data-point-from]", (event, place) => {
  const view = views.get(place);
  if (!view || Math.hypot(event.clientX - pressedAt[0], event.clientY - pressedAt[1]) > 4) return; // that was a drag
  const point = pointAt(view, event.clientX, event.clientY);
  if (point) openDrawer(place.dataset.pointFrom.replace(/0$/, point), { title: `Point ${point}` });
});

// ---- what one looks at stays when the fragment is fetched again

let tableFrom = "";

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.target?.id !== "photometry-table" || detail.verb !== "get") return;
  delete detail.parameters.point; // which are chosen is not the table's to know
  if (detail.elt.id === "photometry-table" && tableFrom) {
    [detail.path] = tableFrom.split("?");
    detail.parameters = Object.fromEntries(new URLSearchParams(tableFrom.split("?")[1] ?? ""));
  }
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.target?.id === "photometry-table" && detail.requestConfig.verb === "get") tableFrom = detail.pathInfo.finalRequestPath ?? "";
});

// the choice of columns stays open while one ticks one after another, and the key stays where it is
let isChoosing = false;
let heldLast = "";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "photometry-table") return;
  const choice = detail.target.querySelector("[data-joined]")?.closest("details");
  if (choice) isChoosing = choice.open; // none while the table is on its way
  if (detail.target.contains(document.activeElement)) heldLast = document.activeElement.id;
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const choice = detail.target?.id === "photometry-table" && detail.target.querySelector("[data-joined]")?.closest("details");
  if (!choice) return;
  choice.open = isChoosing;
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "photometry-table" || !detail.target.querySelector("#points")) return;
  if (document.activeElement === document.body) document.getElementById(heldLast)?.focus({ preventScroll: true });
  heldLast = "";
});

// ---- the table: rows chosen, columns joined into one parameter

const chosen = new Set(); // outlives a table that is fetched again, also of points that it shows no more, and pages
const unsent = new Map(); // and so does what was written for the chosen points, until it is sent

on("input", "#points [data-for-chosen] :is(input, select)", (_, field) => unsent.set(field.name, field.value));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "photometry-table" || detail.requestConfig.verb !== "post" || !detail.shouldSwap) return;
  unsent.clear();
  if (detail.requestConfig.elt.matches("[data-unmakes]")) chosen.clear(); // they are no more
});

const boxesOf = (form) => all("input[type=checkbox][name=point]", form);

/** What is chosen on this page, and as hidden fields what is chosen besides. */
function count(form) {
  for (const box of boxesOf(form)) chosen[box.checked ? "add" : "delete"](box.value);
  for (const field of all("[data-elsewhere]", form)) field.remove();
  const here = new Set(boxesOf(form).map((box) => box.value));
  const elsewhere = [...chosen].filter((point) => !here.has(point));
  form.append(...elsewhere.map((value) => el("input", { type: "hidden", name: "point", value, "data-elsewhere": "" })));
  for (const bar of all("[data-for-chosen]", form)) bar.hidden = !chosen.size;
  for (const number of all("[data-chosen-count]", form)) number.textContent = chosen.size;
  for (const words of all("[data-chosen-elsewhere]", form)) words.textContent = elsewhere.length ? `, ${elsewhere.length} of them not in this table` : "";
  for (const one of all("[data-for-one]", form)) one.disabled = chosen.size !== 1;
}

whenLoaded((root) => {
  for (const form of all("#points", root)) {
    for (const box of boxesOf(form)) box.checked = chosen.has(box.value);
    for (const [name, value] of unsent) if (form.elements[name]) form.elements[name].value = value;
    count(form);
  }
});

on("change", "#points input[type=checkbox][name=point]", (_, box) => count(box.form));
on("change", "#points [data-choose-all]", (_, box) => {
  for (const other of boxesOf(box.form)) other.checked = box.checked;
  count(box.form);
});
on("click", "#points [data-choose-none]", (_, button) => {
  chosen.clear();
  for (const box of boxesOf(button.form)) box.checked = false;
  button.form.querySelector("[data-choose-all]").checked = false;
  count(button.form);
  button.form.querySelector("[data-choose-all]").focus();
});
on(
  "change",
  "[data-joined] input",
  (_, box) => {
    const list = box.closest("[data-joined]");
    box.form.elements[list.dataset.joined].value = all("input:checked", list).map((each) => each.value).join(",");
  },
  { capture: true },
);

// a file that was dropped is looked at at once
on("change", "input[type=file][data-submits]", (_, input) => input.files.length && input.form.requestSubmit());
