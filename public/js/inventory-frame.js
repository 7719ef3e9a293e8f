/**
 * Messages to and from the page that shows the lot in a frame. The lot sends it the visitor's place, `{type: "carlot:at", query,
 * knows}`. The page may send `{type: "carlot:who"}` and its own address, `{type: "carlot:around", address}` (embed.js).
 */

/** Whether this page is in a frame. */
export const framed = window.parent !== window;

let around = null;
let at = null;

/**
 * Keep the frame as high as its content if the outer page asks for that. Call `onAround` when the outer page sends its address.
 */
export function joinFrame(onAround) {
  if (!framed) return;
  window.addEventListener("message", (event) => hear(event, onAround));
  // Without this script, the frame keeps the height that the outer page gave it.
  import("/vendor/open-iframe-resizer/core.js").catch(() => {});
  new ResizeObserver(fit).observe(document.documentElement);
}

/** Send the visitor's place: the query string of a vehicle or of the filters, without the theme. */
export function tellFrame(query) {
  at = query;
  if (framed) window.parent.postMessage({ type: "carlot:at", query, knows: around !== null }, "*");
}

/** The address to share for a query string: on the outer page if its address is known, otherwise on this page. */
export function addressOf(query) {
  return around ? `${around}#lot${query}` : location.origin + location.pathname + query;
}

function hear(event, onAround) {
  if (event.source !== window.parent) return;
  if (event.data?.type === "carlot:who" && at !== null) tellFrame(at);
  if (event.data?.type !== "carlot:around" || typeof event.data.address !== "string" || !URL.canParse(event.data.address)) return;
  const address = new URL(event.data.address);
  if (address.origin !== event.origin || !/^https?:$/.test(address.protocol)) return;
  address.hash = "";
  around = address.href;
  onAround();
}

function fit() {
  try {
    /** @type {any} */ (window).requestResize?.();
  } catch {
    // The outer page does not size the frame by its content. Source: CSS Sizing 4, frame-sizing.
  }
}
