// For those who have no words yet: a few to begin with.

import { onLanguage, word } from "./words.js";

/** Fill the box with words to press; `onPick(text)` gets the one that was pressed. */
export function wireStarters({ box, onPick }) {
  const show = () => box.replaceChildren(...word("starters").map((text) => starter(text, onPick)));
  onLanguage(show);
  show();
}

function starter(text, onPick) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "choice";
  button.textContent = text;
  button.addEventListener("click", () => onPick(text));
  return button;
}
