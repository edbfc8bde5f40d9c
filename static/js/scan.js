// The scanning page: the current card is kept in the address, so that coming back finds it; dates show only
// when the window is between dates, and are sent only then.

import { makeCurrent } from "./keys.js";
import { on } from "./dom.js";

on("item:current", ".candidate", (_, card) => {
  history.replaceState(history.state, "", `#${encodeURIComponent(card.dataset.name)}`);
});

const wanted = decodeURIComponent(location.hash.slice(1));
const card = wanted && document.querySelector(`.candidate[data-name="${CSS.escape(wanted)}"]`);
if (card) makeCurrent(card);

const window_ = document.getElementById("f-window");

function showDates() {
  for (const field of document.querySelectorAll("[data-for-window]")) {
    field.hidden = window_.value !== field.dataset.forWindow;
    for (const input of field.querySelectorAll("input")) input.disabled = field.hidden;
  }
}

if (window_) {
  showDates();
  window_.addEventListener("change", showDates);
  // What is empty or as usual stays out of the address: a short link is a readable one.
  window_.form.addEventListener("submit", () => {
    for (const input of window_.form.elements) if (input.name && !input.value) input.disabled = true;
  });
}

// A card that was the current one for a second has been looked at; names are sent a few at a time, and the last of
// them while the page closes. The next page, fetched ahead, tells nothing: only what was before the person counts.
const list = document.querySelector("[data-seen-url]");
const looked = new Set();
const told = new Set();
let dwell;

function tell() {
  const names = [...looked].filter((name) => !told.has(name)).slice(0, 50);
  if (!list || !names.length) return;
  for (const name of names) told.add(name);
  const body = new URLSearchParams(names.map((name) => ["name", name]));
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  fetch(list.dataset.seenUrl, { method: "POST", body, headers, keepalive: true }).catch(() => {
    for (const name of names) told.delete(name);
  });
}

function watch(card) {
  clearTimeout(dwell);
  const { name } = card.dataset;
  dwell = setTimeout(() => {
    if (!document.hidden) looked.add(name);
  }, 1000);
}

if (list) {
  on("item:current", ".candidate", (_, one) => watch(one));
  const first = list.querySelector(".candidate[data-current]");
  if (first) watch(first);
  setInterval(tell, 5000);
  addEventListener("pagehide", tell);
}

on("click", "[data-card-form-close]", (_, button) => {
  const item = button.closest("[data-item]");
  button.closest(".card-form").replaceChildren();
  item?.focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest?.(".card-form")?.querySelector("[data-card-form-close]")?.click();
});

// Keys to sort and filter by are many and seldom wanted: they are asked for when one of their fields is entered.
const keysField = document.querySelector("[data-annotation-keys]");
const sorts = document.querySelector("[data-annotation-sorts]");

function offer(select, value, label) {
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(label, value));
}

async function offerKeys() {
  const answer = await fetch(keysField.dataset.annotationKeys).catch(() => null);
  if (!answer?.ok) return;
  for (const [origin, keys] of Object.entries((await answer.json()).data))
    for (const [key, kind] of keys.flatMap(Object.entries)) {
      if (kind === "object" || kind === "array") continue;
      if (kind !== "string") offer(keysField, `${origin}|${key}`, `${origin}: ${key}`);
      for (const [way, words] of [["desc", "largest first"], ["asc", "smallest first"]])
        offer(sorts, `${origin}|${key}|${way}`, `${origin}: ${key}, ${words}`);
    }
}

let offered = false;
for (const field of [keysField, sorts])
  for (const name of ["focus", "pointerenter"])
    field?.addEventListener(name, () => {
      if (!offered) offerKeys();
      offered = true;
    });
