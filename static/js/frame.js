// The frame's memory: folded rail, opened groups of it; Bootstrap's tooltips; forms that keep what was typed.

import { all, on, remember, whenLoaded } from "./dom.js";

const root = document.documentElement;

on("click", "[data-rail-switch]", () => {
  root.dataset.rail = root.dataset.rail === "narrow" ? "wide" : "narrow";
  remember("sky_rail", root.dataset.rail);
});

for (const details of all("details[data-remember]")) {
  const name = `sky_${details.dataset.remember}`;
  try {
    if (localStorage.getItem(name) === "open") details.open = true;
    details.addEventListener("toggle", () => localStorage.setItem(name, details.open ? "open" : ""));
  } catch {
    // no memory, no harm
  }
}

whenLoaded((where) => {
  for (const element of all("[data-bs-toggle=tooltip]", where)) window.bootstrap?.Tooltip.getOrCreateInstance(element);
});

// a fragment fetched again opens at the tab that was open (after htmx has settled, which restores classes). What is
// kept belongs to one answer: an answer that brings nothing is never settled, and must not be followed by another
const openTabs = new WeakMap();
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  openTabs.set(detail.xhr, all("[data-bs-toggle=tab].active", detail.target).map((tab) => tab.dataset.bsTarget));
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  for (const id of openTabs.get(detail.xhr) ?? []) {
    const tab = document.querySelector(`[data-bs-toggle=tab][data-bs-target="${CSS.escape(id)}"]:not(.active)`);
    if (tab) window.bootstrap?.Tab.getOrCreateInstance(tab).show();
  }
});

// on a phone a filter bar shows its first field; the others come when asked for
on("click", "[data-more-fields]", (_, button) => {
  const open = button.closest(".filters").classList.toggle("unfolded");
  button.setAttribute("aria-expanded", String(open));
});

// the address of a list names only what it is asked for
document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches("form[data-bare]")) return;
  for (const name of new Set(formData.keys())) if (formData.getAll(name).every((value) => value === "")) formData.delete(name);
});

// a form with unsaved words asks before the page goes
let unsaved = false;
on("input", "form[data-unsaved]", () => (unsaved = true));
on("submit", "form[data-unsaved]", () => (unsaved = false));
addEventListener("beforeunload", (event) => unsaved && event.preventDefault());

// selects and dates of a filter bar apply at once
on("change", "form[data-auto]", (_, form) => form.requestSubmit());

// a button that has sent its form says so
on("submit", "form:not([data-auto])", (event) => {
  const button = event.submitter;
  if (button?.matches(".btn") && event.target.method !== "dialog") setTimeout(() => event.defaultPrevented || button.classList.add("is-busy"));
});
addEventListener("pageshow", (event) => event.persisted && all(".btn.is-busy").forEach((button) => button.classList.remove("is-busy")));
document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.matches?.(".btn") && event.detail.elt.classList.add("is-busy"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.elt.classList?.remove("is-busy"));
