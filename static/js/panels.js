// The panels of the source page: dragged or moved by the arrow keys, folded, hidden, and the columns' widths. Where
// they are is kept on the server, for the person and not for the browser.

import { all, on, script } from "./dom.js";

const page = document.querySelector("[data-panels]");
const says = document.querySelector("[data-panels-say]");
const columns = () => all(":scope > [data-column]", page);
const panelsIn = (column) => all(":scope > [data-panel]", column);
const keys = (panels) => panels.map((panel) => panel.dataset.panel);

function layout() {
  const [main, side] = columns();
  const every = all("[data-panel]", page);
  const split = Number.parseInt(page.style.getPropertyValue("--split"), 10);
  return {
    main: keys(panelsIn(main)),
    side: keys(panelsIn(side)),
    hidden: keys(every.filter((panel) => panel.hidden)),
    collapsed: keys(every.filter((panel) => panel.dataset.collapsed !== undefined)),
    ...(Number.isFinite(split) && { split }),
  };
}

let due = 0;

/** Keep it soon: somebody who arranges a page does several things in a row. */
function keep(words = "") {
  if (words && says) says.textContent = words;
  clearTimeout(due);
  page.dataset.keeping = "";
  due = setTimeout(async () => {
    due = 0;
    const values = { layout: JSON.stringify(layout()) };
    await htmx.ajax("POST", page.dataset.panels, { source: page, values, swap: "none" });
    if (!due) delete page.dataset.keeping;
  }, 250);
}

function fold(panel, folded) {
  panel.toggleAttribute("data-collapsed", folded);
  panel.querySelector("[data-panel-fold]").setAttribute("aria-expanded", String(!folded));
  keep(`${panel.dataset.panelTitle} ${folded ? "folded" : "open"}`);
}

function show(panel, shown) {
  panel.hidden = !shown;
  const box = document.querySelector(`[data-panel-shown="${panel.dataset.panel}"]`);
  if (box) box.checked = shown;
  keep(`${panel.dataset.panelTitle} ${shown ? "shown" : "hidden"}`);
}

/** By one place up or down past panels that are shown, or into the other column. */
function move(panel, key) {
  const [main, side] = columns();
  const here = panel.parentElement;
  const siblings = panelsIn(here).filter((other) => !other.hidden);
  const at = siblings.indexOf(panel);
  if (key === "ArrowUp" && at > 0) siblings[at - 1].before(panel);
  else if (key === "ArrowDown" && at < siblings.length - 1) siblings[at + 1].after(panel);
  else if (key === "ArrowLeft" && here === side) main.append(panel);
  else if (key === "ArrowRight" && here === main) side.append(panel);
  else return;
  panel.querySelector("[data-panel-move]").focus();
  panel.scrollIntoView({ block: "nearest" });
  const now = panelsIn(panel.parentElement);
  keep(`${panel.dataset.panelTitle} is ${now.indexOf(panel) + 1} of ${now.length}`);
}

function widen(percent) {
  const bar = page.querySelector("[data-panels-split]");
  const value = Math.round(Math.min(85, Math.max(40, percent)));
  page.style.setProperty("--split", String(value));
  bar.setAttribute("aria-valuenow", String(value));
  keep();
}

function drag(event, bar) {
  if (event.button) return;
  event.preventDefault();
  bar.setPointerCapture(event.pointerId);
  const { left, width } = page.getBoundingClientRect();
  const follow = (moved) => widen(((moved.clientX - left) / width) * 100);
  bar.addEventListener("pointermove", follow);
  bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", follow), { once: true });
}

if (page) {
  on("click", "[data-panel-fold]", (_, button) => {
    const panel = button.closest("[data-panel]");
    fold(panel, panel.dataset.collapsed === undefined);
  });
  on("click", "[data-panel-hide]", (_, button) => show(button.closest("[data-panel]"), false));
  on("change", "[data-panel-shown]", (_, box) =>
    show(page.querySelector(`[data-panel="${box.dataset.panelShown}"]`), box.checked),
  );
  on("keydown", "[data-panel-move]", (event, button) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    move(button.closest("[data-panel]"), event.key);
  });
  on("pointerdown", "[data-panels-split]", drag);
  on("keydown", "[data-panels-split]", (event, bar) => {
    const step = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
    if (!step) return;
    event.preventDefault();
    widen(Number(bar.getAttribute("aria-valuenow")) + step);
  });
  /** On a phone a panel is higher than the screen: while one is dragged all are their titles, and it stays put. */
  const titles = (item, on) => {
    if (on && !matchMedia("(max-width: 767.98px)").matches) return;
    const before = item.getBoundingClientRect().top;
    page.toggleAttribute("data-arranging", on);
    window.scrollBy(0, item.getBoundingClientRect().top - before);
  };
  script("sortable").then(() => {
    for (const column of columns())
      window.Sortable.create(column, {
        group: "panels",
        handle: "[data-panel-move]",
        draggable: "[data-panel]",
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
        onStart: ({ item }) => titles(item, true),
        onEnd: ({ item }) => {
          titles(item, false);
          keep(`${item.dataset.panelTitle} moved`);
        },
      });
  });
}
