// Where the student writes. Enter sends, unless an input method is still choosing characters.

import { tab } from "./keep.js";
import { onLanguage, page, word } from "./words.js";

const DRAFT = "draft";
const WARN_AT = 0.95;

export class Composer {
  /** `onSend(text)` gets what was written. */
  constructor({ form, text, send, counter, onSend }) {
    Object.assign(this, { form, text, send, counter, onSend });
    this._problem = "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._submit();
    });
    text.addEventListener("keydown", (event) => this._key(event));
    text.addEventListener("input", () => {
      this._problem = "";
      this._changed();
    });
    onLanguage(() => this._changed());
    text.value = tab.get(DRAFT) ?? "";
    this._changed();
  }

  /** Give words back that could not be sent, above what was written since. */
  giveBack(words, problem = "") {
    this.text.value = [words, this.text.value].filter(Boolean).join("\n");
    this._problem = problem;
    this._changed();
  }

  _key(event) {
    const isChoosing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || isChoosing) return;
    event.preventDefault();
    this._submit();
  }

  _submit() {
    const words = this.text.value.trim();
    if (words === "" || this._over() > 0) {
      this.text.focus();
      return;
    }
    this.text.value = "";
    this._problem = "";
    this._changed();
    this.text.focus();
    this.onSend(words.toWellFormed ? words.toWellFormed() : words);
  }

  _over() {
    const { value } = this.text;
    if (value.length <= page.longest * WARN_AT) return -Infinity;
    return [...value].length - page.longest; // the server counts characters, not UTF-16 units
  }

  _changed() {
    const { text, counter } = this;
    if (text.value === "") tab.drop(DRAFT);
    else tab.set(DRAFT, text.value);
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
    const over = this._over();
    counter.classList.toggle("over", over > 0 || this._problem !== "");
    if (over > 0) counter.textContent = word("over", { over });
    else if (this._problem) counter.textContent = word(this._problem);
    else counter.textContent = over > -Infinity ? word("left", { left: -over }) : "";
    this.send.setAttribute("aria-disabled", String(text.value.trim() === "" || over > 0));
  }
}
