// The chat page: who talks to whom.

import { beginAfresh } from "./afresh.js";
import { Composer } from "./composer.js";
import { close, open, openFromAddress, wireDialogs } from "./dialogs.js";
import { download } from "./export.js";
import { clearDevice, device } from "./keep.js";
import { keepAboveKeyboard } from "./keyboard.js";
import { wireLooks } from "./look.js";
import { Menu } from "./menu.js";
import { Moods } from "./moods.js";
import { Outbox } from "./outbox.js";
import { wirePace } from "./pace.js";
import { Scroll } from "./scroll.js";
import { Session } from "./session.js";
import { wireStarters } from "./starters.js";
import { Status } from "./status.js";
import { Stream } from "./stream.js";
import { Talk } from "./talk.js";
import { Welcome } from "./welcome.js";
import { language, setLanguage, showWords } from "./words.js";

const part = (id) => document.getElementById(id);
const LOOKS = 40;
const LOOK_STEP = 500; // milliseconds
const STALE = 1_500; // milliseconds after which a half-written reply nobody continues is dropped

class Chat {
  constructor() {
    this._seq = 0;
    this._isFresh = false;
    this._isReading = false;
    this._isOnboarded = false;
    this.status = new Status(part("line"));
    this.session = new Session({ onGone: () => this._gone() });
    const scroll = new Scroll({ box: part("talk"), pill: part("pill") });
    const parts = { log: part("log"), waiting: part("waiting"), growing: part("growing") };
    this.talk = new Talk({ parts, scroll });
    this.outbox = new Outbox({ session: this.session, on: this._outboxNews() });
    this.stream = new Stream({
      session: this.session,
      after: () => this._seq,
      onEvent: (name, data) => this._event(name, data),
      onPage: (messages) => this._arrived(messages),
      onFresh: () => this._dropStale(),
      onState: (state) => this.status.connection(state),
    });
    this.composer = new Composer({
      form: part("composer"),
      text: part("text"),
      send: part("send"),
      counter: part("counter"),
      onSend: (text) => this.say(text),
    });
    this.welcome = new Welcome({ dialog: part("welcome"), onDone: (changes) => this._welcomed(changes) });
    const onCommand = (command) => this.order(command);
    new Menu({ button: part("menu-button"), panel: part("menu"), onCommand });
    new Moods({ session: this.session, scroll, log: part("log"), dialog: part("moods"), button: part("my-moods"), onCommand });
    this._wire();
  }

  /** Go on where this browser left off, or begin. */
  begin() {
    for (const item of this.outbox.items) this.talk.showWaiting(item, "sending");
    if (!device.isLasting) this.status.tell("no_storage");
    if (this.session.isKnown) void this._resume();
    else this.welcome.show();
    openFromAddress();
  }

  async _resume() {
    this.outbox.wake();
    for (;;) {
      try {
        await this.session.open();
        const state = await this.session.ask("/chat/session");
        setLanguage(state.language);
        this._isOnboarded = state.onboarded;
        if (!state.onboarded) this.welcome.show();
        await this._readLatest();
        break;
      } catch {
        if (this.session.isGone) return;
        this.status.connection(navigator.onLine ? "reconnecting" : "offline");
        await new Promise((resolve) => setTimeout(resolve, 2_000));
      }
    }
    this.stream.start();
  }

  async _readLatest() {
    const { messages, more } = await this.session.ask("/chat/messages?limit=50");
    this._arrived(messages, { quietly: true });
    part("earlier").hidden = !more;
    part("greeting").hidden = !this.talk.isEmpty;
  }

  _welcomed(changes) {
    part("greeting").hidden = !this.talk.isEmpty;
    part("text").focus();
    void this.session.choose(changes).catch(() => this.status.connection("reconnecting"));
    this.outbox.wake();
    this.stream.start();
  }

  /** Send words, or what a button stands for. */
  say(text, choice) {
    part("greeting").hidden = true;
    return this.outbox.add(text, choice);
  }

  /** Carry out a command that was chosen on the page. */
  order(command) {
    if (command === "/sos") open(part("sos"));
    else if (command === "/export") void this._export();
    else this.say(command, { choice: true });
  }

  _outboxNews() {
    return {
      state: (item, state, refusal) => {
        this.talk.showWaiting(item, state);
        if (refusal?.card) this.talk.showCard(item, refusal.card);
        if (refusal?.status === 503) this.status.connection("unavailable");
        else if (state === "waiting" && !navigator.onLine) this.status.connection("offline");
      },
      accepted: (item, kept) => {
        this.talk.settle(item, kept);
        this.status.connection("online");
        if (item.text === "/delete confirm") void this._watchErasure();
      },
      refused: (item, status) => {
        this.talk.withdraw(item);
        this.composer.giveBack(item.text, status === 413 ? "too_long" : "malformed");
      },
    };
  }

  _event(name, data) {
    if (name === "message") this._arrived([data]);
    else if (name === "partial") this._partial(data);
    else if (name === "typing") this._typing(data.on);
    else if (name === "session") this._session(data);
  }

  _arrived(messages, { quietly = false } = {}) {
    for (const message of messages) {
      this._seq = Math.max(this._seq, message.seq);
      // Our own line may come back before the server's answer to it does.
      const [first] = this.outbox.items;
      if (message.role === "user" && first?.text === message.text && !this.talk.has(message.id)) {
        this.outbox.settle(first, message);
      }
    }
    this.talk.add(messages, { quietly });
    if (messages.length > 0) part("greeting").hidden = true;
  }

  _partial(data) {
    this._isFresh = true;
    this.talk.showPartial(data);
  }

  _typing(isOn) {
    this._isFresh = isOn;
    this.talk.showTyping(isOn);
  }

  /** A new stream tells at once what is being written; what it does not tell is over. */
  _dropStale() {
    this._isFresh = false;
    setTimeout(() => this._isFresh || this.talk.showTyping(false), STALE);
  }

  _session(state) {
    setLanguage(state.language);
    if (this._isOnboarded && !state.onboarded) void this._watchErasure();
    this._isOnboarded = state.onboarded;
  }

  /** Everything may have been erased, here or elsewhere: look until it is so, then forget it here. */
  async _watchErasure() {
    const last = this.talk.lastOwnId;
    for (let look = 0; last && look < LOOKS && part("ended").hidden; look += 1) {
      try {
        const { messages } = await this.session.ask("/chat/messages");
        if (!messages.some(({ id }) => id === last)) return this._erased(messages);
      } catch {
        if (this.session.isGone) return;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_STEP));
    }
  }

  /** Leave the receipt on the page, and nothing in the browser. */
  _erased(messages) {
    this.stream.end();
    this.outbox.drop();
    this.session.end();
    this.talk.clear();
    this.talk.add(messages);
    clearDevice();
    part("earlier").hidden = true;
    part("composer").hidden = true;
    part("menu-button").hidden = true;
    part("ended").hidden = false;
    part("ended").querySelector("button").focus();
  }

  /** The server does not know this chat any more: say so, and offer a new one. */
  _gone() {
    this.stream.end();
    part("gone-unsent").hidden = this.outbox.items.length === 0;
    if (part("welcome").open) this.welcome.end();
    // The only way on is to start afresh; everything else would lead nowhere.
    part("gone").addEventListener("close", () => open(part("gone")));
    open(part("gone"));
  }

  async _readEarlier() {
    if (this._isReading || part("earlier").hidden) return;
    this._isReading = true;
    try {
      const { messages, more } = await this.session.ask(`/chat/messages?before=${this.talk.firstSeq}&limit=50`);
      if (document.activeElement === part("earlier")) part("talk").focus({ preventScroll: true });
      part("earlier").hidden = !more;
      this.talk.addAbove(messages);
    } catch {
      this.status.connection(navigator.onLine ? "reconnecting" : "offline");
    } finally {
      this._isReading = false;
    }
  }

  async _export() {
    this.status.tell("exporting");
    try {
      await this.session.open();
      await download(this.session);
      this.status.tell("exported");
    } catch {
      this.status.tell("export_failed");
    }
  }

  _switchLanguage() {
    setLanguage(language() === "zh" ? "en" : "zh");
    // Offline it is told later.
    if (this.session.isKnown) void this.session.choose({ language: language() }).catch(() => {});
  }

  _press(event) {
    const pressed = event.target.closest("button, a");
    if (!pressed) return;
    const { choice, label, command, download: file } = pressed.dataset;
    if (pressed.matches("[data-switch-language]")) this._switchLanguage();
    else if (pressed.matches("[data-afresh]")) beginAfresh(this.session.isGone ? this.outbox.unsent : null);
    else if (choice !== undefined) this._choose(choice, label);
    else if (command && pressed.matches(".command")) this.order(command);
    else if (file) {
      event.preventDefault();
      void this._export();
    }
  }

  _pick(text) {
    this.say(text);
    part("text").focus();
  }

  _choose(value, label) {
    this.say(value, { choice: true, label });
    // The pressed button is gone; the keyboard goes on from the talk.
    part("talk").focus({ preventScroll: true });
  }

  _wire() {
    wireDialogs();
    wireLooks();
    showWords();
    document.addEventListener("click", (event) => this._press(event));
    part("export").addEventListener("click", () => void this._export());
    part("clear").addEventListener("click", () => open(part("clear-ask")));
    part("clear-yes").addEventListener("click", () => beginAfresh());
    part("clear-delete").addEventListener("click", () => {
      close(part("clear-ask"));
      this.order("/delete");
    });
    part("earlier").addEventListener("click", () => void this._readEarlier());
    new IntersectionObserver(([entry]) => entry.isIntersecting && void this._readEarlier(), {
      root: part("talk"),
    }).observe(part("earlier"));
    wireStarters({ box: part("starters"), onPick: (text) => this._pick(text) });
    wirePace({ onOver: (value, label) => this._choose(value, label) });
    keepAboveKeyboard();
    // Another tab cleared this device: this one must not go on as if nothing had happened.
    window.addEventListener("storage", ({ key, newValue }) => {
      if (key === "nuanyu:token" && newValue === null) beginAfresh();
    });
  }
}

new Chat().begin();
