// Following the talk: an event stream that comes back by itself, and plain asking where no
// stream gets through.

import { EventReader } from "./events.js";
import { Patience } from "./patience.js";

const SILENCE = 40_000; // milliseconds; the server says something each 15 seconds
const HIDDEN = 30_000; // a page nobody sees lets go of its connection after this long
const ASKING = 4_000; // between two questions where no stream gets through
const ENOUGH_FAILURES = 2;

export class Stream {
  /**
   * `session` gives the token, `after()` the last position, `onEvent(name, data)` gets each event,
   * `onPage(messages)` what was asked for, `onFresh()` is called at each new stream,
   * `onState("online" | "reconnecting" | "offline")` at each change.
   */
  constructor({ session, after, onEvent, onPage, onFresh, onState }) {
    Object.assign(this, { session, after, onEvent, onPage, onFresh, onState });
    this._patience = new Patience(500, 15_000);
    this._failures = 0;
    this._wanted = false;
    this._running = false;
    this._stop = null;
    this._hiding = 0;
    document.addEventListener("visibilitychange", () => this._seen());
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this._stop?.abort());
    window.addEventListener("pagehide", () => this._stop?.abort());
    window.addEventListener("pageshow", (event) => event.persisted && this.wake());
  }

  start() {
    this._wanted = true;
    void this._run();
  }

  end() {
    this._wanted = false;
    this._stop?.abort();
  }

  /** Try at once instead of waiting. */
  wake() {
    this._patience.hurry();
    if (this._wanted) void this._run();
  }

  _seen() {
    clearTimeout(this._hiding);
    if (document.hidden) this._hiding = setTimeout(() => this._stop?.abort(), HIDDEN);
    else this.wake();
  }

  async _run() {
    if (this._running) return;
    this._running = true;
    try {
      while (this._wanted && !this.session.isGone && !(document.hidden && this._stop?.signal.aborted)) {
        await this._turn();
      }
    } finally {
      this._running = false;
    }
  }

  async _turn() {
    try {
      await this.session.open();
      if (this._failures < ENOUGH_FAILURES) {
        await this._listen();
        this.onState("reconnecting");
      } else {
        await this._askInstead();
        return;
      }
    } catch {
      if (this.session.isGone || !this._wanted) return;
      this._failures += 1;
      this.onState(navigator.onLine ? "reconnecting" : "offline");
    }
    if (this._wanted && !document.hidden) await this._patience.wait();
  }

  /** Listen until the line breaks. Throws when nothing at all came through. */
  async _listen() {
    const stop = new AbortController();
    this._stop = stop;
    let timer = setTimeout(() => stop.abort(), SILENCE);
    let heard = false;
    try {
      const response = await this._connect(stop.signal);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const events = new EventReader((name, data) => this.onEvent(name, data));
      this.onFresh();
      this.onState("online");
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        heard = true;
        this._failures = 0;
        this._patience.calm();
        clearTimeout(timer);
        timer = setTimeout(() => stop.abort(), SILENCE);
        events.push(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      if (!heard) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async _connect(signal) {
    const response = await fetch(`/chat/events?after=${this.after()}`, {
      headers: { Authorization: `Bearer ${this.session.token}`, Accept: "text/event-stream" },
      signal,
      cache: "no-store",
      credentials: "omit",
    });
    if (response.status === 401) await this.session.ask("/chat/session"); // tells why
    if (!response.ok || !response.body) throw new Error(`no stream: ${response.status}`);
    return response;
  }

  /** Ask for what is new; every few questions try a stream again. */
  async _askInstead() {
    const found = await this.session.ask(`/chat/messages?after=${this.after()}`);
    this.onPage(found.messages);
    this.onState("online");
    this._failures += 1;
    if (this._failures > ENOUGH_FAILURES + 5) this._failures = ENOUGH_FAILURES - 1;
    if (!found.more) await new Promise((resolve) => setTimeout(resolve, ASKING));
  }
}
