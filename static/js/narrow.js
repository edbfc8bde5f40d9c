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

// ---- the order of keys and values: as they came, by key, by value (numbers first, the largest at the top)

const ORDERS = ["As given", "By key", "By value"];
const numberOf = (entry) => Number.parseFloat(entry.querySelector("[data-copy]")?.dataset.copy);

function compare(order, a, b) {
  if (order === 0) return a.dataset.at - b.dataset.at;
  const byKey = a.querySelector("dt").textContent.localeCompare(b.querySelector("dt").textContent, undefined, { numeric: true });
  if (order === 1) return byKey;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || byKey;
  return y - x;
}

on("click", "[data-orders]", (_, button) => {
  const order = (Number(button.dataset.order ?? 0) + 1) % ORDERS.length;
  button.dataset.order = order;
  button.querySelector(".word").textContent = ORDERS[order];
  for (const list of all(`${button.dataset.orders} dl`, button.closest(".card") ?? document)) {
    const entries = [...list.children];
    entries.forEach((entry, n) => (entry.dataset.at ??= n));
    list.append(...entries.sort((a, b) => compare(order, a, b)));
  }
});
