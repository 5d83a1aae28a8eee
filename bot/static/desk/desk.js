/* What the desk's pages do in the browser, all by attributes; no page has a script of its own.

   data-since="ISO" [data-due="ISO"] [data-late-text]   a clock that counts up; after `due` it gets
                         the class "late" and the words of data-late-text
   data-until="ISO" [data-late-text]                    a clock that counts down, then shows by how
                         much the moment was missed (class "late")
   data-live="/desk/events" data-fragment="/desk/rows"  listens to an event stream; at each event
       [data-on="change other"]                         named in data-on (default "change") it
                         fetches data-fragment and puts that HTML in place of its own content.
                         While the stream is broken it has the class "stale", and the page's
                         [data-live-state] elements show data-lost, else data-back. A stream
                         that is gone for good is replaced by asking every 15 s.
   data-stick="bottom"   on a live element (or one inside it) that scrolls: stays at its end
   data-alarm="key"      an element that appears with a key not seen on this page before rings
   data-sound            a button that switches the sound on and off; the wish is kept. A browser
                         allows sound after a press only: until then it says data-wait-text, and
                         [data-sound-hint] is shown. data-on-text, data-off-text
   #nav-waiting          how many cases nobody has claimed, on every page; follows data-events where
                         the page follows nothing else; data-news is told when one more waits
   data-send [data-target="#id"]   a form sent by fetch with the CSRF header; the answer's HTML
                         replaces the target's content (default: the form's own place is kept and
                         it is emptied). An answer that led elsewhere is gone to.
   data-confirm="text"   a form that asks before it is sent
   data-fill="#id"       a button or link whose data-text is put into a text field (saved replies)
   data-now              submits its form when it changes (a filter)
   data-copy="#id"       a button that copies an element's text
   Every other form is protected from a double press by itself.

   Fetched HTML is put in without running scripts. Understood by Chromium 90. */

import { pressSound, ring, showQueue, showSound } from "./desk_alarm.js";

export const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* ---------------------------------------------------------------- clocks */

const two = (n) => String(n).padStart(2, "0");

function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  if (h >= 48) return `${Math.floor(h / 24)} d ${h % 24} h`;
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/* The server's clock counts, not that of an old PC. */
let skew = 0;
const now = () => Date.now() + skew;

function tick() {
  for (const clock of all("[data-since], [data-until]")) {
    const { since, until, due, lateText } = clock.dataset;
    const end = until ?? due;
    const late = end !== undefined && now() > Date.parse(end);
    const seconds = since ? now() - Date.parse(since) : Math.abs(Date.parse(until) - now());
    clock.textContent = span(seconds / 1000) + (late && lateText ? ` ${lateText}` : "");
    clock.classList.toggle("late", late);
  }
}

/* ---------------------------------------------------------------- fetching */

async function ask(address, options = {}) {
  const headers = { "X-CSRF": csrf, Accept: "text/html", "X-Fragment": "1" };
  const answer = await fetch(address, { credentials: "same-origin", ...options, headers });
  const date = Date.parse(answer.headers.get("date") ?? "");
  if (date && Math.abs(date - Date.now()) > 5000) skew = date - Date.now();
  // A fragment that turned into the sign-in page: the session has ended.
  if (answer.status === 401 || new URL(answer.url).pathname === "/desk/signin") {
    location.assign(`/desk/signin?next=${encodeURIComponent(location.pathname + location.search)}`);
    throw new Error("signed out");
  }
  return answer;
}

/* Returns what puts the reader back where they were once the content of `place` was replaced:
   the focus, and what they were looking at on the same spot of the screen. */
export function hold(place) {
  const held = place.contains(document.activeElement) ? document.activeElement.id : "";
  const isSeen = (e) => e.getBoundingClientRect().bottom > 0 && e.checkVisibility?.() !== false;
  // At the top of the page one wants to see what comes in there.
  const mark = window.scrollY > 0 ? (document.getElementById(held) ?? all("[id]", place).find(isSeen)) : null;
  const at = mark?.getBoundingClientRect().top ?? 0;
  return () => {
    if (held && document.activeElement?.id !== held) {
      document.getElementById(held)?.focus({ preventScroll: true });
    }
    const now = mark?.id ? document.getElementById(mark.id) : null;
    if (now) window.scrollBy(0, now.getBoundingClientRect().top - at);
  };
}

/* Nothing moves away from under a finger that is pressing. */
let isPressing = false;
const later = [];
for (const [deed, pressing] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  window.addEventListener(deed, () => {
    isPressing = pressing;
    if (!pressing) setTimeout(() => later.splice(0).forEach((deed) => deed()), 0);
  });
}

function put(place, html) {
  if (isPressing) {
    later.push(() => put(place, html));
    return;
  }
  const settle = hold(place);
  const typed = new Map(all("input[id], textarea[id]", place).map((e) => [e.id, e.value]));
  const open = new Set(all("details[id][open]", place).map((e) => e.id));
  const parsed = new DOMParser().parseFromString(html, "text/html");
  place.replaceChildren(...parsed.body.childNodes);
  for (const [id, value] of typed) {
    const field = document.getElementById(id);
    if (field && field.type !== "hidden") field.value = value;
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  settle();
  stick(place);
  showSound();
  tick();
  ring();
}

function stick(root = document) {
  const found = all('[data-stick="bottom"]', root);
  if (root.dataset?.stick === "bottom") found.push(root);
  for (const place of found) place.scrollTop = place.scrollHeight;
}

/* ---------------------------------------------------------------- live parts */

function live(place) {
  let asking = false;
  let again = false;
  let timer = 0;

  async function refresh() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await ask(place.dataset.fragment);
      if (answer.ok) put(place, await answer.text());
    } catch {
      state(place, false);
    }
    asking = false;
    if (again) {
      again = false;
      refresh();
    }
  }

  function listen() {
    const stream = new EventSource(place.dataset.live);
    let broke = false;
    stream.onopen = () => {
      clearInterval(timer);
      state(place, true);
      if (broke) refresh();
      broke = false;
    };
    stream.onerror = () => {
      broke = true;
      state(place, false);
      if (stream.readyState !== EventSource.CLOSED) return;
      clearInterval(timer);
      timer = setInterval(refresh, 15000);
      setTimeout(() => {
        clearInterval(timer);
        listen();
      }, 60000);
    };
    for (const name of (place.dataset.on ?? "change").split(" ")) {
      stream.addEventListener(name, refresh);
    }
    stream.addEventListener("queue", (event) => showQueue(JSON.parse(event.data)));
    window.addEventListener("pagehide", () => stream.close(), { once: true });
  }

  listen();
}

function state(place, fine) {
  place.classList.toggle("stale", !fine);
  for (const sign of all("[data-live-state]")) {
    sign.textContent = (fine ? sign.dataset.back : sign.dataset.lost) ?? "";
  }
}

/* ---------------------------------------------------------------- forms */

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  form.dataset.sending = "1";
  try {
    const answer = await ask(form.getAttribute("action"), { method: "POST", body });
    const target = document.querySelector(form.dataset.target ?? "#none");
    if (answer.redirected && !target) return location.assign(answer.url);
    if (target) put(target, await answer.text());
    if (answer.ok) form.reset();
    else form.classList.add("stale");
  } finally {
    delete form.dataset.sending;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) return event.preventDefault();
  if (form.dataset.sending) return event.preventDefault();
  if ("send" in form.dataset) {
    event.preventDefault();
    send(form, event.submitter).catch(() => form.classList.add("stale"));
  } else if (form.getAttribute("method") === "post") {
    form.dataset.sending = "1";
    // A file or a page that failed to load leaves the form here: it may be sent again.
    setTimeout(() => delete form.dataset.sending, 5000);
  }
});
window.addEventListener("pageshow", () => {
  for (const form of all("form[data-sending]")) delete form.dataset.sending;
});

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-now]")) event.target.form?.requestSubmit();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sound], [data-fill], [data-copy]");
  if (!button) return;
  const { fill, copy } = button.dataset;
  if ("sound" in button.dataset) {
    pressSound();
  } else if (fill) {
    const field = document.querySelector(fill);
    field.value = button.dataset.text ?? "";
    field.focus();
  } else if (copy) {
    navigator.clipboard?.writeText(document.querySelector(copy).textContent.trim());
  }
});
// On a phone the menu is wider than the screen: what is open is in sight.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
showSound();
tick();
setInterval(tick, 1000);
stick();
all("[data-live]").forEach(live);
