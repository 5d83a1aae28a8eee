// Where the reader is: follow the talk at its end, leave a reader in peace anywhere else.

const NEAR = 80; // pixels from the end that still count as being there

export class Scroll {
  /** `box` scrolls; `pill` leads to the end when something new is down there. */
  constructor({ box, pill }) {
    this._box = box;
    this._pill = pill;
    this._isAtEnd = true;
    box.addEventListener("scroll", () => this._look(), { passive: true });
    pill.addEventListener("click", () => {
      this.toEnd({ smoothly: true });
      box.focus({ preventScroll: true });
    });
    new ResizeObserver(() => this._isAtEnd && this.toEnd()).observe(box);
  }

  _look() {
    const { scrollHeight, scrollTop, clientHeight } = this._box;
    this._isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this._isAtEnd) this._pill.hidden = true;
  }

  toEnd({ smoothly = false } = {}) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this._box.scrollTo({ top: this._box.scrollHeight, behavior: smoothly && !calm ? "smooth" : "auto" });
    this._isAtEnd = true;
    this._pill.hidden = true;
  }

  /** Change what is at the end; a reader at the end stays there, others see the pill. */
  growing(change, { tells = false } = {}) {
    const wasAtEnd = this._isAtEnd;
    change();
    if (wasAtEnd) this.toEnd();
    else if (tells) this._pill.hidden = false;
  }

  /** Change what is above; what is being read stays where it is. */
  above(change) {
    const { scrollHeight, scrollTop } = this._box;
    change();
    this._box.scrollTop = scrollTop + this._box.scrollHeight - scrollHeight;
  }
}
