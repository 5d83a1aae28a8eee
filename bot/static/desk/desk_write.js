/* Writing on the page of a case: nothing typed is lost.

   data-draft             a box whose words stay in this tab until they are sent
   data-say               the form of that box: sent without leaving the page
   data-keep              a note that saves itself while it is written                            */

import { csrf } from "./desk.js";

const one = (selector, root = document) => root.querySelector(selector);

/* The box may come and go with the talk: it is looked for each time. */
const boxNow = () => one("[data-draft]");
const keptAs = (box) => `desk:draft:${box.dataset.draft}`;
const keep = (box) => sessionStorage.setItem(keptAs(box), box.value);

export function takeUp() {
  const box = boxNow();
  if (box) box.value ||= sessionStorage.getItem(keptAs(box)) ?? "";
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-draft]")) keep(event.target);
});
document.addEventListener("keydown", (event) => {
  const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (isSend && event.target.matches("[data-draft]")) event.target.form.requestSubmit();
});
// A saved reply that desk.js put into the box is a draft as well.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-fill]") && boxNow()) keep(boxNow());
});
takeUp();

async function post(form, fields) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { Accept: "application/json", "X-CSRF": csrf },
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function say(form) {
  const sign = one("[data-say-state]", form);
  const button = one("button", form);
  const box = boxNow();
  const sent = box.value;
  button.disabled = true;
  sign.textContent = form.dataset.sending;
  try {
    const outcome = await post(form, new FormData(form));
    if (outcome.ok) {
      if (box.value === sent) box.value = "";
      keep(box);
      // The next words are another message: this one may be sent again without being said twice.
      form.elements.once.value = crypto.randomUUID?.() ?? uuid();
      document.dispatchEvent(new Event("desk:said"));
    }
    sign.textContent = outcome.text;
    sign.classList.toggle("bad", !outcome.ok);
  } catch {
    sign.textContent = form.dataset.failed;
    sign.classList.add("bad");
  }
  button.disabled = false;
  box.focus();
}

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!("say" in form.dataset)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (boxNow().value.trim() && !one("button", form).disabled) say(form);
  },
  true,
);

/* ---------------------------------------------------------------- notes */

const PATIENCE = 2000; // milliseconds without a key

const waiting = new Map();

async function keepNote(form) {
  waiting.delete(form);
  const sign = one("[data-kept-sign]", form);
  try {
    const outcome = await post(form, new FormData(form));
    if (outcome.said !== "empty") sign.textContent = outcome.ok ? form.dataset.kept : outcome.text;
  } catch {
    sign.textContent = form.dataset.lost;
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-keep]");
  if (!form) return;
  one("[data-kept-sign]", form).textContent = "";
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(keepNote, PATIENCE, form));
});
document.addEventListener("submit", (event) => clearTimeout(waiting.get(event.target)));
