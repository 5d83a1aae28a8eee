// Phones lay their keyboard over the page; the composer must stay above it.

/** Keep the page as high as what is left to see. */
export function keepAboveKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    if (view.scale > 1.01) return; // zoomed in: leave the page alone
    document.documentElement.style.setProperty("--height", `${view.height}px`);
    window.scrollTo(0, 0);
  };
  view.addEventListener("resize", fit);
  fit();
}
