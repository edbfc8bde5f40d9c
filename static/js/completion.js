// Completion of a stream's fields while a condition is typed: `data-completes="/address"` on a textarea, whose answer
// is {"fields": [[path, type, note]]}. Arrows choose, Tab or Enter takes, Escape leaves. Inside a lambda's body
// `p.` offers the fields of the lists. An element with `data-mirrors="id"` carries the text of another form's box.

import { el, on } from "./dom.js";

const MOST = 12;
const known = new Map();
const list = el("ul", { class: "completions", role: "listbox", id: "completions", hidden: "" });
let box = null;
let chosen = 0;
let offered = [];

async function fieldsOf(address) {
  if (!known.has(address)) {
    known.set(
      address,
      fetch(address, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : { fields: [] }))
        .then((answer) => answer.fields)
        .catch(() => []),
    );
  }
  return known.get(address);
}

function wordBefore(area) {
  return area.value.slice(0, area.selectionStart).match(/[A-Za-z_][\w.]*$/)?.[0] ?? "";
}

/** Fields that begin with the word come first, then those that hold it; of a list's records the part behind []. */
function matches(fields, word) {
  const wanted = word.toLowerCase();
  const lambda = wanted.match(/^[a-z]\.(\w*)$/);
  const found = [];
  const seen = new Set();
  for (const [path, kind, note] of fields) {
    const inList = path.split("[].");
    const name = lambda ? (inList.length > 1 ? `${word.slice(0, 2)}${inList.at(-1)}` : "") : path.split("[]")[0];
    if (!name || seen.has(name)) continue;
    const at = name.toLowerCase().indexOf(wanted);
    if (at < 0 || name.toLowerCase() === wanted) continue;
    seen.add(name);
    const isList = !lambda && inList.length > 1;
    found.push({ name, kind: isList ? "list" : kind, note: isList ? "" : note, rank: at === 0 ? 0 : /[._]/.test(name[at - 1]) ? 1 : 2 });
  }
  return found.sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || a.name.localeCompare(b.name)).slice(0, MOST);
}

function hide() {
  list.hidden = true;
  box?.removeAttribute("aria-activedescendant");
  box?.setAttribute("aria-expanded", "false");
}

function draw() {
  list.replaceChildren(
    ...offered.map(({ name, kind, note }, i) => {
      const item = el("li", { role: "option", id: `completion-${i}`, "aria-selected": String(i === chosen) }, el("code", {}, name), el("span", { class: "quiet" }, ` ${kind}`));
      if (note) item.append(el("span", { class: "quiet small" }, ` · ${note}`));
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        chosen = i;
        take();
      });
      return item;
    }),
  );
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", `completion-${chosen}`);
}

function take() {
  const word = wordBefore(box);
  const end = box.selectionStart;
  box.setRangeText(offered[chosen].name, end - word.length, end, "end");
  hide();
  box.dispatchEvent(new Event("input", { bubbles: true }));
  hide();
}

async function offer(area) {
  const fields = await fieldsOf(area.dataset.completes);
  const word = wordBefore(area);
  if (document.activeElement !== area || word.length < 2) {
    hide();
    return;
  }
  offered = matches(fields, word);
  if (!offered.length) {
    hide();
    return;
  }
  if (box !== area || !list.isConnected) area.after(list);
  box = area;
  chosen = 0;
  list.hidden = false;
  area.setAttribute("aria-expanded", "true");
  area.setAttribute("aria-controls", "completions");
  draw();
}

on("focusin", "[data-completes]", (_, area) => fieldsOf(area.dataset.completes));
on("input", "[data-completes]", (_, area) => offer(area));
on("focusout", "[data-completes]", hide);
on("keydown", "[data-completes]", (event) => {
  if (list.hidden) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    chosen = (chosen + step + offered.length) % offered.length;
    draw();
  } else if (event.key === "Tab" || event.key === "Enter") take();
  else if (event.key === "Escape") hide();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("submit", (event) => {
  for (const mirror of event.target.querySelectorAll("[data-mirrors]")) {
    mirror.value = document.getElementById(mirror.dataset.mirrors)?.value ?? mirror.value;
  }
});
