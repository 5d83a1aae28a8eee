// The talk on the page: what was said, what waits to be sent, what is being written.

import { bubbleOf, dayName, dayOf, fillTheirs, learnLabels, showLabel, showState } from "./bubble.js";
import { onLanguage } from "./words.js";

const NEAR = 3 * 60_000; // milliseconds between two lines that belong together

export class Talk {
  /** `parts` are the elements of the page; `scroll` keeps the reader's place. */
  constructor({ parts, scroll }) {
    this._log = parts.log;
    this._waiting = parts.waiting;
    this._growing = parts.growing;
    this._scroll = scroll;
    onLanguage(() => this._rename());
    // "Today" is yesterday after midnight.
    document.addEventListener("visibilitychange", () => document.hidden || this._rename());
  }

  /** Whether anything at all was said. */
  get isEmpty() {
    return this._log.childElementCount === 0 && this._waiting.childElementCount === 0;
  }

  /** The lowest position that is shown; undefined while nothing is. */
  get firstSeq() {
    const first = this._log.querySelector("[data-seq]");
    return first ? Number(first.dataset.seq) : undefined;
  }

  /** The student's latest line that the server has; undefined while there is none. */
  get lastOwnId() {
    const mine = this._log.querySelectorAll(".message.user[data-seq]");
    return mine[mine.length - 1]?.id.slice(2);
  }

  has(id) {
    return document.getElementById(`m-${id}`) !== null;
  }

  /** Add lines in their places; lines that are there already stay as they are. */
  add(messages, { quietly = false } = {}) {
    learnLabels(messages);
    const fresh = messages.filter(({ id }) => !this.has(id) || this._isGrowing(id));
    if (fresh.length === 0) return;
    const tells = fresh.some(({ role }) => role === "assistant");
    this._scroll.growing(
      () => {
        if (quietly) this._log.setAttribute("aria-live", "off");
        for (const message of fresh) this._addOne(message, { quietly });
        this._retireChoices();
        if (quietly) setTimeout(() => this._log.setAttribute("aria-live", "polite"), 300);
      },
      { tells },
    );
  }

  _addOne(message, { quietly }) {
    const hasGrown = this._isGrowing(message.id);
    if (hasGrown) this._growing.replaceChildren();
    const element = bubbleOf(message);
    if (message.role === "user") showState(element, "sent");
    else if (!quietly && !hasGrown) element.classList.add("fresh");
    this._place(element);
  }

  /** Add older lines above; the reader's place stays. */
  addAbove(messages) {
    learnLabels(messages);
    this._log.setAttribute("aria-live", "off");
    this._scroll.above(() => {
      for (const message of messages) if (!this.has(message.id)) this._addOne(message, { quietly: true });
      for (const chip of this._log.querySelectorAll(".chip[hidden]")) showLabel(chip);
      this._retireChoices();
    });
    setTimeout(() => this._log.setAttribute("aria-live", "polite"), 300);
  }

  /** Put a line where its position says, with the day above it where a new day begins. */
  _place(element) {
    const seq = Number(element.dataset.seq);
    let next = null;
    let before = this._log.lastElementChild;
    while (before && (!before.dataset.seq || Number(before.dataset.seq) > seq)) {
      next = before;
      before = before.previousElementSibling;
    }
    if (!before && next?.classList.contains("day") && next.dataset.day !== dayOf(element.dataset.at)) {
      next = this._log.firstElementChild;
    }
    if (before && next?.classList.contains("day")) next = next.nextElementSibling ? next : null;
    this._log.insertBefore(element, next);
    this._markDay(element);
    this._join(before, element);
  }

  _markDay(element) {
    const day = dayOf(element.dataset.at);
    const before = element.previousElementSibling;
    if (!before || (before.dataset.at && dayOf(before.dataset.at) !== day)) {
      const line = document.createElement("p");
      line.className = "day";
      line.dataset.day = day;
      line.textContent = dayName(day);
      element.before(line);
    }
    const after = element.nextElementSibling;
    if (after?.classList.contains("day") && after.dataset.day === day) after.remove();
  }

  _join(before, element) {
    if (!before || before.dataset.role !== element.dataset.role) return;
    const apart = new Date(element.dataset.at) - new Date(before.dataset.at);
    if (element.previousElementSibling !== before || apart > NEAR) return;
    element.classList.add("near");
    if (!before.classList.contains("unsent")) before.classList.add("joined");
  }

  /** Only what was said since the student's last line still asks for a press. */
  _retireChoices() {
    const mine = this._log.querySelectorAll(".message.user");
    const last = this._waiting.lastElementChild ?? mine[mine.length - 1];
    if (!last) return;
    for (const button of this._log.querySelectorAll("button.choice")) {
      const isEarlier = button.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (!isEarlier) continue;
      const group = button.parentElement;
      button.remove();
      if (group.childElementCount === 0) group.remove();
    }
  }

  /** Show a line that is not with the server yet, and how far it has got. */
  showWaiting(item, state) {
    let element = document.getElementById(`w-${item.clientId}`);
    if (element === null) {
      element = bubbleOf({
        id: item.clientId,
        role: "user",
        kind: item.choice ? "choice" : "text",
        text: item.text,
        label: item.label,
        at: item.at,
        choices: [],
      });
      element.id = `w-${item.clientId}`;
      element.classList.add("fresh");
      this._waiting.append(element);
      this._retireChoices();
      this._scroll.toEnd();
    }
    showState(element, state);
  }

  /** The server has it: the line takes its place in the talk. */
  settle(item, { id, seq }) {
    const element = document.getElementById(`w-${item.clientId}`);
    if (element === null) return;
    if (this.has(id)) {
      element.remove();
      return;
    }
    this._scroll.growing(() => {
      element.id = `m-${id}`;
      element.dataset.seq = seq;
      element.classList.remove("fresh");
      showState(element, "sent");
      this._place(element);
      this._retireChoices();
    });
  }

  /** Take a line back that the server will never take. */
  withdraw(item) {
    document.getElementById(`w-${item.clientId}`)?.remove();
  }

  /** Show a card that goes out although nothing could be stored. */
  showCard(item, card) {
    if (this.has(item.clientId)) return;
    const at = new Date().toISOString();
    const element = bubbleOf({ ...card, id: item.clientId, role: "assistant", kind: "card", at });
    document.getElementById(`w-${item.clientId}`)?.after(element);
    this._scroll.toEnd();
  }

  _isGrowing(id) {
    return this._growing.firstElementChild?.id === `m-${id}`;
  }

  /** Show a reply as far as it is written. */
  showPartial({ id, html }) {
    if (this.has(id) && !this._isGrowing(id)) return;
    this._scroll.growing(() => {
      if (!this._isGrowing(id)) {
        const at = new Date().toISOString();
        const element = bubbleOf({ id, role: "assistant", kind: "reply", html: "", at, choices: [] });
        element.querySelector(".meta").hidden = true;
        this._growing.replaceChildren(element);
      }
      fillTheirs(this._growing.firstElementChild, html);
    });
  }

  /** Show that an answer is being written, or that none is any more. */
  showTyping(isOn) {
    const shown = this._growing.firstElementChild;
    if (!isOn) this._growing.replaceChildren();
    if (!isOn || shown) return;
    const element = document.createElement("div");
    element.className = "message assistant typing";
    const bubble = document.createElement("div");
    bubble.className = "bubble dots";
    bubble.append(...[1, 2, 3].map(() => document.createElement("i")));
    element.append(bubble);
    this._scroll.growing(() => this._growing.replaceChildren(element));
  }

  /** Begin again with nothing said. */
  clear() {
    for (const part of [this._log, this._waiting, this._growing]) part.replaceChildren();
  }

  _rename() {
    for (const day of this._log.querySelectorAll(".day")) day.textContent = dayName(day.dataset.day);
    for (const chip of this._log.querySelectorAll(".chip")) showLabel(chip);
  }
}
