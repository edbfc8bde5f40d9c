// Keys of the page. `data-key="s"` on any element presses (or, for a field, focuses) it; `data-key="g s"` is
// two keys in a row; `data-key-label` names it in the legend that `?` opens, `data-key-group` puts it under a
// heading. In a `[data-key-list]`, j and k (and the arrows on a focused item) walk its `[data-item]`s; the
// current one has `data-current`, and keys of elements inside items act on the current item only.

import { all, el, isTyping, isVisible, on } from "./dom.js";
import { undoLast } from "./toasts.js";

const legend = document.getElementById("keys");
let before = "";
let forget;

const items = () => all("[data-key-list] [data-item]").filter(isVisible);

export function current() {
  return document.activeElement?.closest("[data-item]") ?? document.querySelector("[data-item][data-current]");
}

/** Make an item the current one, in view and focused. Says `item:current` on it. */
export function makeCurrent(item, { focus = true } = {}) {
  for (const other of all("[data-item][data-current]")) if (other !== item) delete other.dataset.current;
  if (!item) return;
  const isNews = item.dataset.current === undefined;
  item.dataset.current = "";
  if (focus) {
    if (!item.hasAttribute("tabindex")) item.tabIndex = -1;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }
  if (isNews) item.dispatchEvent(new CustomEvent("item:current", { bubbles: true }));
}

function walk(step) {
  const list = items();
  if (!list.length) return false;
  const here = list.indexOf(current());
  makeCurrent(list[here < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(here + step, 0), list.length - 1)]);
  return true;
}

function target(key) {
  const scope = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const found = all(`[data-key="${CSS.escape(key)}"]`, scope).filter((element) => isVisible(element) && !element.disabled);
  const inItem = found.filter((element) => element.closest("[data-item]"));
  const item = current();
  return inItem.find((element) => item?.contains(element)) ?? found.find((element) => !inItem.includes(element));
}

function press(element) {
  if (isTyping(element)) {
    element.focus();
    element.select?.();
  } else element.click();
}

/** What a key does here; true when it did something. */
function act(key) {
  const element = target(key);
  if (element) {
    press(element);
    return true;
  }
  if (document.querySelector("dialog[open]")) return false;
  if (key === "?") return showLegend();
  if (key === "j") return walk(1);
  if (key === "k") return walk(-1);
  if (key === "z") return undoLast();
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
    return;
  }
  if (event.target.matches?.("[data-item]") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  const sequence = before ? `${before} ${event.key}` : event.key;
  clearTimeout(forget);
  before = "";
  if (act(sequence) || (sequence !== event.key && act(event.key))) {
    event.preventDefault();
    return;
  }
  if (document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
    before = event.key;
    forget = setTimeout(() => (before = ""), 1000);
  }
});

on("focusin", "[data-item]", (_, item) => makeCurrent(item, { focus: false }));

function showLegend() {
  const groups = new Map([["This page", new Map()]]);
  const add = (group, keys, label) => {
    if (!groups.has(group)) groups.set(group, new Map());
    groups.get(group).set(keys, label);
  };
  if (items().length) {
    add("This page", "j", "Next");
    add("This page", "k", "Previous");
  }
  for (const element of all("[data-key][data-key-label]"))
    if (isVisible(element)) add(element.dataset.keyGroup ?? "This page", element.dataset.key, element.dataset.keyLabel);
  if (document.querySelector("[data-key-list]")) add("This page", "z", "Undo the last step");
  add("Everywhere", "Ctrl K", "Search, or do something");
  add("Everywhere", "?", "These keys");
  add("Everywhere", "Esc", "Close what is open");
  const parts = [];
  for (const [name, keys] of groups) {
    if (!keys.size) continue;
    const list = el("dl", { class: "keys-list" });
    for (const [combination, label] of keys)
      list.append(
        el("div", {}, el("dt", {}, label), el("dd", {}, ...combination.split(" ").map((key) => el("kbd", {}, key)))),
      );
    parts.push(el("h3", { class: "quiet mt-3" }, name), list);
  }
  document.getElementById("keys-body").replaceChildren(...parts);
  legend.showModal();
  return true;
}

on("click", "[data-keys-open]", showLegend);
on("click", "[data-keys-close]", () => legend.close());
