// What the student wrote and the server has not taken yet. Kept in the browser, so that neither a
// reload nor a dead spot loses a word; sent one at a time, in order, until it is taken.

import { Refused } from "./api.js";
import { device } from "./keep.js";
import { Patience } from "./patience.js";

const SHELF = "out:";

export class Outbox {
  /**
   * `on.state(item, "sending" | "waiting", refusal?)`, `on.accepted(item, kept)`,
   * `on.refused(item, status)` for what the server will never take.
   */
  constructor({ session, on }) {
    this._session = session;
    this._on = on;
    this._patience = new Patience(1_000, 20_000);
    this._running = false;
    this.items = device.names(SHELF).map((name) => JSON.parse(device.get(name)));
    window.addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
  }

  /** Take a line in and send it when its turn comes; returns the item. */
  add(text, { choice = false, label = "" } = {}) {
    const item = { clientId: newId(), text, choice, label, at: new Date().toISOString() };
    item.name = `${SHELF}${Date.now().toString(36).padStart(10, "0")}-${item.clientId}`;
    this.items.push(item);
    device.set(item.name, JSON.stringify(item));
    this._on.state(item, "sending");
    this.wake();
    return item;
  }

  /** Try at once instead of waiting. */
  wake() {
    this._patience.hurry();
    void this._run();
  }

  /** The server has this one, as another way told us. */
  settle(item, kept) {
    if (!this.items.includes(item)) return;
    this._forget(item);
    this._on.accepted(item, kept);
  }

  /** The words that wait, without the buttons. */
  get unsent() {
    return this.items.filter(({ choice }) => !choice).map(({ text }) => text);
  }

  /** Forget everything that waits. */
  drop() {
    for (const item of this.items) this._forget(item);
  }

  async _run() {
    if (this._running) return;
    this._running = true;
    try {
      while (this.items.length > 0 && !this._session.isGone) await this._sendFirst();
    } finally {
      this._running = false;
    }
  }

  async _sendFirst() {
    const item = this.items[0];
    try {
      await this._session.open();
      const body = { text: item.text, client_id: item.clientId, choice: item.choice };
      this.settle(item, await this._session.ask("/chat/messages", { method: "POST", body }));
      this._patience.calm();
    } catch (error) {
      const refusal = error instanceof Refused ? error : null;
      if (this._session.isGone) return;
      if (refusal && (refusal.status === 413 || refusal.status === 422)) {
        this._forget(item);
        this._on.refused(item, refusal.status);
        return;
      }
      if (this.items.includes(item)) this._on.state(item, "waiting", refusal);
      await this._patience.wait();
    }
  }

  _forget(item) {
    this.items = this.items.filter((other) => other !== item);
    device.drop(item.name);
  }
}

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Without https some browsers have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
