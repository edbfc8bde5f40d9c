// Quick search and command palette: Ctrl/Cmd-K, `/`, or the box in the top bar. Places and page actions
// (whatever has data-key-label) answer at once; objects, coordinates, groups and events come from the search
// address: {results: [{kind, label, detail, url}]}.

import { all, el, isVisible, on } from "./dom.js";
import { setTheme } from "./theme.js";

const box = document.getElementById("palette");
const input = box?.querySelector("input");
const list = box?.querySelector("[role=listbox]");
const RECENT = "sky_recent";
let chosen = 0;
let shown = [];
let asked = null;
let timer;

function recent() {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

function recall(entry) {
  try {
    const others = recent().filter((other) => other.url !== entry.url);
    localStorage.setItem(RECENT, JSON.stringify([entry, ...others].slice(0, 6)));
  } catch {
    // nothing is lost but convenience
  }
}

function actions() {
  const seen = new Set();
  const found = [];
  const add = (entry) => {
    if (seen.has(entry.label)) return;
    seen.add(entry.label);
    found.push(entry);
  };
  for (const element of all("main [data-key-label], main .page-head .actions :is(a, button)"))
    if (isVisible(element) && !element.closest("[data-item]:not([data-current])"))
      add({
        kind: "This page",
        label: element.dataset.keyLabel ?? element.textContent.trim(),
        keys: element.dataset.key,
        run: () => (element.matches("input, select, textarea") ? element.focus() : element.click()),
      });
  for (const link of all(".rail a.place, .sheet a.place"))
    add({ kind: "Go to", label: link.title || link.textContent.trim(), keys: link.dataset.key, url: link.href });
  for (const [theme, label] of [
    ["auto", "Theme as the system"],
    ["light", "Theme light"],
    ["dark", "Theme dark"],
    ["night", "Theme night"],
  ])
    add({ kind: "Do", label, run: () => setTheme(theme) });
  for (const button of all("[data-keys-open]")) add({ kind: "Do", label: "Keys of this page", keys: "?", run: () => button.click() });
  return found;
}

/** Every word typed begins a word of the label, or the letters are in it in order. */
function matches(label, query) {
  const words = label.toLowerCase().split(/[\s-]+/);
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)));
}

function show(entries, { waiting = false } = {}) {
  // results that arrive later do not move what somebody has already chosen with the arrows
  const kept = chosen ? entries.findIndex((entry) => entry.label === shown[chosen]?.label && entry.kind === shown[chosen].kind) : 0;
  shown = entries;
  chosen = Math.max(kept, 0);
  const rows = [];
  let kind = "";
  entries.forEach((entry, index) => {
    if (entry.kind !== kind) {
      kind = entry.kind;
      rows.push(el("li", { role: "presentation" }, kind));
    }
    const row = el("li", { role: "option", id: `palette-${index}`, "data-index": index }, el("span", { class: "label" }, entry.label));
    if (entry.detail) row.append(el("span", { class: "detail clip" }, entry.detail));
    if (entry.keys) row.append(el("span", { class: "detail" }, ...entry.keys.split(" ").map((key) => el("kbd", {}, key))));
    rows.push(row);
  });
  if (!rows.length)
    rows.push(el("li", { role: "presentation", class: "nothing" }, waiting ? "Looking …" : "Nothing of that name. Coordinates may be in degrees or sexagesimal."));
  list.replaceChildren(...rows);
  mark();
}

function mark() {
  for (const row of all("[role=option]", list)) row.setAttribute("aria-selected", String(Number(row.dataset.index) === chosen));
  const row = document.getElementById(`palette-${chosen}`);
  input.setAttribute("aria-activedescendant", row ? row.id : "");
  row?.scrollIntoView({ block: "nearest" });
}

function look() {
  const query = input.value.trim();
  chosen = 0;
  clearTimeout(timer);
  asked?.abort();
  if (!query) {
    show([...recent().map((entry) => ({ ...entry, kind: "Recent" })), ...actions()]);
    return;
  }
  const local = actions().filter((entry) => matches(entry.label, query));
  const address = box.dataset.search;
  show(local, { waiting: Boolean(address) });
  if (!address) return;
  timer = setTimeout(async () => {
    asked = new AbortController();
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ q: query })}`, {
        headers: { Accept: "application/json" },
        signal: asked.signal,
      });
      if (!answer.ok) throw new Error(answer.status);
      const { results } = await answer.json();
      show([...results, ...local]);
    } catch (error) {
      if (error.name !== "AbortError") show(local);
    }
  }, 120);
}

function open() {
  if (box.open) return;
  for (const other of all("dialog[open]")) other.close();
  input.value = "";
  look();
  box.showModal();
  input.focus();
}

function run(entry, newTab = false) {
  if (!entry) return;
  box.close();
  if (entry.run) {
    entry.run();
    return;
  }
  if (entry.kind !== "Go to") recall({ kind: entry.kind, label: entry.label, detail: entry.detail ?? "", url: entry.url });
  if (newTab) window.open(entry.url, "_blank", "noopener");
  else location.assign(entry.url);
}

if (box) {
  on("click", "[data-palette-open]", open);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      chosen = (chosen + step + shown.length) % shown.length;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(shown[chosen], event.ctrlKey || event.metaKey);
    }
  });
  on("click", "#palette [role=option]", (event, row) => run(shown[Number(row.dataset.index)], event.ctrlKey || event.metaKey));
  on("pointermove", "#palette [role=option]", (_, row) => {
    if (chosen === Number(row.dataset.index)) return;
    chosen = Number(row.dataset.index);
    mark();
  });
}
