// Details beside the list: a link with `data-drawer` (optionally `data-drawer="/address/of/fragment"`) opens
// its fragment in the drawer; with a modifier key it opens its page as any link. `data-drawer-title` names it.
// Rows of a table do so too, see tables.js. Says `drawer:closed` on the document. The browser traps focus in a modal dialog and gives it back.

import { on } from "./dom.js";

const drawer = document.getElementById("drawer");
const body = document.getElementById("drawer-body");

export function openDrawer(url, { page = "", title = "" } = {}) {
  drawer.querySelector("h2").textContent = title;
  const link = drawer.querySelector("[data-drawer-page]");
  link.href = page || url;
  link.hidden = !page;
  body.replaceChildren(document.getElementById("drawer-waiting").content.cloneNode(true));
  if (!drawer.open) drawer.showModal();
  htmx.ajax("GET", url, { target: body, swap: "innerHTML" });
}

on("click", "[data-drawer]:not(tr)", (event, element) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  const page = element.getAttribute("href") ?? element.dataset.href ?? "";
  const url = element.dataset.drawer || page;
  if (!url || url === "#") return;
  event.preventDefault();
  openDrawer(url, { page: page === "#" ? "" : page, title: element.dataset.drawerTitle ?? element.title ?? element.textContent.trim() });
});

on("click", "[data-drawer-close]", () => drawer.close());
drawer?.addEventListener("close", () => {
  body.replaceChildren();
  document.dispatchEvent(new CustomEvent("drawer:closed"));
});
