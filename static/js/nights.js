// Under the pointer on a night's chart: the time in UT, here and at the telescope, and how high everything stands.

import { el, on } from "./dom.js";

const STEP = 5 / 1440; // days, as skyportal/astro/observing.py samples a night
const LEFT = 34;
const RIGHT = 10; // as apps/sources/plots/observability.py leaves room
const EPOCH = Date.UTC(1858, 10, 17);

function clock(moment, timeZone) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(moment);
}

function airmass(altitude) {
  if (altitude < 0) return null;
  return 1 / Math.sin(((altitude + 244 / (165 + 47 * altitude ** 1.1)) * Math.PI) / 180);
}

function words(figure, night, mjd) {
  const row = Math.min(Math.max(Math.round((mjd - night.first) / STEP), 0), night.target.length - 1);
  const moment = new Date(EPOCH + mjd * 86400000);
  const times = [`${clock(moment, "UTC")} UT`, `${clock(moment)} here`];
  if (figure.dataset.zone) times.push(`${clock(moment, figure.dataset.zone)} at ${figure.dataset.place}`);
  const [target, moon] = [night.target[row], night.moon[row]];
  const thick = airmass(target);
  const high = thick === null ? "below the horizon" : `airmass ${thick.toFixed(2)}, ${target.toFixed(0)}° high`;
  return `${times.join(" · ")} · ${high} · Moon ${moon > 0 ? `${moon.toFixed(0)}° high` : "down"}`;
}

on("pointermove", "[data-night] svg", (event, svg) => {
  const figure = svg.closest("[data-night]");
  const night = (figure.night ??= JSON.parse(figure.dataset.night));
  const box = svg.getBoundingClientRect();
  const width = svg.viewBox.baseVal.width;
  const x = Math.min(Math.max(((event.clientX - box.left) / box.width) * width, LEFT), width - RIGHT);
  const mjd = night.start + ((x - LEFT) / (width - LEFT - RIGHT)) * (night.stop - night.start);
  const readout = figure.querySelector("[data-readout]");
  figure.words ??= readout.innerHTML;
  readout.textContent = words(figure, night, mjd);
  const mark = figure.querySelector(".pointer") ?? figure.appendChild(el("span", { class: "pointer" }));
  mark.style.left = "0";
  mark.style.translate = `${(x / width) * box.width}px`;
  mark.style.top = `${box.top - figure.getBoundingClientRect().top}px`;
  mark.style.height = `${box.height}px`;
});

on("pointerout", "[data-night] svg", (event, svg) => {
  if (svg.contains(event.relatedTarget)) return;
  const figure = svg.closest("[data-night]");
  if (figure.words) figure.querySelector("[data-readout]").innerHTML = figure.words;
  figure.querySelector(".pointer")?.remove();
});
