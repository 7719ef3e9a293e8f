/**
 * For the dealer's own page: every frame on it that shows this lot is kept as high as its content, and the page's address says where
 * in the lot the visitor is, as #lot?vehicle=... or #lot?make=..., so that it can be shared and opened again.
 *
 *   <script type="module" src="https://YOUR-WORKER.workers.dev/embed.js"></script>
 *
 * It reads and writes nothing else of the page, and stores nothing.
 */

const HERE = new URL(import.meta.url).origin;
const MARK = "#lot";
const PLACE = ["vehicle", "q", "make", "model", "bodyStyle", "priceMin", "priceMax", "yearMin", "yearMax", "mileageMax", "sort"];
const SIZED_BY_CSS = CSS.supports("frame-sizing", "content-height");
// How long the list may take to be as high as before, and how long before its word a frame's shrinking may be seen.
const SETTLE_MS = 1500;
const AHEAD_MS = 250;
// A frame that has loaded and says nothing for so long has failed: it is asked for again, so many times.
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

/** Begin with a frame; the first on the page goes where the page's address says. */
function take(found, index) {
  const begunAt = found.src;
  const frame = index === 0 && atMark() ? instead(found, merged(begunAt, location.hash.slice(MARK.length))) : found;
  const taken = { frame, begunAt, query: null, top: window.scrollY, height: frame.offsetHeight, shrunk: null, leftAt: 0, backTo: null };
  new ResizeObserver(() => resized(taken)).observe(frame);
  watchOver(taken);
  fit(frame);
  // Answered by a lot that is there already; one that comes later speaks by itself.
  frame.contentWindow?.postMessage({ type: "carlot:who" }, "*");
  return taken;
}

/** A new frame in the place of one that has begun to load another address, or that is lazy and may go there later. */
function instead(frame, address) {
  const fresh = frame.cloneNode();
  fresh.loading = "eager";
  fresh.src = address;
  frame.replaceWith(fresh);
  return fresh;
}

/** Where the connection broke, the browser's own page stands in the frame, until the visitor thinks of reloading all of it. */
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
  // The lot is there, and from now on it alone decides how high it is.
  if (SIZED_BY_CSS) taken.frame.style.height = "auto";
  taken.frame.style.minHeight = "0";
  if (!event.data.knows) event.source.postMessage({ type: "carlot:around", address: location.href.split("#")[0] }, HERE);
  moved(taken, event.data.query);
}

/** The visitor has gone from one place of the lot to another. */
function moved(taken, query) {
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

/** A vehicle is lower than the list, and the browser moves the page up with the frame's foot, maybe before the lot is heard. */
function resized(taken) {
  const height = taken.frame.offsetHeight;
  if (height < taken.height) taken.shrunk = { top: taken.top, at: Date.now() };
  taken.height = height;
  scrollBack(taken);
}

/** Back in the list, go where the visitor left it; the frame needs a moment to be as high again. */
function scrollBack(taken) {
  if (!taken.backTo) return;
  if (Date.now() > taken.backTo.until) taken.backTo = null;
  else window.scrollTo({ top: taken.backTo.top, behavior: "instant" });
}

function goTo({ frame, begunAt }, query) {
  frame.contentWindow.location.replace(merged(begunAt, query));
}

/** The frame's address with another place of the lot in it; what else it says, such as the theme, stays. */
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
