// Before the first talk: what this is, one question, three choices. Help is never behind it.

import { close, open } from "./dialogs.js";
import { onLanguage, word } from "./words.js";

const TITLES = { notice: "notice_title", age: "age_title", consent: "consent_title", under: "under_title" };
const ORDER = ["notice", "age", "consent"];

export class Welcome {
  /** `onDone(changes)` gets the age band and the consents. */
  constructor({ dialog, onDone }) {
    this._dialog = dialog;
    this._onDone = onDone;
    this._step = "notice";
    this._isDone = false;
    dialog.addEventListener("click", (event) => this._press(event.target));
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    // Some browsers close on a second Escape all the same.
    dialog.addEventListener("close", () => this._isDone || open(dialog));
    onLanguage(() => this._name());
  }

  show() {
    this._isDone = false;
    this._go("notice");
    open(this._dialog);
  }

  /** Something else has to be said first. */
  end() {
    this._isDone = true;
    close(this._dialog);
  }

  _press(target) {
    const age = target.closest("[data-age]");
    if (age?.dataset.age === "adult") this._go("consent");
    else if (age) this._go("under");
    else if (target.closest("[data-back]")) this._go(ORDER[Math.max(0, ORDER.indexOf(this._step) - 1)]);
    else if (target.closest("[data-next]")) this._next();
  }

  _next() {
    if (this._step === "notice") this._go("age");
    else if (this._step === "consent") this._finish({ age_band: "adult", consents: this._consents() });
    else this._finish({ age_band: "under_min" });
  }

  _consents() {
    const switches = this._dialog.querySelectorAll("input[role=switch]");
    return Object.fromEntries(Array.from(switches, (input) => [input.name, input.checked]));
  }

  _go(step) {
    this._step = step;
    for (const section of this._dialog.querySelectorAll("[data-step]")) {
      section.hidden = section.dataset.step !== step;
    }
    this._dialog.querySelector("[data-back]").hidden = step === "notice";
    this._name();
    this._dialog.querySelector(".sheet-title").focus();
    this._dialog.querySelector(".sheet-body").scrollTop = 0;
  }

  _name() {
    const number = ORDER.indexOf(this._step) + 1;
    this._dialog.querySelector(".step").textContent = number ? word("step", { step: number }) : "";
    this._dialog.querySelector(".sheet-title").textContent = word(TITLES[this._step]);
  }

  _finish(changes) {
    this.end();
    this._onDone(changes);
  }
}
