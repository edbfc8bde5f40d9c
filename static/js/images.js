// Cutouts at true pixels: each canvas keeps the pixels of its file and draws them again as the controls say.

import { all, on, whenLoaded } from "./dom.js";

const ROOM = 480; // pixels of a canvas a side, however few its file has
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
  canvas.width = canvas.height = ROOM;
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

function draw(canvas, box, pixels = canvas.pixels) {
  if (!pixels) return;
  const zoom = Number(box.querySelector("[data-images-zoom]").value);
  const side = Math.max(pixels.width, pixels.height) / zoom;
  const pen = canvas.getContext("2d");
  pen.imageSmoothingEnabled = false;
  pen.clearRect(0, 0, ROOM, ROOM);
  pen.drawImage(stretched(pixels, table(box)), (pixels.width - side) / 2, (pixels.height - side) / 2, side, side, 0, 0, ROOM, ROOM);
  if (canvas.dataset.scale) bar(pen, ROOM / (side * Number(canvas.dataset.scale)));
  if ("northUp" in canvas.dataset) compass(pen);
}

function line(pen, points) {
  for (const [colour, width] of [["#000", 5], ["#fff", 2]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    points.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
  }
}

function words(pen, text, x, y) {
  pen.font = "600 22px sans-serif";
  pen.textAlign = "center";
  pen.lineWidth = 4;
  pen.strokeStyle = "#000";
  pen.fillStyle = "#fff";
  pen.strokeText(text, x, y);
  pen.fillText(text, x, y);
}

/** A round number of arcseconds, a fifth of the side or so; `size` is pixels of the canvas in an arcsecond. */
function bar(pen, size) {
  const arcsec = [0.5, 1, 2, 5, 10, 20, 30, 60].filter((a) => a * size < ROOM / 3).pop() ?? 0.2;
  line(pen, [[20, ROOM - 20], [20 + arcsec * size, ROOM - 20]]);
  words(pen, `${arcsec}″`, 20 + (arcsec * size) / 2, ROOM - 30);
}

function compass(pen) {
  const [x, y] = [ROOM - 24, ROOM - 22];
  line(pen, [[x, y - 50], [x, y], [x - 50, y]]);
  words(pen, "N", x, y - 58);
  words(pen, "E", x - 62, y + 8);
}

function redraw(box) {
  all("canvas[data-image]", box).forEach((canvas) => draw(canvas, box));
}

function blink(box, button) {
  clearInterval(box.blinking);
  const [science, reference] = ["new", "ref"].map((kind) => box.querySelector(`canvas[data-kind=${kind}]`));
  const on = button.getAttribute("aria-pressed") !== "true" && science?.pixels && reference?.pixels;
  button.setAttribute("aria-pressed", String(Boolean(on)));
  redraw(box);
  if (!on) return;
  let other = false;
  box.blinking = setInterval(() => {
    if (!box.isConnected) return clearInterval(box.blinking);
    other = !other;
    draw(science, box, other ? reference.pixels : science.pixels);
  }, 600);
}

// A live refresh brings the panel anew; how somebody had set it outlives that.
const CONTROLS = ["stretch", "low", "high", "zoom"];
const chosen = new Map();
const enlarged = new Set();

for (const kind of CONTROLS)
  on("input", `[data-images-${kind}]`, (_, control) => {
    chosen.set(kind, control.value);
    redraw(control.closest("[data-images]"));
  });
on("click", "[data-images-blink]", (_, button) => blink(button.closest("[data-images]"), button));
on("click", "[data-images-enlarge]", (_, button) => {
  const large = button.closest("figure").classList.toggle("is-large");
  enlarged[large ? "add" : "delete"](button.querySelector("canvas")?.dataset.image);
});

function setAgain(box) {
  for (const [kind, value] of chosen) box.querySelector(`[data-images-${kind}]`).value = value;
  for (const canvas of all("canvas[data-image]", box))
    if (enlarged.has(canvas.dataset.image)) canvas.closest("figure").classList.add("is-large");
}

whenLoaded((root) => all("[data-images]", root).forEach(setAgain));
whenLoaded((root) =>
  all("canvas[data-image]", root).forEach((canvas) =>
    load(canvas)
      .then(() => draw(canvas, canvas.closest("[data-images]")))
      .catch(() => canvas.closest("figure").classList.add("is-broken")),
  ),
);
