// Reading an event stream by hand: EventSource cannot send the Authorization header.

/** Cuts a text/event-stream into events; call `push` with each piece of text. */
export class EventReader {
  constructor(onEvent) {
    this._onEvent = onEvent;
    this._rest = "";
    this._name = "";
    this._data = [];
  }

  push(text) {
    this._rest += text;
    // A \r at the very end may be the first half of a line break.
    const end = this._rest.endsWith("\r") ? this._rest.length - 1 : this._rest.length;
    const lines = this._rest.slice(0, end).split(/\r\n|\r|\n/);
    this._rest = lines.pop() + this._rest.slice(end);
    for (const line of lines) this._take(line);
  }

  _take(line) {
    if (line === "") {
      this._finish();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment keeps the line open
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this._name = value;
    if (field === "data") this._data.push(value);
  }

  _finish() {
    const name = this._name || "message";
    const data = this._data.join("\n");
    this._name = "";
    this._data = [];
    if (data) this._onEvent(name, JSON.parse(data));
  }
}
