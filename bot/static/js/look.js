// Dark or light, and the size of the letters.

import { device } from "./keep.js";

const root = document.documentElement;
const night = window.matchMedia("(prefers-color-scheme: dark)");

/** Let the radio buttons of the menu decide, and remember what they decided. */
export function wireLooks() {
  wire("theme", "auto", showTheme);
  wire("size", "normal", (size) => {
    root.dataset.size = size;
  });
  night.addEventListener("change", () => showTheme(device.get("theme") ?? "auto"));
}

function wire(name, usual, show) {
  const chosen = device.get(name) ?? usual;
  for (const input of document.querySelectorAll(`input[name="${name}"]`)) {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => {
      device.set(name, input.value);
      show(input.value);
    });
  }
}

function showTheme(theme) {
  root.dataset.theme = theme === "auto" ? (night.matches ? "dark" : "light") : theme;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    meta.content = getComputedStyle(root).getPropertyValue("--surface").trim();
  }
}
