/**
 * The page around this one, when the lot stands in a frame. It is told where the visitor is, and may say what its own address is:
 * `{type: "carlot:at", query, knows}` goes up, `{type: "carlot:who"}` and `{type: "carlot:around", address}` come down (embed.js).
 */

/** Whether this stands in a frame. */
export const framed = window.parent !== window;

let around = null;
let at = null;

/** Keep the frame as high as its content where the page around asks for that, and call `onAround` when that page says its address. */
export function joinFrame(onAround) {
  if (!framed) return;
  window.addEventListener("message", (event) => hear(event, onAround));
  // Without it the frame keeps the height it was given.
  import("/vendor/open-iframe-resizer/core.js").catch(() => {});
  new ResizeObserver(fit).observe(document.documentElement);
}

/** Say where the visitor is: the query string of a vehicle or of the filters, without the theme. */
export function tellFrame(query) {
  at = query;
  if (framed) window.parent.postMessage({ type: "carlot:at", query, knows: around !== null }, "*");
}

/** The address to share for a query string: on the page around when that is known, else here. */
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
    window.requestResize?.();
  } catch {
    // The page around does not size the frame by its content. Source: CSS Sizing 4, frame-sizing.
  }
}
