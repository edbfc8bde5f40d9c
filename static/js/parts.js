// A part of a page that is sorted or turned by its own links keeps the page's address: htmx 2.0 takes no
// `hx-push-url="false"` for links under `hx-boost`, and what it wrote there was the address of the part, which a reload
// showed without its page.

document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
  if (detail.requestConfig.elt.closest('[hx-push-url="false"]') === null) return;
  detail.history.type = "replace";
  detail.history.path = location.pathname + location.search + location.hash;
});
