/** The public lot: the published vehicles with search and filters, and a page with its own link for each vehicle. */

import { byId, el } from "./dom.js";
import { linkOf, showCards } from "./inventory-cards.js";
import { fromQuery, inUse, nothing, select, toQuery, vehicleQuery } from "./inventory-filters.js";
import { framed, joinFrame, tellFrame } from "./inventory-frame.js";
import { fetchDealer, fetchVehicle, Lot } from "./inventory-lot.js";
import * as panel from "./inventory-panel.js";
import { describe } from "./inventory-structured.js";
import * as summary from "./inventory-summary.js";
import { phoneLink, showVehicle, showVehicleLoading, showVehicleMessage, stepPhotos } from "./inventory-vehicle.js";
import { name, vehicles as vehiclesWords } from "./inventory-words.js";

const STALE_MS = 15_000;

const lot = new Lot();
let dealer = { name: null, phone: null, address: null, email: null };
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
window.addEventListener("beforeprint", () => finishCards());
window.addEventListener("online", cameBack);
window.addEventListener("offline", () => notify(state === "ready" ? "You are offline. This is the lot as it was a moment ago." : "You are offline."));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

joinFrame(() => open && route(false));
route(false);
greet();
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
  }, typing ? 250 : 0);
}

function showLot() {
  const found = select(lot.vehicles, wanted);
  panel.show(wanted, lot.vehicles, found.length);
  summary.showChips(wanted, (rest) => change(rest, false), clear);
  const loaded = state === "ready" || state === "partly" || state === "cut";
  if (loaded) finishCards = showCards(found);
  byId("grid").hidden = state === "failed" || (loaded && !found.length);
  showMessage(found);
  summary.showCount(countWords(found), state !== "loading");
}

function countWords(found) {
  if (state === "loading") return "Loading the lot…";
  if (state === "failed") return "The lot is out of reach";
  const all = Math.max(lot.total, lot.vehicles.length);
  return inUse(wanted).length ? `${found.length} of ${vehiclesWords(all)}` : vehiclesWords(all);
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
  summary.showCount("Loading the lot…");
  byId("results").focus();
  load();
}

/** Show the page that the address names. With `moved`, the visitor navigated there, so the focus moves too. */
async function route(moved) {
  const id = new URLSearchParams(location.search).get("vehicle");
  const before = open;
  open = id;
  byId("lot-view").hidden = Boolean(id);
  byId("vehicle-view").hidden = !id;
  if (!id) {
    wanted = fromQuery(location.search);
    tellFrame(toQuery(wanted));
    describe(null);
    document.title = title("Vehicles for sale");
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
  let vehicle = lot.find(id);
  if (!vehicle) {
    showVehicleLoading(back);
    if (moved) byId("vehicle-view").querySelector("h1").focus({ preventScroll: true });
    try {
      vehicle = await fetchVehicle(id);
    } catch {
      if (open !== id) return;
      document.title = title("Vehicle");
      const words = navigator.onLine ? "The connection may have dropped for a moment." : "You are offline.";
      showVehicleMessage("This vehicle could not be loaded", words, back, el("button", { class: "button button-strong", type: "button", click: () => route(true) }, "Try again"));
      focusVehicle(moved);
      return;
    }
    if (open !== id) return;
  }
  if (vehicle) {
    document.title = title([name(vehicle), vehicle.trim].filter(Boolean).join(" "));
    showVehicle(vehicle, dealer, back);
  } else {
    document.title = title("No longer on the lot");
    showVehicleMessage("This one is no longer on the lot", "It may have been sold. There may well be another like it.", back);
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

/** Show the dealer's name and contact, unless the dealer's own page surrounds this one and shows them. */
async function greet() {
  dealer = await fetchDealer();
  if (!framed) {
    byId("dealer-name").textContent = dealer.name ?? "";
    byId("dealer-address").textContent = [dealer.name, dealer.address, dealer.phone].filter(Boolean).join(" · ");
    const call = phoneLink(dealer.phone, "phone");
    if (call) byId("dealer-phone").replaceWith(call);
  }
  if (open) route(false);
  else {
    document.title = title("Vehicles for sale");
    if (state === "ready" && !lot.vehicles.length) showLot(); // The empty list names the phone number to call.
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
