// Click to copy: `data-copy="text"`, or the element's own words.

import { on } from "./dom.js";
import { toast } from "./toasts.js";

on("click", "[data-copy]", async (_, element) => {
  const text = element.dataset.copy || element.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    toast(`Copying is blocked here: ${text}`, { level: "warning" });
    return;
  }
  element.dataset.copied = "";
  setTimeout(() => delete element.dataset.copied, 1200);
});
