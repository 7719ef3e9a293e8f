/**
 * A script for the dealer's own page. It keeps every frame that shows this lot as high as its content, also frames that come
 * later. It writes the visitor's place in the lot into the page's address, as #lot?vehicle=... or #lot?make=..., so that the
 * visitor can open it again; the second frame of a page has #lot2, and so on. It gives the frames the language of the page.
 *
 *   <script type="module" src="https://YOUR-WORKER.workers.dev/embed.js"></script>
 *
 * It reads and writes nothing else on the page, and stores nothing.
 */

const HERE = new URL(import.meta.url).origin;
const PLACE = ["vehicle", "q", "make", "model", "bodyStyle", "priceMin", "priceMax", "yearMin", "yearMax", "mileageMax", "sort"];
// A page that shows a vehicle by its own address names it so, as the WordPress plugin does.
const VEHICLE = "carlot_vehicle";
// The time the list may take to reach its earlier height, and the time by which a frame may shrink before its message arrives.
const SETTLE_MS = 1500;
const AHEAD_MS = 250;
// A loaded frame that sends no message within this time has failed. The script reloads it, at most this many times.
const SILENCE_MS = 2000;
const RETRIES = 2;

/** @type {any[]} */
let frames = [];
let taken = 0;
window.addEventListener("message", hear);
window.addEventListener("scroll", () => frames.forEach((each) => { each.top = window.scrollY; }), { passive: true });
window.addEventListener("hashchange", () => { for (const [mark, query] of places()) goTo(frames.find((each) => each.mark === mark), query); });
new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] });
look();

/** Take every frame of the lot that is on the page and is not taken, and let go of those that are not on the page any more. */
function look() {
  frames = frames.filter(({ frame }) => frame.isConnected);
  for (const frame of document.querySelectorAll("iframe[src]")) {
    if (!frames.some((each) => each.frame === frame) && showsLot(frame)) take(frame);
  }
}

function showsLot(frame) {
  if (!URL.canParse(frame.src, document.baseURI)) return false;
  const address = new URL(frame.src, document.baseURI);
  return address.origin === HERE && address.pathname === "/inventory.html";
}

/** Set up a frame. It opens the place that the page's address names for it. */
function take(found) {
  taken += 1;
  const mark = taken === 1 ? "lot" : `lot${taken}`;
  const begunAt = spoken(found.src);
  const asked = places().get(mark) ?? (mark === "lot" ? asVehicle(new URLSearchParams(location.search).get(VEHICLE)) : null);
  const address = asked === null ? begunAt : merged(begunAt, asked);
  const frame = address === found.src ? found : instead(found, address);
  const home = asked === null ? null : placeOf(begunAt);
  const [top, height] = [window.scrollY, frame.offsetHeight];
  const each = { frame, mark, begunAt, home, query: null, top, height, shrunk: null, leftAt: 0, backTo: null };
  frames.push(each);
  style(frame);
  new ResizeObserver(() => resized(each)).observe(frame);
  watchOver(each);
  // A lot that has already loaded answers this; one that loads later sends its own messages.
  frame.contentWindow?.postMessage({ type: "carlot:who" }, "*");
}

/** The frame's address in the language of the page, unless it names one itself. The lot ignores languages that it lacks. */
function spoken(address) {
  const url = new URL(address, document.baseURI);
  const language = document.documentElement.lang.slice(0, 2).toLowerCase();
  // The browser asks in the visitor's own language anyway.
  if (!language || url.searchParams.has("lang") || navigator.language.slice(0, 2).toLowerCase() === language) return address;
  url.searchParams.set("lang", language);
  return url.href;
}

/** Replace a frame that has started to load another address, or that is lazy and may load one later. */
function instead(frame, address) {
  const fresh = frame.cloneNode();
  if (places().size) fresh.loading = "eager";
  fresh.src = address;
  frame.replaceWith(fresh);
  return fresh;
}

/** Give the frame the style that its snippet has, which a policy without inline styles may have left out. */
function style(frame) {
  if (frame.hasAttribute("style") && !frame.style.length) frame.style.cssText = frame.getAttribute("style");
  // Snippets of earlier versions ask the browser to size the frame, which it does for the first width only.
  frame.style.removeProperty("frame-sizing");
}

/**
 * Reload a frame after a broken connection: the browser would show its own error page in it until the visitor reloads everything.
 */
function watchOver(each) {
  let left = RETRIES;
  const again = () => {
    if (each.query !== null || !left) return;
    left -= 1;
    each.frame.src = String(each.frame.src);
  };
  each.frame.addEventListener("load", () => setTimeout(again, SILENCE_MS));
}

function hear(event) {
  const each = frames.find(({ frame }) => frame.contentWindow === event.source);
  if (!each || event.origin !== HERE) return;
  if (event.data?.type === "carlot:size" && Number.isFinite(event.data.height)) fit(each.frame, event.data.height);
  if (event.data?.type !== "carlot:at" || typeof event.data.query !== "string") return;
  // Only a page whose server writes the vehicle into its head gives a link a preview; its snippet says so.
  if (!event.data.knows && each.frame.dataset.share === "page") {
    event.source.postMessage({ type: "carlot:around", address: location.href.split("#")[0] }, HERE);
  }
  moved(each, event.data.query);
}

/** Give the frame's content this height; a border of the frame comes on top. */
function fit(frame, height) {
  frame.style.minHeight = "0";
  const border = getComputedStyle(frame).boxSizing === "border-box" ? frame.offsetHeight - frame.clientHeight : 0;
  frame.style.height = `${Math.ceil(height) + border}px`;
}

/** Handle a move of the visitor from one place in the lot to another. */
function moved(each, query) {
  /** @type {any[]} */
  const [before, now] = [each.query, query].map((place) => place !== null && vehicleOf(place));
  each.query = query;
  // Before the lot's script runs, a visitor can already follow the plain link of a vehicle, which loads another document.
  const begunAt = placeOf(each.begunAt);
  each.home ??= vehicleOf(query) === vehicleOf(begunAt) ? query : begunAt;
  if (!location.hash || places().size) {
    const marks = frames.filter(({ query: at, home }) => at !== null && at !== home).map(({ mark, query: at }) => mark + at);
    history.replaceState(history.state, "", location.pathname + location.search + (marks.length ? `#${marks.join("/")}` : ""));
  }
  if (before === false || before === now) return;
  if (before && !now) each.backTo = { top: each.leftAt, until: Date.now() + SETTLE_MS };
  else {
    const justShrunk = each.shrunk && Date.now() - each.shrunk.at < AHEAD_MS;
    each.leftAt = justShrunk ? each.shrunk.top : each.top;
    each.backTo = null;
    if (each.frame.getBoundingClientRect().top < 0) each.frame.scrollIntoView({ block: "start" });
  }
  scrollBack(each);
}

/**
 * Remember the scroll position: a vehicle is shorter than the list, and the browser may scroll the page up before the lot's
 * message.
 */
function resized(each) {
  const height = each.frame.offsetHeight;
  if (height < each.height) each.shrunk = { top: each.top, at: Date.now() };
  each.height = height;
  scrollBack(each);
}

/** Restore the scroll position of the list once the frame has grown back to its height. */
function scrollBack(each) {
  if (!each.backTo) return;
  if (Date.now() > each.backTo.until) each.backTo = null;
  else window.scrollTo({ top: each.backTo.top, behavior: "instant" });
}

/** Lead a frame to a place. A lot that has loaded goes there itself; another one is loaded there. */
function goTo(each, query) {
  if (!each || each.query === query) return;
  if (each.query === null) each.frame.src = merged(each.begunAt, query);
  else each.frame.contentWindow.postMessage({ type: "carlot:go", query }, HERE);
}

/** The places that the page's address names, by the mark of the frame: #lot?make=Ford/lot2?vehicle=... */
function places() {
  const parts = location.hash.slice(1).split(/\/(?=lot\d*(?:\?|\/|$))/).map((part) => /^(lot\d*)(\?.*)?$/.exec(part));
  /** @type {any[]} */
  const found = parts.every(Boolean) ? parts : [];
  return new Map(found.map(([, mark, query]) => [mark, query ?? ""]));
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

/** The place in the lot that an address of a frame names. */
function placeOf(address) {
  const given = new URL(address, document.baseURI).searchParams;
  const place = new URLSearchParams(PLACE.flatMap((name) => given.getAll(name).map((value) => [name, value])));
  return place.size ? `?${place}` : "";
}

function asVehicle(id) {
  return id && `?${new URLSearchParams({ vehicle: id })}`;
}

function vehicleOf(query) {
  return new URLSearchParams(query).get("vehicle") ?? "";
}
