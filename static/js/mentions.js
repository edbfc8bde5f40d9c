// After an @ in `<textarea data-mentions="/address">` people and groups are offered: arrows choose, Enter or Tab takes,
// Escape leaves. The server answers ?q=… with {results: [{value, label, detail}]}.

import { el, on } from "./dom.js";

let list = null;
let field = null;
let asked = 0;

/** The word that is being typed after an @, or null. */
function word(area) {
  const before = area.value.slice(0, area.selectionStart);
  return before.match(/(?:^|[^\w@.])@([\w.+-]*)$/)?.[1] ?? null;
}

function close() {
  list?.remove();
  list = null;
  field?.removeAttribute("aria-activedescendant");
}

function show(area, results) {
  close();
  if (!results.length) return;
  field = area;
  list = el("ul", { class: "mention-list", role: "listbox", id: "mention-list", "aria-label": "People and groups" });
  results.forEach(({ value, label, detail }, n) => {
    const entry = el("li", { role: "option", id: `mention-${n}`, "data-value": value }, el("b", {}, `@${label}`));
    if (detail) entry.append(el("span", {}, detail));
    list.append(entry);
  });
  area.after(list);
  mark(list.firstElementChild);
}

function mark(entry) {
  for (const other of list.children) other.setAttribute("aria-selected", other === entry);
  field.setAttribute("aria-activedescendant", entry.id);
  entry.scrollIntoView({ block: "nearest" });
}

function take(entry) {
  const { selectionStart: at, value } = field;
  const start = at - word(field).length;
  field.setRangeText(`${entry.dataset.value} `, start, at, "end");
  if (value[at] === " ") field.setRangeText("", start + entry.dataset.value.length + 1, start + entry.dataset.value.length + 2, "end");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

on("input", "textarea[data-mentions]", async (_, area) => {
  const typed = word(area);
  const mine = ++asked;
  if (typed === null) {
    close();
    return;
  }
  try {
    const answer = await fetch(`${area.dataset.mentions}?${new URLSearchParams({ q: typed })}`);
    const { results } = await answer.json();
    if (mine === asked && area.isConnected) show(area, results);
  } catch {
    close();
  }
});

document.addEventListener(
  "keydown",
  (event) => {
    if (!list?.isConnected || event.target !== field) return;
    const entries = [...list.children];
    const here = entries.findIndex((entry) => entry.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(entries[(here + step + entries.length) % entries.length]);
    } else if (event.key === "Enter" || event.key === "Tab") take(entries[here]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

on("mousedown", ".mention-list li", (event, entry) => {
  event.preventDefault(); // the field keeps the focus
  take(entry);
});
document.addEventListener("focusout", (event) => event.target === field && close());
