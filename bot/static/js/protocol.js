// The protocol: the choice of a language, and printing.

import { device } from "./keep.js";

const root = document.documentElement;

function show(language) {
  root.dataset.language = language;
  root.lang = language;
  document.title = document.querySelector(`main[data-in=${language}]`).dataset.title;
}

show(root.dataset.language);
for (const button of document.querySelectorAll("[data-switch-language]")) {
  button.addEventListener("click", () => {
    const other = root.dataset.language === "zh" ? "en" : "zh";
    device.set("language", other);
    show(other);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
