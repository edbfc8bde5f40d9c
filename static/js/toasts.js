// Toasts: from Django's messages, from an answer's `HX-Trigger: {"toast": {message, level, undo_url}}`, or
// from scripts by toast(message, options). Undo sends a POST to undo_url.

import { all, on } from "./dom.js";

const box = document.getElementById("toasts");
const STAY = 6000;
const STAY_WITH_UNDO = 10000;

export function toast(message, { level = "info", undo_url: undoUrl = "" } = {}) {
  const note = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  note.dataset.level = level;
  note.querySelector(".text").textContent = message;
  const undo = note.querySelector("[data-undo]");
  undo.dataset.undo = undoUrl;
  undo.hidden = !undoUrl;
  box.append(note);
  while (box.children.length > 4) box.firstElementChild.remove();
  arrive(note);
  return note;
}

function arrive(note) {
  raise();
  const undoable = note.querySelector("[data-undo]")?.dataset.undo;
  if (note.dataset.level === "error") return; // stays until it is read and closed
  let timer;
  const start = () => (timer = setTimeout(() => leave(note), undoable ? STAY_WITH_UNDO : STAY));
  const stop = () => clearTimeout(timer);
  note.addEventListener("pointerenter", stop);
  note.addEventListener("pointerleave", start);
  note.addEventListener("focusin", stop);
  note.addEventListener("focusout", start);
  start();
}

/** Above an open dialog, which lies in the browser's top layer. */
function raise() {
  if (!box.showPopover) return;
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover();
}

function leave(note) {
  note.remove();
  if (!box.children.length && box.matches?.(":popover-open")) box.hidePopover();
}

on("click", "[data-toast-close]", (_, button) => leave(button.closest("[data-toast]")));

on("click", "[data-undo]", (_, button) => {
  const url = button.dataset.undo;
  const note = button.closest("[data-toast]");
  if (note) leave(note);
  // an answer may carry its own toast, fragments out of band, or events
  htmx.ajax("POST", url, { source: document.body, swap: "none" });
});

/** The keyboard's undo: the newest toast that offers it. */
export function undoLast() {
  const button = all("[data-undo]:not([hidden])", box).at(-1);
  button?.click();
  return Boolean(button);
}

document.addEventListener("toast", (event) => toast(event.detail.message ?? event.detail.value, event.detail));

document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (event.detail.xhr.getResponseHeader("HX-Trigger")?.includes('"toast"')) return;
  const words = {
    401: "You have been signed out. Reload the page to sign in again.",
    403: "You may not do this. A group admin or the site's administrator can grant it.",
    404: "It is no longer there, or no longer shared with you.",
    429: "Too many requests. Wait a moment and try again.",
  };
  toast(words[status] ?? `The server could not do this (${status}). Nothing was changed.`, { level: "error" });
});

document.addEventListener("htmx:sendError", () =>
  toast("The server cannot be reached. Nothing was changed; try again when you are connected.", { level: "error" }),
);

for (const note of all("[data-toast]", box)) arrive(note);
