// The key to one chat, and what its student chose. Choices made offline wait here.

import { Refused, call } from "./api.js";
import { device } from "./keep.js";
import { language } from "./words.js";

export class Session {
  /** `onGone` is called once, when the server no longer knows the token. */
  constructor({ onGone }) {
    this._onGone = onGone;
    this._opening = null;
    this._token = null;
    this.isGone = false;
  }

  /** Stays the same as long as the page is open, whatever other tabs do. */
  get token() {
    this._token ??= device.get("token");
    return this._token;
  }

  /** Whether this browser was here before. */
  get isKnown() {
    return this.token !== null || device.get("choices") !== null;
  }

  /** Remember choices and tell the server as soon as it can be reached. */
  async choose(changes) {
    const waiting = JSON.parse(device.get("choices") ?? "{}");
    device.set("choices", JSON.stringify({ ...waiting, ...changes }));
    await this.open();
  }

  /** Make sure that there is a chat and that it knows the choices. Throws when offline. */
  open() {
    this._opening ??= this._open().finally(() => {
      this._opening = null;
    });
    return this._opening;
  }

  /** Everything was erased: ask for nothing any more. */
  end() {
    this.isGone = true;
    this._token = null;
  }

  async _open() {
    if (this.token === null) {
      const { token } = await call("/chat/sessions", { method: "POST", body: { language: language() } });
      device.set("token", token);
    }
    const waiting = device.get("choices");
    if (waiting === null) return;
    try {
      await this.ask("/chat/session", { method: "PUT", body: JSON.parse(waiting) });
    } catch (error) {
      // Choices that the server does not understand must not stand between a student and help.
      if (!(error instanceof Refused) || error.status !== 422) throw error;
    }
    if (device.get("choices") === waiting) device.drop("choices");
  }

  /** Ask the server as this student and return its JSON. */
  async ask(path, options = {}) {
    return this.guard(call(path, { ...options, token: this.token }));
  }

  /** Watch an answer for the one that ends this chat. */
  async guard(answer) {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof Refused && error.status === 401 && !this.isGone) {
        this.isGone = true;
        this._onGone();
      }
      throw error;
    }
  }
}
