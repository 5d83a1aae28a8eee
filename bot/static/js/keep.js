// What this browser keeps. Where it keeps nothing (private windows, policies), memory must do.

const PREFIX = "nuanyu:";

class Kept {
  /** Names in one of the browser's stores, or in memory where it has none. */
  constructor(name) {
    this.isLasting = true;
    try {
      this._store = window[name];
      this._store.setItem(`${PREFIX}probe`, "1");
      this._store.removeItem(`${PREFIX}probe`);
    } catch {
      this._store = new Map();
      this.isLasting = false;
    }
  }

  get(name) {
    return (this.isLasting ? this._store.getItem(PREFIX + name) : this._store.get(name)) ?? null;
  }

  set(name, value) {
    if (!this.isLasting) {
      this._store.set(name, value);
      return;
    }
    try {
      this._store.setItem(PREFIX + name, value);
    } catch {
      // Full: the page goes on with what it has in memory.
    }
  }

  drop(name) {
    if (this.isLasting) this._store.removeItem(PREFIX + name);
    else this._store.delete(name);
  }

  /** Return all names that begin like this, sorted. */
  names(beginning = "") {
    const all = this.isLasting
      ? Object.keys(this._store)
          .filter((key) => key.startsWith(PREFIX))
          .map((key) => key.slice(PREFIX.length))
      : [...this._store.keys()];
    return all.filter((name) => name.startsWith(beginning)).sort();
  }

  /** Leave nothing behind. */
  clear() {
    for (const name of this.names()) this.drop(name);
  }
}

/** Lasts until it is cleared: token, language, looks, what was not sent yet. */
export const device = new Kept("localStorage");
/** Lasts as long as the tab: the draft. */
export const tab = new Kept("sessionStorage");

/** Leave nothing of ours in this browser. */
export function clearDevice() {
  device.clear();
  tab.clear();
}
