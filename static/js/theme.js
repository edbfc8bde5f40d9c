// Light, dark, night, or as the system: remembered in a cookie, so that the server draws it at once.
// Says `theme:changed` on the document with {theme, shown}.

import { all, on, remember } from "./dom.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const names = { auto: "As the system", light: "Light", dark: "Dark", night: "Night" };

/** What is seen: light, dark or night. */
export function shown() {
  const theme = root.dataset.skyTheme;
  return theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
}

export function setTheme(theme) {
  root.dataset.skyTheme = theme;
  remember("sky_theme", theme);
  apply();
}

function apply() {
  root.dataset.bsTheme = shown() === "light" ? "light" : "dark";
  for (const element of all("[data-theme-set]"))
    element.setAttribute("aria-checked", String(element.dataset.themeSet === root.dataset.skyTheme));
  for (const element of all("[data-theme-name]")) element.textContent = names[root.dataset.skyTheme];
  document.dispatchEvent(new CustomEvent("theme:changed", { detail: { theme: root.dataset.skyTheme, shown: shown() } }));
}

/** One click changes what is seen: the other of light and dark, then night, then the system again. */
export function nextTheme() {
  const opposite = dark.matches ? "light" : "dark";
  const theme = root.dataset.skyTheme;
  if (theme === "night") setTheme("auto");
  else if (theme === "auto" || theme !== opposite) setTheme(opposite);
  else setTheme("night");
}

/** A token's colour as the browser computes it now, e.g. colour("--sky-quiet"). */
export function colour(token) {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

on("click", "[data-theme-switch]", nextTheme);
on("click", "[data-theme-set]", (_, element) => setTheme(element.dataset.themeSet));
dark.addEventListener("change", apply);
addEventListener("storage", (event) => {
  if (event.key === "sky_theme" && event.newValue in names) {
    root.dataset.skyTheme = event.newValue;
    apply();
  }
});
apply();
