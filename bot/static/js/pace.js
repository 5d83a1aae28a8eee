// A timer of an exercise on the page: a circle to breathe with, the phase in words, a way to stop.

import { languageOf, word } from "./words.js";

const LEAD = 3; // seconds to settle in
const GAP = 16; // pixels under the circle
const STEP = 200; // milliseconds between two looks at the time
const IN = /吸|\b(?:breathe )?in\b|\binhale\b/i;
const OUT = /呼|松|\bout\b|\bexhale\b|\blet go\b|\bloose\b/i;

/** Let buttons with a pace play it first; `onOver` is handed what the button then sends. */
export function wirePace({ onOver }) {
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("button[data-pace]");
      if (button === null) return;
      event.stopPropagation(); // it is sent when the time is over, not now
      play(button, onOver);
    },
    true,
  );
}

function play(button, onOver) {
  const phases = JSON.parse(button.dataset.pace).map(([label, seconds]) => ({ label, seconds }));
  const { box, circle, count, label, stop } = partsOf();
  const { choice, label: pressed } = button.dataset;
  button.hidden = true;
  button.parentElement.before(box);
  bringIntoView(box);
  stop.focus({ preventScroll: true });
  const all = [{ label: word("pace_soon"), seconds: LEAD }, ...phases];
  const begun = performance.now();
  let shown = -1;
  const leave = () => {
    clearInterval(ticking);
    box.remove();
    button.hidden = false;
  };
  const look = () => {
    if (!button.isConnected) return leave(); // the talk went on without it
    const [at, left] = phaseAt(all, (performance.now() - begun) / 1000);
    if (at === all.length) {
      leave();
      onOver(choice, pressed);
      return;
    }
    count.textContent = String(Math.ceil(left));
    if (at === shown) return;
    shown = at;
    const { label: said, seconds } = all[at];
    label.textContent = at === 0 ? said : word("pace_phase", { label: said, seconds });
    label.lang = languageOf(said);
    move(circle, said, seconds);
  };
  const ticking = setInterval(look, STEP);
  stop.addEventListener("click", () => {
    leave();
    button.focus({ preventScroll: true });
  });
  look();
}

/** Scroll the talk, and nothing around it, until the whole circle is seen. */
function bringIntoView(box) {
  const talk = document.getElementById("talk");
  const below = box.getBoundingClientRect().bottom - talk.getBoundingClientRect().bottom;
  if (below > 0) talk.scrollTop += below + GAP;
}

/** Return which phase a moment falls into, and how many seconds of it are left. */
function phaseAt(all, elapsed) {
  let at = 0;
  while (at < all.length && elapsed >= all[at].seconds) {
    elapsed -= all[at].seconds;
    at += 1;
  }
  return [at, at < all.length ? all[at].seconds - elapsed : 0];
}

/** Grow with a breath in, shrink with one out, stay where it is else. */
function move(circle, said, seconds) {
  const way = OUT.test(said) ? "out" : IN.test(said) ? "in" : "";
  circle.style.setProperty("--pace-seconds", `${seconds}s`);
  if (way) circle.dataset.way = way;
}

function partsOf() {
  const box = document.createElement("div");
  box.className = "pace";
  const circle = document.createElement("div");
  circle.className = "pace-circle";
  circle.setAttribute("aria-hidden", "true");
  const count = document.createElement("span");
  count.className = "pace-count";
  count.setAttribute("aria-hidden", "true");
  const label = document.createElement("p");
  label.className = "pace-label";
  label.setAttribute("role", "status");
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "choice";
  stop.textContent = word("pace_stop");
  const ring = document.createElement("div");
  ring.className = "pace-ring";
  ring.append(circle, count);
  box.append(ring, label, stop);
  return { box, circle, count, label, stop };
}
