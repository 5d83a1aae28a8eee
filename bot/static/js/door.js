// The door: nothing but the choice of a language.

import { language, setLanguage, showWords } from "./words.js";

showWords();
for (const button of document.querySelectorAll("[data-switch-language]")) {
  button.addEventListener("click", () => setLanguage(language() === "zh" ? "en" : "zh"));
}
