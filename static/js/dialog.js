// Questions before what cannot be undone: `data-confirm="Delete 3 points?"` on a button, link, form or htmx
// element, with `data-confirm-detail` (exactly what will happen), `data-confirm-action` (the word on the
// button) and `data-confirm-level="danger"`. Any `<dialog>` opens by `data-dialog="#id"`.

import { on } from "./dom.js";

const box = document.getElementById("ask");

/** Ask once; true when the answer is yes. */
export function ask({ title, detail = "", action = "Go on", level = "" }) {
  box.querySelector("h2").textContent = title;
  const text = box.querySelector("[data-ask-detail]");
  text.textContent = detail;
  text.hidden = !detail;
  const yes = box.querySelector("[value=yes]");
  yes.textContent = action;
  yes.className = `btn ${level === "danger" ? "btn-danger" : "btn-primary"}`;
  box.returnValue = "no";
  box.showModal();
  (level === "danger" ? box.querySelector("[value=no]") : yes).focus();
  return new Promise((resolve) => box.addEventListener("close", () => resolve(box.returnValue === "yes"), { once: true }));
}

function questionOf(element) {
  const { confirm, confirmDetail, confirmAction, confirmLevel } = element.dataset;
  return { title: confirm, detail: confirmDetail, action: confirmAction, level: confirmLevel };
}

document.addEventListener("htmx:confirm", (event) => {
  const sender = event.detail.triggeringEvent?.submitter;
  const element = sender?.closest("[data-confirm]") ?? event.detail.elt.closest?.("[data-confirm]");
  if (!element || event.detail.triggeringEvent?.type === "load") return;
  event.preventDefault();
  const { elt, issueRequest } = event.detail;
  elt.dataset.asked = ""; // a refresh that took it away now would take the answer too
  ask(questionOf(element)).then((yes) => {
    if (yes) issueRequest(true);
    delete elt.dataset.asked;
  });
});

const answered = new WeakSet();
const HTMX = "[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete]";

/** Plain forms and links: hold the event, ask, then let it happen. */
function guard(event, element, proceed) {
  if (element.matches(HTMX) || element.closest("form")?.matches(HTMX)) return;
  if (answered.delete(element)) return;
  event.preventDefault();
  event.stopPropagation();
  ask(questionOf(element)).then((yes) => {
    if (!yes) return;
    answered.add(element);
    proceed();
  });
}

on("click", "a[data-confirm], button[data-confirm]", (event, element) => guard(event, element, () => element.click()), true);
on(
  "submit",
  "form[data-confirm]",
  (event, form) => guard(event, form, () => form.requestSubmit(event.submitter)),
  true,
);

on("click", "[data-dialog]", (event, element) => {
  const dialog = document.querySelector(element.dataset.dialog);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});
on("click", "dialog [data-close]", (_, element) => element.closest("dialog").close());

// a click beside a dialog closes it, unless something was typed in it
document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || dialog.dataset.stay !== undefined) return;
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  const inside = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
  if (!inside && event.detail && !dialog.querySelector("form [name]")) dialog.close();
});
