/**
 * Messages to and from the page that shows the lot in a frame. The lot sends it the visitor's place, `{type: "carlot:at", query,
 * knows}`, and the height of its content, `{type: "carlot:size", height}`. The page may send `{type: "carlot:who"}` to hear both,
 * `{type: "carlot:go", query}` to lead the lot to a place, and `{type: "carlot:around", address}`, its own address, if links to
 * vehicles are to lead there (embed.js).
 */

/** Whether this page is in a frame. */
export const framed = window.parent !== window;

// The parameter by which the outer page shows a vehicle; the WordPress plugin uses the same.
const VEHICLE = "carlot_vehicle";

let around = null;
let at = null;
let height = 0;

/** Join the outer page. `onGo(query)` leads to a place in the lot. */
export function joinFrame(onGo) {
  if (!framed) return;
  window.addEventListener("message", (event) => hear(event, onGo));
  new ResizeObserver(measure).observe(document.documentElement);
}

/** Send the visitor's place: the query string of a vehicle or of the filters, without the theme. */
export function tellFrame(query) {
  at = query;
  if (framed) window.parent.postMessage({ type: "carlot:at", query, knows: around !== null }, "*");
}

/**
 * The address to share for a vehicle: on the outer page if that page can show a preview of it, otherwise the Worker's, which can.
 */
export function addressOf(vehicle) {
  if (!around) return vehicle.url ?? `${location.origin}${location.pathname}?vehicle=${encodeURIComponent(vehicle.id)}`;
  const address = new URL(around);
  address.searchParams.set(VEHICLE, vehicle.id);
  return address.href;
}

function measure() {
  // A frame out of sight, such as in a closed tab, has no height.
  height = document.documentElement.getBoundingClientRect().height;
  if (height) window.parent.postMessage({ type: "carlot:size", height }, "*");
}

function hear(event, onGo) {
  if (event.source !== window.parent) return;
  if (event.data?.type === "carlot:who" && at !== null) {
    tellFrame(at);
    measure();
  }
  if (event.data?.type === "carlot:go" && typeof event.data.query === "string") onGo(event.data.query);
  if (event.data?.type !== "carlot:around" || typeof event.data.address !== "string" || !URL.canParse(event.data.address)) return;
  const address = new URL(event.data.address);
  if (address.origin !== event.origin || !/^https?:$/.test(address.protocol)) return;
  address.hash = "";
  around = address.href;
}
