/** The public lot: the published vehicles with search and filters, and a page with its own link for each vehicle. */

import { byId, el } from "./dom.js";
import { hasServedCards, linkOf, showCards } from "./inventory-cards.js";
import { fromQuery, inUse, nothing, select, toQuery, vehicleQuery } from "./inventory-filters.js";
import { framed, joinFrame, tellFrame } from "./inventory-frame.js";
import { fetchVehicle, Lot, vehicleFrom } from "./inventory-lot.js";
import * as panel from "./inventory-panel.js";
import { loadAll, loadForPrint } from "./inventory-print.js";
import * as summary from "./inventory-summary.js";
import { showVehicle, showVehicleLoading, showVehicleMessage, stepPhotos } from "./inventory-vehicle.js";
import { dealer, name, say, served, vehicles as vehiclesWords } from "./inventory-words.js";

const STALE_MS = 15_000;

const lot = new Lot();
const firstQuery = location.search;
let typed;
let noticed;
let wanted = nothing();
let state = "loading";
let open = null;
let finishCards = () => {};

history.scrollRestoration = "manual";
panel.listen(change);
document.addEventListener("click", follow);
document.addEventListener("keydown", keys);
window.addEventListener("popstate", () => route(true));
window.addEventListener("pagehide", rememberScroll);
window.addEventListener("beforeprint", () => { finishCards(); loadAll(document); });
window.addEventListener("online", cameBack);
window.addEventListener("offline", () => notify(say(state === "ready" ? "offlineLot" : "offline")));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

joinFrame(go);
const early = panel.entered();
route(false);
if (early && !open) change({ ...wanted, ...early }, false);
load();

async function load() {
  state = "loading";
  try {
    await lot.load((complete) => {
      // While only a part of the lot is loaded, show only the newest: any other filter or order may need the missing part.
      if (complete || !toQuery(wanted)) state = complete ? "ready" : "partly";
      if (open) return;
      showLot();
      if (complete) restoreScroll();
    });
  } catch {
    state = lot.vehicles.length ? "cut" : "failed";
    if (!open) showLot();
  }
}

async function refresh() {
  if (state !== "ready" || Date.now() - lot.loadedAt < STALE_MS) return;
  try {
    if (!(await lot.refresh())) return;
  } catch {
    return; // The shown list is good enough; the next check tries again.
  }
  if (open) route(true);
  else showLot();
}

function cameBack() {
  notify("");
  if (state === "failed" || state === "cut") {
    load();
    if (open) route(false);
  } else refresh();
}

function change(next, typing) {
  wanted = next;
  showLot();
  clearTimeout(typed);
  // Browsers refuse an address that changes with every keystroke.
  typed = setTimeout(() => {
    history.replaceState(history.state, "", location.pathname + toQuery(wanted, location.search));
    tellFrame(toQuery(wanted));
    switchHere();
  }, typing ? 250 : 0);
}

function showLot() {
  const found = select(lot.vehicles, wanted);
  panel.show(wanted, lot.vehicles, found.length);
  summary.showChips(wanted, (rest) => change(rest, false), clear);
  const loaded = state === "ready" || state === "partly" || state === "cut";
  if (loaded) finishCards = showCards(found, () => framed && loadForPrint(byId("grid")));
  // The Worker's first cards stand until the list has loaded, unless the visitor wants others.
  const first = hasServedCards && !toQuery(wanted);
  byId("grid").hidden = loaded ? !found.length : !first && (state === "failed" || hasServedCards);
  showMessage(found);
  if (loaded || !first) summary.showCount(countWords(found), state !== "loading");
}

function countWords(found) {
  if (state === "loading") return say("loadingLot");
  if (state === "failed") return say("lotUnreachable");
  const all = Math.max(lot.total, lot.vehicles.length);
  return inUse(wanted).length ? say("someOf", { n: found.length, all: vehiclesWords(all) }) : vehiclesWords(all);
}

function showMessage(found) {
  summary.hideMessage();
  if (state === "failed") summary.sayFailed(retry);
  else if (state === "cut") summary.sayCut(retry);
  else if (state === "ready" && !lot.vehicles.length) summary.sayEmpty(dealer.phone);
  else if (state === "ready" && !found.length) summary.sayNoMatch(clear);
}

function clear() {
  change({ ...nothing(), sort: wanted.sort }, false);
  byId("results").focus();
}

function retry() {
  summary.hideMessage();
  byId("grid").hidden = false;
  summary.showCount(say("loadingLot"));
  byId("results").focus();
  load();
}

/** Show the page that the address names. With `moved`, the visitor navigated there, so the focus moves too. */
async function route(moved) {
  const id = new URLSearchParams(location.search).get("vehicle");
  const before = open;
  open = id;
  switchHere();
  if (before !== id && moved) forgetHead();
  byId("lot-view").hidden = Boolean(id);
  byId("vehicle-view").hidden = !id;
  if (!id) {
    wanted = fromQuery(location.search);
    tellFrame(toQuery(wanted));
    document.title = title(say("lotTitle"));
    showLot();
    if (moved) {
      restoreScroll();
      (linkOf(before) ?? byId("results")).focus({ preventScroll: true });
    }
    return;
  }
  tellFrame(vehicleQuery(id));
  if (before !== id) window.scrollTo(0, 0);
  await showOpen(id, moved);
}

async function showOpen(id, moved) {
  const back = backHref();
  let vehicle = lot.find(id) ?? (lot.loadedAt ? null : fromPage(id));
  if (!vehicle) {
    if (saysGone(id)) return;
    showVehicleLoading(back);
    if (moved) byId("vehicle-view").querySelector("h1").focus({ preventScroll: true });
    try {
      vehicle = await fetchVehicle(id);
    } catch {
      if (open !== id) return;
      document.title = title(say("vehicle"));
      const words = say(navigator.onLine ? "connectionDropped" : "offline");
      showVehicleMessage(say("vehicleFailed"), words, back, el("button", { class: "button button-strong", type: "button", click: () => route(true) }, say("tryAgain")));
      focusVehicle(moved);
      return;
    }
    if (open !== id) return;
  }
  if (vehicle) {
    document.title = title([name(vehicle), vehicle.trim].filter(Boolean).join(" "));
    showVehicle(vehicle, dealer, back);
  } else {
    document.title = title(say("gone"));
    showVehicleMessage(say("goneTitle"), say("goneWords"), back);
  }
  focusVehicle(moved);
}

function focusVehicle(moved) {
  if (moved) byId("vehicle-view").querySelector("h1").focus({ preventScroll: true });
}

function backHref() {
  return location.pathname + toQuery(wanted, location.search);
}

function follow(event) {
  const link = event.target.closest?.("a[data-vehicle], a[data-back]");
  if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (link.dataset.vehicle !== undefined) {
    clearTimeout(typed);
    history.replaceState({ scroll: window.scrollY }, "", location.pathname + toQuery(wanted, location.search));
    history.pushState({ fromLot: true }, "", link.getAttribute("href"));
    route(true);
  } else close();
}

function close() {
  if (history.state?.fromLot) history.back();
  else {
    history.pushState(null, "", backHref());
    route(true);
  }
}

function keys(event) {
  if (!open || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.target.matches?.("input, select, textarea")) return;
  if (event.key === "Escape") close();
  else if (event.key === "ArrowLeft") stepPhotos(-1);
  else if (event.key === "ArrowRight") stepPhotos(1);
  else return;
  event.preventDefault();
}

function rememberScroll() {
  if (!open) history.replaceState({ ...history.state, scroll: window.scrollY }, "");
}

function restoreScroll() {
  const to = history.state?.scroll ?? 0;
  if (to) finishCards();
  window.scrollTo(0, to);
}

/** Go to a place in the lot that the outer page asks for. The theme stays. */
function go(query) {
  const id = new URLSearchParams(query).get("vehicle");
  const place = id ? vehicleQuery(id, location.search) : toQuery(fromQuery(query), location.search);
  history.replaceState(null, "", location.pathname + place);
  route(false);
}

/** The vehicle that came with the page, if it is this one. */
function fromPage(id) {
  return served.vehicle?.id === id ? vehicleFrom(served.vehicle) : null;
}

/** Whether the page that came says already that this vehicle is gone, and shows others like it. */
function saysGone(id) {
  return served.gone && new URLSearchParams(firstQuery).get("vehicle") === id && !lot.loadedAt && byId("vehicle-view").childElementCount > 0;
}

/** Remove what the page's head says of another vehicle or of the list: it holds for the address that was loaded. */
function forgetHead() {
  for (const said of document.querySelectorAll("#structured, link[rel=canonical], meta[name=robots]")) said.remove();
}

/** Let the links to the other languages lead to the place that is shown. */
function switchHere() {
  for (const link of byId("languages").querySelectorAll("a")) {
    const query = new URLSearchParams(location.search);
    query.set("lang", link.lang);
    link.href = `?${query}`;
  }
}

function title(words) {
  return dealer.name ? `${words} · ${dealer.name}` : words;
}

function notify(words) {
  byId("notice").textContent = words;
  clearTimeout(noticed);
  noticed = setTimeout(() => { byId("notice").textContent = ""; }, 5000);
}
