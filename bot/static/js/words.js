// The page's words in the language of the moment.

import { device } from "./keep.js";

/** What the server put into the page: words in both languages, the longest text, the helplines. */
export const page = JSON.parse(document.getElementById("page-data").textContent);

const root = document.documentElement;
const listeners = new Set();

export function language() {
  return root.dataset.language;
}

/** Return one wording with its fields filled in. */
export function word(key, fields = {}) {
  const text = page.words[language()][key];
  return typeof text === "string" ? text.replace(/\{(\w+)\}/g, (all, name) => fields[name] ?? all) : text;
}

/** Call something at every change of language. */
export function onLanguage(listener) {
  listeners.add(listener);
}

/** Return an element whose text follows the language. */
export function wordElement(tag, key, className = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.dataset.word = key;
  element.textContent = word(key);
  return element;
}

/** Change the language of the page; true when it is another one. */
export function setLanguage(chosen) {
  if (!(chosen in page.words)) return false;
  device.set("language", chosen);
  if (chosen === language()) return false;
  root.dataset.language = chosen;
  showWords();
  for (const listener of listeners) listener(chosen);
  return true;
}

/** Put the words of the language into the page. */
export function showWords() {
  root.lang = language();
  document.title = word(document.body.classList.contains("door") ? "door_title" : "title");
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
  }
  for (const element of document.querySelectorAll("[data-word-placeholder]")) {
    element.placeholder = word(element.dataset.wordPlaceholder);
  }
}

/** The language a text is written in, for screen readers. */
export function languageOf(text) {
  return /[\u3400-\u9fff]/.test(text) ? "zh" : "en";
}
