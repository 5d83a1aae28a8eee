// Opening and closing what lies over the talk; focus goes in, and comes back.

/** Open a dialog and put the focus on its heading. */
export function open(dialog) {
  if (dialog.open) return;
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", ""); // an old browser: it is shown, but not modal
  dialog.querySelector(".sheet-title")?.focus();
  dialog.querySelector(".sheet-body").scrollTop = 0;
}

/** Close a dialog; the browser gives the focus back. */
export function close(dialog) {
  if (dialog.close) dialog.close();
  else dialog.removeAttribute("open");
}

/** Let every [data-sos] open the helplines and every [data-close] close its dialog. */
export function wireDialogs() {
  const sos = document.getElementById("sos");
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-sos]");
    const closer = event.target.closest("[data-close]");
    if (!opener && !closer) return;
    event.preventDefault();
    if (opener) open(sos);
    else close(closer.closest("dialog"));
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    if (dialog.id === "welcome" || dialog.id === "gone") continue;
    // A press on the veil, not on the sheet.
    dialog.addEventListener("click", (event) => event.target === dialog && close(dialog));
  }
}

/** Open the helplines, over everything else, where the address asks for them. */
export function openFromAddress() {
  if (location.hash !== "#sos") return;
  history.replaceState(null, "", location.pathname + location.search);
  open(document.getElementById("sos"));
}
