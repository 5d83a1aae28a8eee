// One quiet line under the header: how the connection is, and what just happened.

import { onLanguage, word } from "./words.js";

const GRACE = 1_500; // milliseconds; a hiccup is nobody's business
const SHOWN = 6_000;

export class Status {
  constructor(line) {
    this._line = line;
    this._trouble = "";
    this._news = "";
    this._grace = 0;
    this._shown = 0;
    onLanguage(() => this._show());
  }

  /** Tell how the connection is: "online", "reconnecting", "offline" or "unavailable". */
  connection(state) {
    clearTimeout(this._grace);
    if (state === "online") this._set("");
    else if (this._trouble) this._set(state);
    else this._grace = setTimeout(() => this._set(state), state === "reconnecting" ? GRACE : 0);
  }

  /** Tell something for a moment. */
  tell(key) {
    clearTimeout(this._shown);
    this._news = key;
    this._show();
    this._shown = setTimeout(() => {
      this._news = "";
      this._show();
    }, SHOWN);
  }

  _set(trouble) {
    this._trouble = trouble;
    this._show();
  }

  _show() {
    const key = this._news || this._trouble;
    const text = key ? word(key) : "";
    if (this._line.textContent !== text) this._line.textContent = text;
  }
}
