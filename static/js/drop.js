// A file dropped on a `[data-drop]` goes into the file field inside it, as if it had been chosen there.

import { on } from "./dom.js";

on("dragover", "[data-drop]", (event, place) => {
  event.preventDefault();
  place.classList.add("over");
});
on("dragleave", "[data-drop]", (_, place) => place.classList.remove("over"));
on("drop", "[data-drop]", (event, place) => {
  event.preventDefault();
  place.classList.remove("over");
  const field = place.querySelector("input[type=file]");
  if (!event.dataTransfer.files.length) return;
  field.files = event.dataTransfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});
