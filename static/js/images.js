// Cutouts at true pixels: each canvas keeps the pixels of its file and draws them again as the controls say, in as
// many pixels as the screen has for it. Scale bar and compass are as large as words of the page, whatever the picture's.

import { all, on, whenLoaded } from "./dom.js";

const STRETCH = {
  linear: (v) => v,
  sqrt: Math.sqrt,
  asinh: (v) => Math.asinh(10 * v) / Math.asinh(10),
  square: (v) => v * v,
  inverse: (v) => 1 - v,
};

/** For each stored value the one that is shown. */
function table(box) {
  const low = Number(box.querySelector("[data-images-low]").value) / 255;
  const high = Math.max(Number(box.querySelector("[data-images-high]").value) / 255, low + 0.02);
  const stretch = STRETCH[box.querySelector("[data-images-stretch]").value];
  return Uint8ClampedArray.from({ length: 256 }, (_, n) => 255 * stretch(Math.min(Math.max((n / 255 - low) / (high - low), 0), 1)));
}

async function load(canvas) {
  const picture = new Image();
  picture.src = canvas.dataset.image;
  await picture.decode();
  const ground = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
  const pen = ground.getContext("2d", { willReadFrequently: true });
  pen.drawImage(picture, 0, 0);
  canvas.pixels = pen.getImageData(0, 0, ground.width, ground.height);
}

function stretched({ data, width, height }, shown) {
  const made = new ImageData(width, height);
  for (let n = 0; n < data.length; n += 4) {
    for (let c = 0; c < 3; c += 1) made.data[n + c] = shown[data[n + c]];
    made.data[n + 3] = 255;
  }
  const ground = new OffscreenCanvas(width, height);
  ground.getContext("2d").putImageData(made, 0, 0);
  return ground;
}

function draw(canvas, pixels = canvas.pixels) {
  const room = canvas.clientWidth; // none while the panel is folded; it is drawn when it has some
  if (!pixels || !room) return;
  const box = canvas.closest("[data-images]");
  const zoom = Number(box.querySelector("[data-images-zoom]").value);
  const side = Math.max(pixels.width, pixels.height) / zoom;
  canvas.width = canvas.height = Math.round(room * devicePixelRatio);
  const pen = canvas.getContext("2d");
  pen.scale(canvas.width / room, canvas.width / room);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(stretched(pixels, table(box)), (pixels.width - side) / 2, (pixels.height - side) / 2, side, side, 0, 0, room, room);
  if (canvas.dataset.scale) bar(pen, room, room / (side * Number(canvas.dataset.scale)));
  if ("northUp" in canvas.dataset) compass(pen, room);
}

function line(pen, points) {
  for (const [colour, width] of [["#000", 4], ["#fff", 1.5]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    points.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
  }
}

function words(pen, text, x, y) {
  pen.font = "600 12px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = "#000";
  pen.fillStyle = "#fff";
  pen.strokeText(text, x, y);
  pen.fillText(text, x, y);
}

/** A round number of arcseconds, a third of the side at most; `size` is pixels of the page in an arcsecond. */
function bar(pen, room, size) {
  const arcsec = [0.5, 1, 2, 5, 10, 20, 30, 60].filter((a) => a * size < room / 3).pop() ?? 0.2;
  line(pen, [[8, room - 8], [8 + arcsec * size, room - 8]]);
  words(pen, `${arcsec}″`, 8 + (arcsec * size) / 2, room - 18);
}

function compass(pen, room) {
  const [x, y] = [room - 11, room - 11];
  line(pen, [[x, y - 22], [x, y], [x - 22, y]]);
  words(pen, "N", x, y - 31);
  words(pen, "E", x - 30, y);
}

const held = (box) => all("canvas[data-image]", box);
const redraw = (box) => held(box).forEach((canvas) => draw(canvas));

// ---- blinking: the reference in the place of the science image, and its name below

function showAs(canvas, shown) {
  draw(canvas, shown.pixels);
  const caption = canvas.closest("figure").querySelector("figcaption");
  caption.querySelector("[data-image-title]").textContent = shown.dataset.title;
  caption.classList.toggle("of-another", shown !== canvas); // whose time is not this one's
}

function blink(box, button) {
  clearInterval(box.blinking);
  const [science, reference] = ["new", "ref"].map((kind) => box.querySelector(`canvas[data-kind=${kind}]`));
  const on = button.getAttribute("aria-pressed") !== "true" && science?.pixels && reference?.pixels;
  button.setAttribute("aria-pressed", String(Boolean(on)));
  if (science) showAs(science, science);
  if (!on) return;
  let other = false;
  box.blinking = setInterval(() => {
    if (!box.isConnected) return clearInterval(box.blinking);
    other = !other;
    showAs(science, other ? reference : science);
  }, 600);
}

// ---- the controls: a live refresh brings the panel anew; how somebody had set it outlives that

const CONTROLS = ["stretch", "low", "high", "zoom"];
const LEAST = 5; // between black and white, of 255
const chosen = new Map();
const enlarged = new Set();

const control = (box, kind) => box.querySelector(`[data-images-${kind}]`);

/** The other end makes way, so that what is set is what is shown. */
function makeWay(box, moved) {
  const [low, high] = ["low", "high"].map((kind) => control(box, kind));
  if (Number(high.value) - Number(low.value) >= LEAST) return;
  if (moved === "low") high.value = Number(low.value) + LEAST;
  else low.value = Number(high.value) - LEAST;
}

function remembered(box) {
  for (const kind of CONTROLS) chosen.set(kind, control(box, kind).value);
  control(box, "reset").hidden = !isSet(box);
  redraw(box);
}

const usual = ({ options, defaultValue }) => (options ? options[0].value : defaultValue);
const isSet = (box) => CONTROLS.map((kind) => control(box, kind)).some((one) => one.value !== usual(one));

for (const kind of CONTROLS)
  on("input", `[data-images-${kind}]`, (_, moved) => {
    const box = moved.closest("[data-images]");
    makeWay(box, kind);
    remembered(box);
  });
on("click", "[data-images-reset]", (_, button) => {
  const box = button.closest("[data-images]");
  for (const one of CONTROLS.map((kind) => control(box, kind))) one.value = usual(one);
  control(box, "stretch").focus();
  remembered(box);
});
on("click", "[data-images-blink]", (_, button) => blink(button.closest("[data-images]"), button));

// ---- larger, and back

function enlarge(figure, large) {
  const button = figure.querySelector("[data-images-enlarge]");
  figure.classList.toggle("is-large", large);
  button.setAttribute("aria-pressed", String(large));
  enlarged[large ? "add" : "delete"](button.querySelector("canvas").dataset.image);
}

on("click", "[data-images-enlarge]", (_, button) => {
  const figure = button.closest("figure");
  enlarge(figure, !figure.classList.contains("is-large"));
});
on("keydown", ".is-large [data-images-enlarge]", (event, button) => {
  if (event.key === "Escape") enlarge(button.closest("figure"), false);
});

function setAgain(box) {
  for (const [kind, value] of chosen) control(box, kind).value = value;
  control(box, "reset").hidden = !isSet(box);
  for (const canvas of held(box)) if (enlarged.has(canvas.dataset.image)) enlarge(canvas.closest("figure"), true);
}

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => draw(target)));

whenLoaded((root) => all("[data-images]", root).forEach(setAgain));
whenLoaded((root) =>
  all("canvas[data-image]", root).forEach((canvas) =>
    load(canvas)
      .then(() => resized.observe(canvas)) // which draws it now, too
      .catch(() => canvas.closest("figure").classList.add("is-broken")),
  ),
);
