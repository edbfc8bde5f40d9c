// The sphere of an event: drag to turn it, choose how it is laid flat, show and hide what is on it.
// What is drawn carries its place on the sky (`lon`, `lat`); this projects it anew. North up, east left.

import { on } from "./dom.js";
import { colour } from "./theme.js";
import { rootsOf } from "./plots.js";

const RAD = Math.PI / 180;
const PIXELS = 320; // of the shading, a side
const maps = new Map(); // placeholder's id -> state

const projections = {
  orthographic: {
    reach: 1.05,
    forward({ lon0, lat0 }) {
      const [s0, c0] = [Math.sin(lat0 * RAD), Math.cos(lat0 * RAD)];
      return (lon, lat) => {
        const [dl, s, c] = [(lon - lon0) * RAD, Math.sin(lat * RAD), Math.cos(lat * RAD)];
        if (s0 * s + c0 * c * Math.cos(dl) < 0) return [NaN, NaN];
        return [-c * Math.sin(dl), c0 * s - s0 * c * Math.cos(dl)];
      };
    },
    inverse({ lon0, lat0 }) {
      const [s0, c0] = [Math.sin(lat0 * RAD), Math.cos(lat0 * RAD)];
      return (x, y) => {
        const rho2 = x * x + y * y;
        if (rho2 >= 1) return null;
        const z = Math.sqrt(1 - rho2);
        return [lon0 + Math.atan2(-x, z * c0 - y * s0) / RAD, Math.asin(y * c0 + z * s0) / RAD];
      };
    },
    limb: (turn) => [Math.cos(turn), Math.sin(turn)],
  },
  mollweide: {
    reach: 2.9,
    forward({ lon0 }) {
      return (lon, lat) => {
        const dl = ((((lon - lon0 + 180) % 360) + 360) % 360) - 180;
        const phi = lat * RAD;
        let theta = phi;
        if (Math.abs(lat) > 89.9) theta = (Math.sign(lat) * Math.PI) / 2;
        else for (let n = 0; n < 8; n += 1) theta -= (2 * theta + Math.sin(2 * theta) - Math.PI * Math.sin(phi)) / (2 + 2 * Math.cos(2 * theta));
        return [(-2 * Math.SQRT2 * dl * RAD * Math.cos(theta)) / Math.PI, Math.SQRT2 * Math.sin(theta)];
      };
    },
    inverse({ lon0 }) {
      return (x, y) => {
        if ((x * x) / 8 + (y * y) / 2 >= 1) return null;
        const theta = Math.asin(y / Math.SQRT2);
        const lat = Math.asin((2 * theta + Math.sin(2 * theta)) / Math.PI);
        return [lon0 - (Math.PI * x) / (2 * Math.SQRT2 * Math.cos(theta)) / RAD, lat / RAD];
      };
    },
    limb: (turn) => [2 * Math.SQRT2 * Math.cos(turn), Math.SQRT2 * Math.sin(turn)],
  },
};

document.addEventListener("plot:ready", ({ target, detail }) => {
  if (!target.matches("[data-skymap], [data-skymap] *")) return;
  const roots = rootsOf(detail.views);
  const plot = roots[0].model;
  const [meta] = plot.tags.map(plainly);
  const box = target.closest("[data-skymap]");
  const old = maps.get(box.id);
  const [lon0, lat0] = meta.centre;
  const state = { plot, box, texture: unpack(meta.texture), home: { lon0, lat0 }, view: old?.view ?? { lon0, lat0 }, kind: old?.kind ?? "orthographic", hidden: old?.hidden ?? new Set() };
  maps.set(box.id, state);
  turnable(state, target);
  fit(state, !old);
  for (const name of state.hidden) show(state, name, false);
  project(state);
});

const plainly = (value) => (value instanceof Map ? Object.fromEntries([...value].map(([key, inner]) => [key, plainly(inner)])) : value);

function unpack({ data, ...rest }) {
  return { ...rest, shade: Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)) };
}

const renderers = ({ plot }) => plot.renderers;
const sources = (state) => renderers(state).map((renderer) => renderer.data_source);

/** Near enough that the outermost line fills the view; `closely` only where somebody has not chosen otherwise. */
function fit(state, closely) {
  const { reach } = projections[state.kind];
  let half = reach;
  if (closely && state.kind === "orthographic") {
    const forward = projections.orthographic.forward(state.view);
    let far = 0;
    for (const source of sources(state).filter(({ name }) => /^lines:\d/.test(name ?? ""))) {
      const { lon, lat } = (source.spheric ??= plainly(source.tags[0]));
      lon.forEach((line, k) =>
        line.forEach((each, n) => {
          const [x, y] = forward(each, lat[k][n]);
          far = Math.max(far, Number.isNaN(x) ? 1 : Math.max(Math.abs(x), Math.abs(y)));
        }),
      );
    }
    if (far) half = Math.min(reach, Math.max(1.2 * far, 0.0005));
  }
  state.plot.x_range.setv({ start: -half, end: half });
  state.plot.y_range.setv({ start: -half, end: half });
}

function project(state) {
  const forward = projections[state.kind].forward(state.view);
  for (const source of sources(state)) {
    const { name } = source;
    if (name?.startsWith("points:")) {
      const { lon, lat } = source.data;
      const [x, y] = [new Float64Array(lon.length), new Float64Array(lon.length)];
      for (let n = 0; n < lon.length; n += 1) [x[n], y[n]] = forward(lon[n], lat[n]);
      source.data = { ...source.data, x, y };
    } else if (name?.startsWith("lines:")) {
      source.spheric ??= plainly(source.tags[0]);
      source.data = laid(source.spheric, forward, state.kind);
    } else if (name === "limb") {
      const round = Array.from({ length: 181 }, (_, n) => projections[state.kind].limb(2 * n * RAD));
      source.data = { xs: [round.map(([x]) => x)], ys: [round.map(([, y]) => y)] };
    } else if (name === "shade") shade(state, source);
  }
}

/** A line that jumps from one edge of the flat sky to the other is broken there. */
function laid({ lon, lat }, forward, kind) {
  const [xs, ys] = [[], []];
  lon.forEach((line, k) => {
    const [x, y] = [[], []];
    let before = NaN;
    line.forEach((each, n) => {
      const [px, py] = forward(each, lat[k][n]);
      if (kind === "mollweide" && Math.abs(px - before) > 2) {
        x.push(NaN);
        y.push(NaN);
      }
      x.push(px);
      y.push(py);
      before = px;
    });
    xs.push(x);
    ys.push(y);
  });
  return { xs, ys };
}

/** The shading where one looks: each pixel asks the texture what is there. */
function shade(state, source) {
  const { x_range: xr, y_range: yr } = state.plot;
  const inverse = projections[state.kind].inverse(state.view);
  const [red, green, blue] = colour("--sky-accent").match(/[\d.]+/g).map(Number);
  const image = new Uint32Array(PIXELS * PIXELS);
  const { rows, columns, west, east, south, north, shade: shades } = state.texture;
  const [dx, dy] = [(xr.end - xr.start) / PIXELS, (yr.end - yr.start) / PIXELS];
  for (let j = 0; j < PIXELS; j += 1)
    for (let i = 0; i < PIXELS; i += 1) {
      const place = inverse(xr.start + (i + 0.5) * dx, yr.start + (j + 0.5) * dy);
      if (!place) continue;
      let lon = place[0];
      while (lon < west) lon += 360;
      while (lon >= west + 360) lon -= 360;
      const column = Math.round(((lon - west) / (east - west)) * (columns - 1));
      const row = Math.round(((place[1] - south) / (north - south)) * (rows - 1));
      if (column < 0 || column >= columns || row < 0 || row >= rows) continue;
      const value = shades[row * columns + column];
      if (value) image[j * PIXELS + i] = ((value * 0.75) << 24) | (blue << 16) | (green << 8) | red;
    }
  const ndarray = source.data.image[0];
  const made = typeof ndarray.constructor === "function" && ndarray.shape ? new ndarray.constructor(image, [PIXELS, PIXELS]) : image;
  made.shape ??= [PIXELS, PIXELS];
  source.data = { image: [made], x: [xr.start], y: [yr.start], dw: [xr.end - xr.start], dh: [yr.end - yr.start] };
}

/** Drag turns the sphere as if one had it by the place under the pointer; arrow keys do the same, + and - go nearer and farther. */
function turnable(state, target) {
  const ground = target.querySelector(".sky-plot-live");
  let from = null;
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      project(state);
    });
  };
  const turn = (right, up) => {
    const perPixel = (state.plot.x_range.end - state.plot.x_range.start) / ground.clientWidth / RAD / (state.kind === "mollweide" ? 1.8 : 1);
    const { lon0, lat0 } = state.view;
    const stretch = state.kind === "mollweide" ? 1 : Math.max(Math.cos(lat0 * RAD), 0.1);
    state.view = { lon0: (lon0 + (right * perPixel) / stretch + 360) % 360, lat0: state.kind === "mollweide" ? lat0 : Math.max(-90, Math.min(90, lat0 + up * perPixel)) };
    soon();
  };
  ground.addEventListener("pointerdown", (event) => {
    if (event.button === 0) from = [event.clientX, event.clientY];
  });
  addEventListener("pointermove", (event) => {
    if (!from || !ground.isConnected) return;
    turn(event.clientX - from[0], event.clientY - from[1]);
    from = [event.clientX, event.clientY];
  });
  addEventListener("pointerup", () => (from = null));
  ground.tabIndex = 0;
  ground.setAttribute("aria-label", "The sky: turn it with the arrow keys, + and - go nearer and farther, 0 comes back");
  ground.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.key];
    const nearer = { "+": 0.8, "=": 0.8, "-": 1.25 }[event.key];
    if (step) turn(...step);
    else if (nearer) zoom(state, nearer);
    else if (event.key === "0") again(state);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  for (const range of [state.plot.x_range, state.plot.y_range]) range.change.connect(soon);
  ground.addEventListener("dblclick", () => again(state));
}

/** Nearer or farther around the middle of what is seen; never beyond the whole sky. */
function zoom(state, times) {
  const { x_range: xr, y_range: yr } = state.plot;
  const half = Math.min(projections[state.kind].reach, Math.max(((xr.end - xr.start) / 2) * times, 0.0005));
  const [x, y] = [(xr.end + xr.start) / 2, (yr.end + yr.start) / 2];
  xr.setv({ start: x - half, end: x + half });
  yr.setv({ start: y - half, end: y + half });
}

function again(state) {
  state.view = { ...state.home };
  fit(state, true);
  project(state);
}

function show(state, label, visible) {
  for (const renderer of renderers(state))
    if (renderer.name === label || renderer.name === `lines:${label}` || renderer.name === `points:${label}`) renderer.visible = visible;
}

const stateOf = (element) => maps.get(element.closest("[data-skymap]").id);

on("change", "[data-skymap-kind]", (_, select) => {
  const state = stateOf(select);
  if (!state) return;
  state.kind = select.value;
  fit(state);
  project(state);
});
on("change", "[data-skymap-layer]", (_, tick) => {
  const state = stateOf(tick);
  if (!state) return;
  state.hidden[tick.checked ? "delete" : "add"](tick.value);
  show(state, tick.value, tick.checked);
});
on("click", "[data-skymap-home]", (_, button) => stateOf(button) && again(stateOf(button)));
document.addEventListener("theme:changed", () => maps.forEach((state) => state.box.isConnected && project(state)));
