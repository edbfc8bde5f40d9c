// What changes elsewhere is seen here: an element with `data-watch="source:ZTF21abc"` (several topics by
// spaces) and `data-from="/its/fragment"` fetches its inside again when one of its topics is named. Messages
// carry no content: {"topic": "source:ZTF21abc"}. Says `live:changed` on each element that watches.
// An element without data-from only hears the event.

import { all, whenLoaded } from "./dom.js";

const path = document.body.dataset.live;
const lamp = document.querySelector("[data-live-lamp]");
const PATIENCE = 150;
const MAX_WAIT = 30000;
let socket = null;
let sent = "";
let failures = 0;
let hadConnection = false;
const due = new Map();

const topicsOf = (element) => element.dataset.watch.split(/\s+/).filter(Boolean);

function show(state) {
  if (!lamp) return;
  lamp.dataset.state = state;
  lamp.title = { on: "Live: changes by others appear here", late: "Connecting again …", off: "Not live: reload to see changes by others" }[state] ?? "";
  lamp.querySelector(".word").textContent = { late: "connecting", off: "not live" }[state] ?? "";
}

function subscribe() {
  if (!path) return;
  const topics = [...new Set(all("[data-watch]").flatMap(topicsOf))].sort();
  if (!topics.length) return;
  if (!socket) {
    connect();
    return;
  }
  const message = JSON.stringify(topics);
  if (socket.readyState !== WebSocket.OPEN || message === sent) return;
  // what changed between the drawing of the page and now is told at once
  const since = hadConnection ? {} : { since: Number(document.body.dataset.liveSince) };
  socket.send(JSON.stringify({ watch: topics, ...since }));
  sent = message;
}

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
  socket.addEventListener("open", () => {
    failures = 0;
    sent = "";
    subscribe();
    if (hadConnection) all("[data-watch]").forEach(change); // something may have been missed
    hadConnection = true;
  });
  socket.addEventListener("message", (event) => {
    let topic;
    let watching;
    try {
      ({ topic, watching } = JSON.parse(event.data));
    } catch {
      return;
    }
    if (watching) show("on"); // only now is nothing missed any more
    if (!topic) return;
    for (const element of all("[data-watch]")) if (topicsOf(element).includes(topic)) change(element, topic);
  });
  socket.addEventListener("close", (event) => {
    socket = null;
    if (event.code === 4401 || event.code === 4403) {
      show("off"); // signed out: no use in trying
      return;
    }
    failures += 1;
    show(failures > 3 ? "off" : "late");
    const wait = Math.min(1000 * 2 ** (failures - 1), MAX_WAIT) * (0.75 + Math.random() / 2);
    setTimeout(subscribe, wait);
  });
}

/** Refetch soon: many messages in a burst are one fetch. */
function change(element, topic = "") {
  clearTimeout(due.get(element));
  due.set(
    element,
    setTimeout(() => {
      due.delete(element);
      if (!element.isConnected) return;
      const heard = element.dispatchEvent(new CustomEvent("live:changed", { bubbles: true, cancelable: true, detail: { topic } }));
      if (!heard || !element.dataset.from) return;
      // one that takes no room, as a count that is not shown, cannot come into view; a folded panel can
      const { top, bottom, height } = element.getBoundingClientRect();
      const isNear = !document.hidden && bottom > -innerHeight / 2 && top < 1.5 * innerHeight;
      // at once where it is near: the observer speaks only with the next frame
      if (height ? isNear : !element.closest("[data-panel]")) refetch(element);
      else {
        nearby.unobserve(element); // observed anew, it says whether it is in view, now or later
        nearby.observe(element);
      }
    }, PATIENCE),
  );
}

// a page of twenty parts does not ask for all of them at every word that is said: what lies further away than half a
// screen, or in a tab that nobody looks at, waits until it comes near
const nearby = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting && target.isConnected) continue;
      nearby.unobserve(target);
      if (target.isConnected) refetch(target);
    }
  },
  { rootMargin: "50% 0px" },
);

// a click whose button is exchanged between press and release never happens; on a phone it comes after the release
const CLICK_FOLLOWS = 50;
let pressed = null;
document.addEventListener("pointerdown", ({ target }) => (pressed = target), { capture: true });
for (const end of ["pointerup", "pointercancel", "contextmenu", "dragend"])
  document.addEventListener(end, () => setTimeout(() => (pressed = null), CLICK_FOLLOWS), { capture: true });

/** Somebody presses in it, was asked something about it, or waits for what was sent from it: soon over. */
const isInUse = (element) => element.contains(pressed) || element.querySelector("[data-asked], dialog[open], .htmx-request") !== null;

/** An answer that comes for an element which went meanwhile would take the form it preserves from the one that came instead. */
const leaveWhatWent = ({ target, detail }) => {
  if (!target.isConnected) detail.shouldSwap = false;
};

/** What is being typed in is left alone. */
function refetch(element) {
  const editing = all("[data-editing]", element).some((form) => !form.closest("details:not([open])"));
  if (editing) return; // saving or leaving the form brings the news
  if (element.querySelector("form :is(input, textarea, select):focus")) {
    element.addEventListener("focusout", () => change(element), { once: true });
    return;
  }
  if (isInUse(element)) {
    change(element);
    return;
  }
  element.addEventListener("htmx:beforeSwap", leaveWhatWent); // here: of what went nothing bubbles to the document
  // each is its own source: requests of one source wait for each other, and only the last of those waiting is sent
  htmx.ajax("GET", element.dataset.from, { source: element, target: element, swap: "innerHTML" });
}

// ---- what a person did within a fragment outlives its refresh

const shown = new Map(); // by address, the answer that is on the page
const kept = new WeakMap();
const isRefresh = ({ target, requestConfig }) => requestConfig?.elt === target && "from" in (target?.dataset ?? {});

/** An answer without what differs each time it is given: tokens of forms, how long ago something was. */
const lasting = (text) => text.replace(/(csrfmiddlewaretoken" value=")[^"]*/g, "$1").replace(/>[^<]*<\/time>/g, "></time>");

const nameOf = (element) => element.id || element.name || Object.keys(element.dataset)[0] || element.querySelector("summary")?.textContent.trim();
const controls = (root) => all("input, select", root).filter((control) => !control.form && !control.closest("details:not([open])"));

/** What is unfolded, scrolled and chosen, by name. */
function look(root) {
  return {
    folds: new Map(all("details", root).map((fold) => [nameOf(fold), fold.open])),
    scrolled: all("[id], [class]", root).filter((box) => box.scrollTop || box.scrollLeft).map((box) => [box.id, box.className, box.scrollTop, box.scrollLeft]),
    chosen: new Map(controls(root).map((control) => [nameOf(control), control.type === "checkbox" ? control.checked : control.value])),
  };
}

function restore(root, { folds, scrolled, chosen }) {
  for (const fold of all("details", root)) if (folds.has(nameOf(fold))) fold.open = folds.get(nameOf(fold));
  for (const control of controls(root)) {
    if (!chosen.has(nameOf(control))) continue;
    if (control.type === "checkbox") control.checked = chosen.get(nameOf(control));
    else control.value = chosen.get(nameOf(control));
  }
  for (const [id, className, top, left] of scrolled) {
    const box = all("[id], [class]", root).find((found) => (id ? found.id === id : found.className === className));
    box?.scrollTo(left, top);
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig, serverResponse } = detail;
  if (requestConfig?.verb !== "get" || !detail.shouldSwap) return;
  const answer = lasting(serverResponse);
  if (isRefresh(detail)) {
    if (shown.get(requestConfig.path) === answer) {
      detail.shouldSwap = false; // the news concerns something else
      return;
    }
    if (isInUse(target)) {
      detail.shouldSwap = false;
      change(target);
      return;
    }
    kept.set(target, look(target));
    // one that answers with its frame, as when it first came, would be put into itself
    if (target.id && serverResponse.includes(`id="${target.id}"`)) detail.selectOverride = `#${CSS.escape(target.id)} > *`;
  }
  shown.set(requestConfig.path, answer);
  if (shown.size > 60) shown.delete(shown.keys().next().value);
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const { target } = detail;
  if (isRefresh(detail)) {
    if (kept.has(target)) restore(target, kept.get(target));
    kept.delete(target);
    return;
  }
  const changed = target?.closest?.("[data-from]"); // by its own forms
  if (changed) shown.delete(changed.dataset.from);
});

show("idle");
whenLoaded(subscribe);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !socket) subscribe();
});
