// Type to complete: every `<select data-select>` (set by the `control` filter above seven choices).
// `data-select-from="/address"` asks the server: ?q=… → {results: [{value, label, detail}]}.

import { all, script, whenLoaded } from "./dom.js";

async function complete(select) {
  await script("tom-select");
  if (select.tomselect) return;
  const from = select.dataset.selectFrom;
  const wanted = select.autofocus || select === document.activeElement;
  const field = new window.TomSelect(select, {
    maxOptions: 300,
    allowEmptyOption: true,
    plugins: select.multiple ? ["remove_button"] : [],
    controlClass: "ts-control",
    dropdownClass: "ts-dropdown",
    ...(from && {
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
    render: { no_results: () => '<div class="no-results">Nothing of that name</div>' },
  });
  if (wanted) focusClosed(field);
}

// A field that has the focus from the start shows its list when typed into or clicked: open, it would lie over the
// buttons below. TomSelect opens it in a timeout of its own, which comes before ours.
function focusClosed(field) {
  field.settings.openOnFocus = false;
  field.focus();
  setTimeout(() => (field.settings.openOnFocus = true));
}

whenLoaded((root) => all("select[data-select]", root).forEach((select) => complete(select).catch(() => {})));
