// The whole row leads somewhere: `<tr data-href="/source/...">`, with the same address as a link in its first
// cell for keyboards and readers. A row with `data-drawer` opens beside the list instead.

import { all, on, whenLoaded } from "./dom.js";
import { openDrawer } from "./drawer.js";

const INSIDE = "a, button, input, select, textarea, label, summary, [data-copy]";

function go(row, event) {
  const { href, drawer, drawerTitle } = row.dataset;
  if (event.ctrlKey || event.metaKey || event.button === 1) window.open(href, "_blank", "noopener");
  else if (drawer !== undefined) {
    if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
    row.focus({ preventScroll: true }); // where the drawer gives focus back
    openDrawer(drawer || href, { page: href, title: drawerTitle ?? row.querySelector("th, td")?.textContent.trim() });
  }
  else location.assign(href);
}

function clicked(event, row) {
  if (event.target.closest(INSIDE) || event.defaultPrevented) return;
  if (String(getSelection()).trim()) return; // somebody is marking text
  go(row, event);
}

on("click", "tr[data-href]", clicked);
on("auxclick", "tr[data-href]", (event, row) => event.button === 1 && clicked(event, row));

// a table that does not fit although its columns folded can at least be moved; it loses its sticky header
const fitting = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.classList.remove("scrolls");
    target.classList.toggle("scrolls", target.scrollWidth > target.clientWidth + 1);
  }
});
whenLoaded((root) => all(".grid", root).forEach((grid) => fitting.observe(grid)));

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("tr[data-href]")) go(event.target, event);
});
