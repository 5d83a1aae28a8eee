/* The sound of the desk, and how many cases wait, on every page.

   A browser lets a page sound only after it was pressed somewhere: the wish for sound is kept, and
   the button says what is true now. What the attributes mean stands in desk.js. */

const all = (selector) => [...document.querySelectorAll(selector)];

const rung = new Set(all("[data-alarm]").map((e) => e.dataset.alarm));
let audio = null;

const isWanted = () => localStorage.getItem("desk:sound") === "on";
/* A browser lets a page sound only after it was pressed somewhere: until then no sound is on. */
const isLoud = () => isWanted() && audio?.state === "running";

function beep() {
  if (!isLoud()) return;
  [0, 0.3, 0.6].forEach((at, i) => {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    const start = audio.currentTime + at;
    tone.frequency.value = i % 2 ? 660 : 880;
    loud.gain.setValueAtTime(0.0001, start);
    loud.gain.exponentialRampToValueAtTime(0.3, start + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, start + 0.24);
    tone.connect(loud).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.25);
  });
}

function announce(text) {
  beep();
  const said = document.getElementById("live-said");
  if (said) said.textContent = text;
}

export function ring() {
  const fresh = all("[data-alarm]").filter((e) => !rung.has(e.dataset.alarm));
  fresh.forEach((e) => rung.add(e.dataset.alarm));
  if (fresh.length) announce(fresh.map((e) => e.dataset.alarmText ?? "").join(" "));
}

/* Wake the sound where the browser lets us: at once where it trusts this page, else at a press. */
async function wake() {
  const Audio = window.AudioContext ?? window.webkitAudioContext;
  if (!isWanted() || !Audio) return;
  if (!audio) {
    audio = new Audio();
    audio.onstatechange = showSound;
  }
  if (audio.state !== "running") await audio.resume().catch(() => {});
}

export function showSound() {
  for (const button of all("[data-sound]")) {
    button.setAttribute("aria-pressed", String(isLoud()));
    const { onText, offText, waitText } = button.dataset;
    button.textContent = isLoud() ? onText : isWanted() ? waitText : offText;
    button.classList.toggle("strong", isWanted() && !isLoud());
  }
  for (const hint of all("[data-sound-hint]")) hint.hidden = !isWanted() || isLoud();
}

export function pressSound() {
  // Who presses while sound was wished for but not allowed yet wants to hear it.
  localStorage.setItem("desk:sound", isWanted() && wasLoud ? "off" : "on");
  if (!isWanted()) audio?.suspend();
  wake().then(beep);
  showSound();
}

/* ---------------------------------------------------------------- the queue, seen from any page */

let known = null;

/* `told`: how many cases are open and unclaimed, and a word for each alarm nobody has claimed. */
export function showQueue(told) {
  const sign = document.getElementById("nav-waiting");
  if (sign) {
    sign.firstElementChild.textContent = told.unclaimed;
    sign.hidden = !told.unclaimed;
  }
  const fresh = known ? told.alarms.filter((alarm) => !known.has(alarm)) : [];
  known = new Set([...(known ?? []), ...told.alarms]);
  // On the queue itself the rows ring, with their words.
  if (fresh.length && sign && !document.getElementById("queue")) announce(sign.dataset.news);
}

/* A keyboard's press on the button comes before its click: what was heard until then counts. */
let wasLoud = false;
for (const deed of ["pointerdown", "keydown"]) {
  document.addEventListener(deed, () => (wasLoud = isLoud()), true);
}
for (const deed of ["pointerup", "keydown", "click"]) document.addEventListener(deed, wake);
wake();

// A page that follows nothing of its own still tells when somebody waits: one stream a page.
const others = document.getElementById("nav-waiting")?.dataset.events;
if (others && !document.querySelector("[data-live], [data-events]:not(#nav-waiting)")) {
  const stream = new EventSource(others);
  stream.addEventListener("queue", (event) => showQueue(JSON.parse(event.data)));
  window.addEventListener("pagehide", () => stream.close(), { once: true });
}
