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
