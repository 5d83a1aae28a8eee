// The menu: opens under its button, closes by Escape, by a press elsewhere, or by its work.

export class Menu {
  /** `onCommand(command)` gets what an entry sends. */
  constructor({ button, panel, onCommand }) {
    this._button = button;
    this._panel = panel;
    button.addEventListener("click", () => this._show(panel.hidden));
    panel.addEventListener("click", (event) => {
      const item = event.target.closest(".item");
      if (!item) return;
      this._show(false);
      button.focus();
      if (item.dataset.command) onCommand(item.dataset.command);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || panel.hidden) return;
      this._show(false);
      button.focus();
    });
    document.addEventListener("click", (event) => {
      if (!panel.hidden && !panel.contains(event.target) && !button.contains(event.target)) this._show(false);
    });
    panel.addEventListener("focusout", (event) => {
      const next = event.relatedTarget;
      if (next && !panel.contains(next) && next !== button) this._show(false);
    });
  }

  _show(isShown) {
    this._panel.hidden = !isShown;
    this._button.setAttribute("aria-expanded", String(isShown));
    if (isShown) this._panel.querySelector("button").focus();
  }
}
