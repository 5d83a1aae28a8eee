// One line of the talk as elements: a bubble, its buttons, its time.

import { language, languageOf, page, word, wordElement } from "./words.js";

const COMMANDS = /\/(?:sos|help|human|memory|privacy|export|delete|pause|resume|language|stop|mood|exercise|game|journal|scale|learn|suggest|week)(?![\w/])/g;

/** Labels of buttons by what pressing them sends, so that history can show them. */
const labels = new Map();

/** Menu entries are buttons too. */
for (const name of ["help", "human", "memory", "privacy", "stop", "delete", "mood", "exercise", "game", "journal", "scale", "learn"]) {
  labels.set(`/${name}`, () => word(`menu_${name}`));
}
labels.set("/sos", () => word("sos"));
labels.set("/export", () => word("menu_export"));

/** Build a line. `message` is the server's, or a stand-in with the same fields. */
export function bubbleOf(message) {
  const element = document.createElement("article");
  element.id = `m-${message.id}`;
  element.className = `message ${message.role}`;
  element.dataset.role = message.role;
  element.dataset.at = message.at;
  if (message.seq !== undefined) element.dataset.seq = message.seq;
  if (["card", "picture"].includes(message.kind)) element.classList.add(message.kind);
  const isCard = message.kind === "card";
  const who = message.role === "user" ? "you" : isCard ? "card" : "nuanyu";
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  element.append(wordElement("span", who, "sr"), bubble, metaOf(message.at));
  if (message.role === "user") fillMine(element, message);
  else fillTheirs(element, message.html, message.choices);
  return element;
}

/** Change the words of a reply that grows, or that is complete now. */
export function fillTheirs(element, html, choices = []) {
  const bubble = element.querySelector(".bubble");
  bubble.innerHTML = html; // safe: the server wrote it, tag by tag
  bubble.lang = languageOf(bubble.textContent);
  linkNumbers(bubble, choices);
  linkCommands(bubble);
  if (choices.length > 0) element.querySelector(".meta").before(choicesOf(choices));
}

function fillMine(element, message) {
  const bubble = element.querySelector(".bubble");
  const isOrder = message.kind === "choice" && message.text.startsWith("/");
  bubble.textContent = message.text;
  bubble.lang = languageOf(message.text);
  if (!isOrder) return;
  element.classList.add("chip");
  element.dataset.value = message.text;
  if (message.label) labels.set(message.text, () => message.label);
  showLabel(element);
}

/** Show what was pressed, if a button with that value has been seen; else hide the line. */
export function showLabel(chip) {
  const label = labels.get(chip.dataset.value);
  chip.hidden = label === undefined;
  const bubble = chip.querySelector(".bubble");
  bubble.textContent = label ? label() : "";
  bubble.lang = languageOf(bubble.textContent);
}

/** Remember what buttons say. */
export function learnLabels(messages) {
  for (const { choices } of messages) {
    for (const { label, value, url } of choices ?? []) if (!url) labels.set(value, () => label);
  }
}

function metaOf(at) {
  const meta = document.createElement("div");
  meta.className = "meta";
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = new Intl.DateTimeFormat("zh-CN", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(at));
  meta.append(time);
  return meta;
}

/** Say how far a line of one's own has got: "sending", "waiting" or "sent". */
export function showState(element, state) {
  element.classList.toggle("unsent", state !== "sent");
  element.dataset.state = state;
  const meta = element.querySelector(".meta");
  meta.querySelector(".state")?.remove();
  const mark = document.createElement("span");
  mark.className = "state";
  if (state === "sent") mark.append(checkMark());
  mark.append(wordElement("span", state, state === "sent" ? "sr" : ""));
  meta.append(mark);
}

function checkMark() {
  const mark = document.createElement("span");
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = "✓";
  return mark;
}

function choicesOf(choices) {
  const group = document.createElement("div");
  group.className = "choices";
  for (const { label, value, url, pace } of choices) {
    const element = document.createElement(url ? "a" : "button");
    element.className = "choice";
    element.textContent = label;
    element.lang = languageOf(label);
    if (url) {
      element.href = url;
      if (url.startsWith("/")) element.dataset.download = url;
      else if (url.startsWith("http")) Object.assign(element, { target: "_blank", rel: "noopener noreferrer" });
    } else {
      element.type = "button";
      element.dataset.choice = value;
      element.dataset.label = label;
      if (pace?.length) element.dataset.pace = JSON.stringify(pace);
    }
    group.append(element);
  }
  return group;
}

/** Make phone numbers tappable: those of this message's links, and those of the helplines. */
function linkNumbers(bubble, choices) {
  const own = choices.map(({ url }) => url ?? "").filter((url) => url.startsWith("tel:"));
  const known = [...own.map((url) => url.slice(4)), ...page.numbers];
  const digits = [...new Set(known.map((number) => number.replace(/\D/g, "")))]
    .filter((number) => number.length >= 3)
    .sort((a, b) => b.length - a.length);
  if (digits.length === 0) return;
  const spaced = digits.map((number) => [...number].join("[ \\-‑–]?"));
  const pattern = new RegExp(`(?:${spaced.join("|")})(?!\\d|-\\d)`, "g");
  wrap(bubble, pattern, (text) => {
    const link = document.createElement("a");
    link.href = `tel:${text.replace(/\D/g, "")}`;
    link.textContent = text;
    return link;
  });
}

function linkCommands(bubble) {
  wrap(bubble, COMMANDS, (text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "command";
    button.dataset.command = text;
    button.textContent = text;
    return button;
  });
}

/** Replace each match in the text below an element, links left as they are. */
function wrap(element, pattern, make) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("a, button")) texts.push(walker.currentNode);
  for (const node of texts) {
    const pieces = [];
    let from = 0;
    for (const match of node.data.matchAll(pattern)) {
      // The middle of a longer number is none. (Older phones know no lookbehind.)
      if (/[\d-]/.test(node.data.charAt(match.index - 1))) continue;
      pieces.push(node.data.slice(from, match.index), make(match[0]));
      from = match.index + match[0].length;
    }
    if (pieces.length > 0) node.replaceWith(...pieces, node.data.slice(from));
  }
}

/** The day of a moment as people say it: today, yesterday, or the date. */
export function dayName(day) {
  const days = Math.round((startOf(new Date()) - startOf(new Date(`${day}T00:00`))) / 86_400_000);
  if (days === 0) return word("today");
  if (days === 1) return word("yesterday");
  return new Intl.DateTimeFormat(language() === "zh" ? "zh-CN" : "en-GB", {
    year: days > 300 ? "numeric" : undefined,
    month: "long",
    day: "numeric",
    weekday: "long",
  }).format(new Date(`${day}T00:00`));
}

/** The local day of a moment, as "2026-09-01". */
export function dayOf(at) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function startOf(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}
