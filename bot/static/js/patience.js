// Waiting longer each time something fails, and not at all once there is reason for hope.

/** Doubles from the first wait to the longest one (milliseconds), never twice the same. */
export class Patience {
  constructor(first, longest) {
    this._first = first;
    this._longest = longest;
    this._next = first;
    this._wake = () => {};
  }

  /** Wait; `hurry` ends the wait. */
  async wait() {
    const time = this._next * (0.6 + 0.4 * Math.random());
    this._next = Math.min(this._next * 2, this._longest);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      this._wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Something worked: the next wait is short again. */
  calm() {
    this._next = this._first;
  }

  /** There is reason for hope: end a wait at once. */
  hurry() {
    this.calm();
    this._wake();
  }
}
