/**
 * A script for the dealer's own page. It keeps every frame that shows this lot as high as its content. It also writes the
 * visitor's place in the lot into the page's address, as #lot?vehicle=... or #lot?make=..., so that the visitor can share it and
 * open it again.
 *
 *   <script type="module" src="https://YOUR-WORKER.workers.dev/embed.js"></script>
 *
 * It reads and writes nothing else on the page, and stores nothing.
 */

const HERE = new URL(import.meta.url).origin;
const MARK = "#lot";
const PLACE = ["vehicle", "q", "make", "model", "bodyStyle", "priceMin", "priceMax", "yearMin", "yearMax", "mileageMax", "sort"];
const SIZED_BY_CSS = CSS.supports("frame-sizing", "content-height");
// The time the list may take to reach its earlier height, and the time by which a frame may shrink before its message arrives.
const SETTLE_MS = 1500;
const AHEAD_MS = 250;
// A loaded frame that sends no message within this time has failed. The script reloads it, at most this many times.
const SILENCE_MS = 2000;
const RETRIES = 2;

const frames = [...document.querySelectorAll("iframe[src]")].filter(showsLot).map(take);
window.addEventListener("message", hear);
window.addEventListener("scroll", () => frames.forEach((taken) => { taken.top = window.scrollY; }), { passive: true });
window.addEventListener("hashchange", () => frames.length && atMark() && goTo(frames[0], location.hash.slice(MARK.length)));

function showsLot(frame) {
  const address = new URL(frame.src, document.baseURI);
  return address.origin === HERE && address.pathname === "/inventory.html";
}

/** Set up a frame. The first frame on the page opens the place that the page's address names. */
function take(found, index) {
  const begunAt = found.src;
  const frame = index === 0 && atMark() ? instead(found, merged(begunAt, location.hash.slice(MARK.length))) : found;
  const taken = {
    frame, begunAt, query: null, top: window.scrollY, height: frame.offsetHeight, shrunk: null, leftAt: 0, backTo: null,
  };
  new ResizeObserver(() => resized(taken)).observe(frame);
  watchOver(taken);
  fit(frame);
  // A lot that has already loaded answers this; one that loads later sends its own message.
  frame.contentWindow?.postMessage({ type: "carlot:who" }, "*");
  return taken;
}

/** Replace a frame that has started to load another address, or that is lazy and may load one later. */
function instead(frame, address) {
  const fresh = frame.cloneNode();
  fresh.loading = "eager";
  fresh.src = address;
  frame.replaceWith(fresh);
  return fresh;
}

/**
 * Reload a frame after a broken connection: the browser would show its own error page in it until the visitor reloads everything.
 */
function watchOver(taken) {
  let left = RETRIES;
  const again = () => {
    if (taken.query !== null || !left) return;
    left -= 1;
    taken.frame.src = String(taken.frame.src);
  };
  taken.frame.addEventListener("load", () => setTimeout(again, SILENCE_MS));
}

async function fit(frame) {
  if (SIZED_BY_CSS) {
    frame.style.frameSizing = "content-height";
    return;
  }
  const { initialize } = await import("./vendor/open-iframe-resizer/core.js");
  initialize({}, frame);
}

function hear(event) {
  const taken = frames.find(({ frame }) => frame.contentWindow === event.source);
  if (!taken || event.origin !== HERE || event.data?.type !== "carlot:at" || typeof event.data.query !== "string") return;
  // The lot has loaded; from now on it alone decides the height of its frame.
  if (SIZED_BY_CSS) taken.frame.style.height = "auto";
  taken.frame.style.minHeight = "0";
  if (!event.data.knows) event.source.postMessage({ type: "carlot:around", address: location.href.split("#")[0] }, HERE);
  moved(taken, event.data.query);
}

/** Handle a move of the visitor from one place in the lot to another. */
function moved(taken, query) {
  /** @type {any[]} */
  const [before, now] = [taken.query, query].map((place) => place !== null && vehicleOf(place));
  taken.query = query;
  if (taken === frames[0] && (!location.hash || atMark())) {
    history.replaceState(history.state, "", location.pathname + location.search + (query ? MARK + query : ""));
  }
  if (before === false || before === now) return;
  if (before && !now) taken.backTo = { top: taken.leftAt, until: Date.now() + SETTLE_MS };
  else {
    const justShrunk = taken.shrunk && Date.now() - taken.shrunk.at < AHEAD_MS;
    taken.leftAt = justShrunk ? taken.shrunk.top : taken.top;
    taken.backTo = null;
    if (taken.frame.getBoundingClientRect().top < 0) taken.frame.scrollIntoView({ block: "start" });
  }
  scrollBack(taken);
}

/**
 * Remember the scroll position: a vehicle is shorter than the list, and the browser may scroll the page up before the lot's
 * message.
 */
function resized(taken) {
  const height = taken.frame.offsetHeight;
  if (height < taken.height) taken.shrunk = { top: taken.top, at: Date.now() };
  taken.height = height;
  scrollBack(taken);
}

/** Restore the scroll position of the list once the frame has grown back to its height. */
function scrollBack(taken) {
  if (!taken.backTo) return;
  if (Date.now() > taken.backTo.until) taken.backTo = null;
  else window.scrollTo({ top: taken.backTo.top, behavior: "instant" });
}

function goTo({ frame, begunAt }, query) {
  frame.contentWindow.location.replace(merged(begunAt, query));
}

/** The frame's address with another place in the lot. Its other parameters, such as the theme, stay. */
function merged(address, query) {
  const url = new URL(address, document.baseURI);
  const place = new URLSearchParams(query);
  for (const name of PLACE) {
    url.searchParams.delete(name);
    for (const value of place.getAll(name)) url.searchParams.append(name, value);
  }
  return url.href;
}

function vehicleOf(query) {
  return new URLSearchParams(query).get("vehicle") ?? "";
}

function atMark() {
  return location.hash === MARK || location.hash.startsWith(`${MARK}?`);
}
