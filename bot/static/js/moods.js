// Pictures of one's own data: those in the talk, and "my moods", which is drawn anew when a mood
// is added. The server draws them; the style sheet gives them the page's colours.

import { close, open } from "./dialogs.js";
import { onLanguage } from "./words.js";

const PAUSE = 300; // milliseconds; several lines that arrive at once are one reason to look

export class Moods {
  /** `scroll` keeps the reader's place; `onCommand(command)` gets what the sheet's button sends. */
  constructor({ session, scroll, log, dialog, button, onCommand }) {
    Object.assign(this, { _session: session, _scroll: scroll, _log: log, _dialog: dialog, _timer: 0, _look: 0 });
    button.addEventListener("click", () => this._open());
    dialog.addEventListener("change", () => void this._read());
    dialog.querySelector("[data-order]").addEventListener("click", (event) => {
      close(dialog);
      onCommand(event.currentTarget.dataset.order);
    });
    new MutationObserver(() => this._changed()).observe(log, { childList: true });
    onLanguage(() => this._changed());
    this._changed();
  }

  _open() {
    open(this._dialog);
    void this._read();
  }

  _changed() {
    for (const line of this._log.querySelectorAll(".message.picture:not([data-drawn])")) void this._fill(line);
    if (!this._dialog.open) return;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._read(), PAUSE);
  }

  /** Put the picture of a line above its words; without it the words say the same. */
  async _fill(line) {
    line.dataset.drawn = "";
    try {
      const { svg } = await this._session.ask(`/chat/pictures/${line.id.slice(2)}`);
      this._scroll.growing(() => line.querySelector(".bubble").prepend(frameOf(svg)));
    } catch {
      delete line.dataset.drawn; // the next line that arrives tries again
    }
  }

  async _read() {
    const days = this._dialog.querySelector("input:checked").value;
    const look = (this._look += 1);
    try {
      await this._session.open();
      const { svg, html } = await this._session.ask(`/chat/moods?days=${days}`);
      if (look !== this._look) return; // another span was chosen meanwhile
      this._dialog.querySelector("[data-picture]").replaceChildren(frameOf(svg));
      this._dialog.querySelector("[data-told]").innerHTML = html; // safe: the server wrote it
      this._dialog.querySelector("[data-failed]").hidden = true;
    } catch {
      if (look === this._look) this._dialog.querySelector("[data-failed]").hidden = false;
    }
  }
}

/** Return a drawing as an element; its words stand beside it, so it is no second reading. */
function frameOf(svg) {
  const frame = document.createElement("div");
  frame.className = "drawing";
  const drawing = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  drawing.setAttribute("aria-hidden", "true");
  drawing.removeAttribute("role");
  frame.append(document.importNode(drawing, true));
  return frame;
}
