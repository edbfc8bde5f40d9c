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
  const message = JSON.stringify({ watch: topics });
  if (socket.readyState === WebSocket.OPEN && message !== sent) {
    socket.send(message);
    sent = message;
  }
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

/** Refetch soon: many messages in a burst are one fetch, and what is being typed in is left alone. */
function change(element, topic = "") {
  clearTimeout(due.get(element));
  due.set(
    element,
    setTimeout(() => {
      due.delete(element);
      if (!element.isConnected) return;
      const heard = element.dispatchEvent(new CustomEvent("live:changed", { bubbles: true, cancelable: true, detail: { topic } }));
      if (!heard || !element.dataset.from) return;
      if (element.querySelector("[data-editing]")) return; // saving or leaving the form brings the news
      if (element.querySelector("form :is(input, textarea, select):focus")) {
        element.addEventListener("focusout", () => change(element, topic), { once: true });
        return;
      }
      // each is its own source: requests of one source wait for each other, and only the last of those waiting is sent
      htmx.ajax("GET", element.dataset.from, { source: element, target: element, swap: "innerHTML" });
    }, PATIENCE),
  );
}

show("idle");
whenLoaded(subscribe);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !socket) subscribe();
});
