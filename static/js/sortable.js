// Lists put in order by hand: `<ol data-sortable>` whose entries have a button `data-sortable-handle`, to drag or to
// move by the arrow keys.

import { all, on, script, whenLoaded } from "./dom.js";

on("keydown", "[data-sortable-handle]", (event, handle) => {
  const entry = handle.closest("[data-sortable] > *");
  if (event.key === "ArrowUp" && entry.previousElementSibling) entry.previousElementSibling.before(entry);
  else if (event.key === "ArrowDown" && entry.nextElementSibling) entry.nextElementSibling.after(entry);
  else return;
  event.preventDefault();
  handle.focus();
});

whenLoaded((root) => {
  const lists = all("[data-sortable]", root);
  if (lists.length)
    script("sortable").then(() => lists.forEach((list) => window.Sortable.create(list, { handle: "[data-sortable-handle]" })));
});
