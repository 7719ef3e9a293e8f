/** Loads photos that a printer would miss: no browser loads the lazy ones of a frame when the page around it is printed. */

const AT_ONCE = 12;
// A browser may let a frame of another site wait for idle time for ever.
const PATIENCE_MS = 300;

/**
 * Load the lazy photos in an element, a few at a time, when the page has nothing else to do. Phones, which seldom print, and
 * visitors who save data keep their photos lazy.
 */
export function loadForPrint(root) {
  /** @type {any} */
  const connection = /** @type {any} */ (navigator).connection;
  if (connection?.saveData || matchMedia("(pointer: coarse)").matches) return;
  if (document.readyState === "complete") later(() => step(root));
  else window.addEventListener("load", () => later(() => step(root)), { once: true });
}

/** Load every lazy photo in an element now. */
export function loadAll(root) {
  for (const image of root.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
}

function step(root) {
  const lazy = [...root.querySelectorAll("img[loading=lazy]")].slice(0, AT_ONCE);
  for (const image of lazy) {
    image.fetchPriority = "low";
    image.loading = "eager";
  }
  if (lazy.length) later(() => step(root));
}

function later(run) {
  if (window.requestIdleCallback) requestIdleCallback(run, { timeout: PATIENCE_MS });
  else setTimeout(run, PATIENCE_MS);
}
