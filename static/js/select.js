// Type to complete: every `<select data-select>` (set by the `control` filter above seven choices).
// `data-select-from="/address"` asks the server: ?q=… → {results: [{value, label, detail}]}; with `data-select-at-once`
// it is asked for all when the field is entered.
// With `data-select-create` what is not in the list may be written. An option may carry a second line (`data-detail`)
// and words that also find it (`data-also`). With `data-select-enter="submit"` Enter chooses and sends the form; Tab
// chooses and goes on.
// Keys struck while a fragment asked for by `[data-types-ahead]` is on its way belong to its first such field.

import { all, el, on, script, whenLoaded } from "./dom.js";

let ahead = null; // keys struck so far, while we wait

function option(data) {
  const line = el("div", {}, data.text ?? data.label);
  if (data.detail) line.append(el("span", { class: "detail" }, data.detail));
  return line;
}

async function complete(select) {
  await script("tom-select");
  if (select.tomselect) return;
  const from = select.dataset.selectFrom;
  const wanted = select.autofocus || select === document.activeElement;
  const rich = !from && select.querySelector("option[data-detail]");
  const field = new window.TomSelect(select, {
    maxOptions: rich ? 60 : 300,
    allowEmptyOption: !rich,
    create: "selectCreate" in select.dataset,
    clearAfterSelect: true,
    plugins: select.multiple ? ["remove_button"] : [],
    controlClass: "ts-control",
    dropdownClass: "ts-dropdown",
    ...(rich && {
      selectOnTab: true,
      searchField: [{ field: "text", weight: 4 }, { field: "also", weight: 2 }, { field: "detail", weight: 0.5 }],
    }),
    ...(from && {
      ...("selectAtOnce" in select.dataset && { preload: "focus" }),
      valueField: "value",
      labelField: "label",
      searchField: ["label", "detail"],
      async load(query, done) {
        try {
          const answer = await fetch(`${from}?${new URLSearchParams({ q: query })}`);
          done((await answer.json()).results);
        } catch {
          done();
        }
      },
    }),
    render: { no_results: () => el("div", { class: "no-results" }, "Nothing of that name"), ...((rich || from) && { option }) },
  });
  if (select.dataset.selectEnter === "submit") field.control_input.addEventListener("keydown", (event) => enter(event, field, select), true);
  if (wanted) {
    focusClosed(field);
    takeAhead(field, select);
  }
}

function enter(event, field, select) {
  if (event.key !== "Enter" || !field.isOpen || !field.activeOption) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  choose(field, select);
}

function choose(field, select) {
  field.onOptionSelect(new Event("choose"), field.activeOption);
  if (select.value) select.form.requestSubmit();
}

// ---- keys struck before the field is there

function listen(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") ahead = null;
  if (ahead === null) return;
  if (event.key.length === 1 || event.key === "Enter") ahead.push(event.key);
  else if (event.key === "Backspace") ahead.pop();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

on("htmx:beforeRequest", "[data-types-ahead]", (event, element) => {
  if (event.target !== element) return;
  ahead = [];
  setTimeout(() => (ahead = null), 5000);
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(failure, () => (ahead = null));
document.addEventListener("keydown", listen, true);

function takeAhead(field, select) {
  const keys = ahead ?? [];
  ahead = null;
  const end = keys.indexOf("Enter");
  const words = (end < 0 ? keys : keys.slice(0, end)).join("");
  if (!words) return;
  field.setTextboxValue(words);
  field.onInput({});
  field.refreshOptions(true);
  if (end >= 0 && field.activeOption && select.dataset.selectEnter === "submit") choose(field, select);
}

// A field that has the focus from the start shows its list when typed into or clicked: open, it would lie over the
// buttons below. TomSelect opens it in a timeout of its own, which comes before ours.
function focusClosed(field) {
  field.settings.openOnFocus = false;
  field.focus();
  setTimeout(() => (field.settings.openOnFocus = true));
}

whenLoaded((root) => all("select[data-select]", root).forEach((select) => complete(select).catch(() => {})));
