/* What the queue and the page of a case do beside desk.js.

   data-clock="ISO"       the server's time when this was made: clocks run by it, not by the PC's
   .dial                  a clock in words: data-begin, data-run, and while something is due
                          data-end, data-soon, data-late; the words have {span} in them
   data-title             what the browser's tab says
   #case                  follows its events and puts the parts ([data-part]) in place anew
   data-only-for="value"  a field that is asked only beside one choice of the select before it   */

import { all, hold } from "./desk.js";
import { showQueue } from "./desk_alarm.js";
import { takeUp } from "./desk_write.js";

const one = (selector, root = document) => root.querySelector(selector);
document.documentElement.classList.add("script");

/* ---------------------------------------------------------------- clocks */

let clock = "";
let skew = 0;

function now() {
  const told = one("[data-clock]")?.dataset.clock ?? "";
  if (told && told !== clock) {
    clock = told;
    skew = Date.parse(told) - Date.now();
  }
  return Date.now() + skew;
}

function span(length) {
  const words = (one("[data-seconds]") ?? document.body).dataset;
  const s = Math.max(0, Math.floor(length / 1000));
  const say = (text, fields) => text.replace(/\{(\w)\}/g, (_, key) => fields[key]);
  if (s < 60) return say(words.seconds, { n: s });
  if (s < 3600) return say(words.minutes, { n: Math.floor(s / 60) });
  if (s < 86400) return say(words.hours, { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
  return say(words.days, { d: Math.floor(s / 86400), h: Math.floor((s % 86400) / 3600) });
}

function tick() {
  const at = now();
  for (const dial of all(".dial")) {
    const { begin, run, end, soon, late } = dial.dataset;
    const due = end ? Date.parse(end) : 0;
    const isLate = Boolean(end) && at >= due;
    const length = end ? Math.abs(due - at) : at - Date.parse(begin);
    const text = (isLate ? late : run).replace("{span}", span(length));
    if (dial.textContent !== text) dial.textContent = text;
    if (!end) continue;
    const tone = isLate ? "late" : at >= Date.parse(soon) ? "soon" : "fine";
    for (const name of ["fine", "soon", "late"]) dial.classList.toggle(`tone-${name}`, name === tone);
  }
}

/* ---------------------------------------------------------------- title */

function showTitle() {
  const wanted = one("[data-title]")?.dataset.title;
  if (!wanted) return;
  const desk = document.title.split(" · ").pop();
  document.title = `${wanted} · ${desk}`;
}

const queue = one("#queue");
if (queue) {
  new MutationObserver(() => {
    showTitle();
    tick();
  }).observe(queue, { childList: true });
}

/* ---------------------------------------------------------------- one case, live */

const page = one("#case");
let asking = false;
let again = false;

function lookState(fine) {
  for (const sign of all("[data-live-state]")) {
    sign.textContent = (fine ? sign.dataset.back : sign.dataset.lost) ?? "";
    sign.classList.toggle("is-lost", !fine);
  }
}

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(page.dataset.fragment, { headers: { Accept: "text/html" } });
    if (!answer.ok || new URL(answer.url).pathname !== page.dataset.fragment) throw new Error("gone");
    place(new DOMParser().parseFromString(await answer.text(), "text/html"));
    lookState(true);
  } catch {
    lookState(false);
  }
  asking = false;
  if (again) {
    again = false;
    refresh();
  }
}

/* Parts are put in place anew; what the reader is at stays: focus, open details, what is typed, and
   the place on the screen. */
function place(fresh) {
  const parts = all("[data-part]", fresh);
  const settle = hold(page);
  for (const part of parts) {
    const old = one(`#case [data-part="${part.dataset.part}"]`);
    if (!old || old === part) continue;
    const isSame = old.innerHTML === part.innerHTML;
    if (!isSame && part.dataset.state !== undefined && !mayReplace(old, part)) continue;
    const wasAtEnd = old.scrollHeight - old.scrollTop - old.clientHeight < 40;
    const open = all("details[id][open]", old).map((one) => one.id);
    const isAdded = isSame || (part.dataset.part === "lines" && addLines(old, part));
    if (!isAdded) old.replaceChildren(...part.childNodes);
    old.className = part.className;
    old.hidden = part.hidden;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (part.dataset.state !== undefined) old.dataset.state = part.dataset.state;
    if (part.dataset.clock) old.dataset.clock = part.dataset.clock;
    for (const log of [old, ...all("[data-stick]", old)]) {
      if (log.dataset.stick && (wasAtEnd || log !== old)) log.scrollTop = log.scrollHeight;
    }
  }
  settle();
  const changed = one("[data-parts]", fresh)?.dataset.state !== page.dataset.state;
  const behind = parts.some((part) => {
    const shown = one(`#case [data-part="${part.dataset.part}"]`);
    return shown && part.dataset.state !== undefined && shown.dataset.state !== part.dataset.state;
  });
  one("#changed").hidden = !changed && !behind;
  takeUp();
  askOnlyFor();
  tick();
}

/* Only what came anew is put in, so that a screen reader says only that and a selection stays.
   False where more changed than lines. */
function addLines(old, part) {
  const lists = all(".talk-lines", old);
  const fresh = all(".talk-lines", part);
  if (!lists.length || all(".divider, .muted", old).length !== all(".divider, .muted", part).length) return false;
  fresh.forEach((list, i) => {
    for (const line of all(".line", list)) {
      const shown = document.getElementById(line.id);
      if (!shown) lists[i].append(line);
      else if (shown.outerHTML !== line.outerHTML) shown.replaceWith(line);
    }
  });
  return true;
}

/* Forms are put in place anew only when other things can be done now, and nobody is at them. */
function mayReplace(old, part) {
  const typed = all("textarea, input:not([type=hidden])", old).some((one) => one.value !== one.defaultValue);
  const isBusy = typed || old.contains(document.activeElement) || one("details[open]", old) !== null;
  return old.dataset.state !== part.dataset.state && !isBusy;
}

function follow() {
  const stream = new EventSource(page.dataset.events);
  let timer = 0;
  stream.addEventListener("case", () => {
    clearInterval(timer);
    timer = 0;
    refresh();
  });
  stream.addEventListener("queue", (event) => showQueue(JSON.parse(event.data)));
  stream.onerror = () => {
    lookState(false);
    if (!timer) timer = setInterval(refresh, 10000);
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      clearInterval(timer);
      follow();
    }, 30000);
  };
  window.addEventListener("pagehide", () => stream.close(), { once: true });
}

if (page) {
  const log = one("#talk-log");
  if (log) log.scrollTop = log.scrollHeight;
  follow();
  document.addEventListener("desk:said", refresh);
}

/* ---------------------------------------------------------------- forms */

function askOnlyFor() {
  for (const field of all("[data-only-for]")) {
    const select = one("select", field.previousElementSibling ?? document);
    field.hidden = select?.value !== field.dataset.onlyFor;
    for (const inner of all("select", field)) inner.required = !field.hidden;
  }
}
document.addEventListener("change", askOnlyFor);
askOnlyFor();

// An address that names what was said would say it again after a reload.
if (location.search.includes("said=")) {
  history.replaceState(null, "", location.pathname + location.hash);
}

showTitle();
tick();
setInterval(tick, 1000);
