// Finding in what is already on the page: `<input type="search" data-narrows=".taxonomy">` hides the entries of that
// element (list items, `[data-entry]`) in which the words are not; an entry stays when something inside it does.

import { all, on } from "./dom.js";

on("input", "input[data-narrows]", (_, input) => {
  const words = input.value.trim().toLowerCase();
  const scope = input.closest(".card") ?? document;
  for (const list of all(input.dataset.narrows, scope)) {
    const entries = all("li, [data-entry]", list);
    for (const entry of entries) entry.hidden = Boolean(words) && !entry.textContent.toLowerCase().includes(words);
    for (const section of all("[data-section]", list)) {
      const inside = all("[data-entry]", section);
      section.hidden = inside.length > 0 && inside.every((entry) => entry.hidden);
    }
    list.dataset.found = entries.some((entry) => !entry.hidden);
  }
});
