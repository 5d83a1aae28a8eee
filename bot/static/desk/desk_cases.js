/* What the queue and the page of a case do beside desk.js.

   data-clock="ISO"       the server's time when this was made: clocks run by it, not by the PC's
   .dial                  a clock in words: data-begin, data-run, and while something is due
                          data-end, data-soon, data-late; the words have {span} in them
   data-title             what the browser's tab says
   #case                  follows its events and puts the parts ([data-part]) in place anew
   data-draft             a box whose words stay in this tab until they are sent
   data-say               the form of that box: sent without leaving the page
   data-keep              a note that saves itself while it is written
   data-only-for="value"  a field that is asked only beside one choice of the select before it   */

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
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

/* ---------------------------------------------------------------- title and sound */

function showTitle() {
  const wanted = one("[data-title]")?.dataset.title;
  if (!wanted) return;
  const desk = document.title.split(" · ").pop();
  document.title = `${wanted} · ${desk}`;
}

let pressed = navigator.userActivation?.hasBeenActive ?? false;

function showHint() {
  const hint = one("[data-sound-hint]");
  if (hint) hint.hidden = pressed || localStorage.getItem("desk:sound") !== "on";
}

for (const deed of ["pointerdown", "keydown"]) {
  window.addEventListener(deed, () => {
    pressed = true;
    showHint();
  });
}

const queue = one("#queue");
if (queue) {
  new MutationObserver(() => {
    showTitle();
    tick();
  }).observe(queue, { childList: true });
}

/* ---------------------------------------------------------------- one case, live */

const csrf = one('meta[name="csrf"]')?.content ?? "";
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

function place(fresh) {
  for (const part of all("[data-part]", fresh)) {
    const old = one(`#case [data-part="${part.dataset.part}"]`);
    if (!old) continue;
    const wasAtEnd = old.scrollHeight - old.scrollTop - old.clientHeight < 40;
    // What a screen reader is told is only what came anew.
    const lines = all(".line", part).length - all(".line", old).length;
    if (part.dataset.part === "lines" && lines === 0 && part.textContent === old.textContent) continue;
    if (part.dataset.state !== undefined && !mayReplace(old, part)) continue;
    old.replaceChildren(...part.childNodes);
    old.className = part.className;
    old.hidden = part.hidden;
    if (part.dataset.state !== undefined) old.dataset.state = part.dataset.state;
    if (part.dataset.clock) old.dataset.clock = part.dataset.clock;
    if (old.dataset.stick && wasAtEnd) old.scrollTop = old.scrollHeight;
  }
  const changed = one("[data-parts]", fresh)?.dataset.state !== page.dataset.state;
  const behind = all("[data-part][data-state]", fresh).some(
    (part) => one(`#case [data-part="${part.dataset.part}"]`)?.dataset.state !== part.dataset.state,
  );
  one("#changed").hidden = !changed && !behind;
  askOnlyFor();
  tick();
}

/* Forms are put in place anew only when other things can be done now, and nobody is at them. */
function mayReplace(old, part) {
  const isBusy = old.contains(document.activeElement) || one("details[open]", old) !== null;
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
}

/* ---------------------------------------------------------------- words that are not sent yet */

const box = one("[data-draft]");
const kept = box && `desk:draft:${box.dataset.draft}`;

if (box) {
  box.value ||= sessionStorage.getItem(kept) ?? "";
  box.addEventListener("input", () => sessionStorage.setItem(kept, box.value));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  });
  // A saved reply that desk.js put into the box is a draft as well.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-fill]")) sessionStorage.setItem(kept, box.value);
  });
}

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
  const sent = box.value;
  button.disabled = true;
  sign.textContent = form.dataset.sending;
  try {
    const outcome = await post(form, new FormData(form));
    if (outcome.ok) {
      if (box.value === sent) box.value = "";
      sessionStorage.setItem(kept, box.value);
      // The next words are another message: this one may be sent again without being said twice.
      form.elements.once.value = crypto.randomUUID?.() ?? uuid();
      refresh();
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
    if (box.value.trim() && !one("button", form).disabled) say(form);
  },
  true,
);

/* ---------------------------------------------------------------- notes */

const PATIENCE = 2000; // milliseconds without a key

for (const form of all("[data-keep]")) {
  const sign = one("[data-kept-sign]", form);
  let timer = 0;
  const keep = async () => {
    try {
      const outcome = await post(form, new FormData(form));
      if (outcome.said !== "empty") sign.textContent = outcome.ok ? form.dataset.kept : outcome.text;
    } catch {
      sign.textContent = form.dataset.lost;
    }
  };
  form.addEventListener("input", () => {
    sign.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(keep, PATIENCE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
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
showHint();
tick();
setInterval(tick, 1000);
