// Keeps "2 h ago" true while the page is open, in the same words as the server's `ago`.

import { all } from "./dom.js";

const DAY = 86400;
const STEPS = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [DAY, 3600, "h"],
  [60 * DAY, DAY, "d"],
  [730 * DAY, 30.44 * DAY, "mo"],
  [Infinity, 365.25 * DAY, "y"],
];

export function relative(when, now = Date.now()) {
  const seconds = (now - when) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  const [, unit, name] = STEPS.find(([limit]) => size < limit);
  const amount = `${Math.max(Math.floor(size / unit), 1)} ${name}`;
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

function refresh() {
  if (document.hidden) return;
  for (const element of all("time[data-relative]")) {
    const words = relative(Date.parse(element.dateTime));
    if (element.textContent !== words) element.textContent = words;
  }
}

setInterval(refresh, 30000);
document.addEventListener("visibilitychange", refresh);
