/** The dealer's place in the desk: `#/vehicle/<id>`, `#/inventory?make=Ford`. */

import { signal } from "./html.js";

const HOME = "inventory";

/** `view`, the `id` behind it (or null), and the `query` as URLSearchParams. */
export const route = signal(read());

/** The scroll position at each earlier address. */
const scrolled = new Map();
history.scrollRestoration = "manual";
window.addEventListener("hashchange", () => {
  if (location.hash !== route.peek().hash) route.value = read();
});
window.addEventListener("scroll", () => scrolled.set(route.peek().path, window.scrollY), { passive: true });

/** The address of a view, to link to. */
export function link(view, id = null, query = "") {
  return `#/${view}${id === null ? "" : `/${encodeURIComponent(id)}`}${query ? `?${query}` : ""}`;
}

/** Go to a view. */
export function go(view, id = null, query = "") {
  location.hash = link(view, id, query);
}

/** Change the query of the current view without a new history entry. */
export function requery(query) {
  const { view, id } = route.peek();
  history.replaceState(history.state, "", link(view, id, query));
  route.value = read();
}

/** The last scroll position of a view. */
export function scrolledTo(path) {
  return scrolled.get(path) ?? 0;
}

function read() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/");
  return { view: view || HOME, id: id ? decode(id) : null, query: new URLSearchParams(query), path, hash: location.hash };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
