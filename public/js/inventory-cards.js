/** The lot as a grid of cards. */

import { byId, el, svg } from "./dom.js";
import { vehicleQuery } from "./inventory-filters.js";
import { miles, name, paint, price, reduced, say, term } from "./inventory-words.js";

const AT_ONCE = 24;
const A_STEP = 192;

const grid = byId("grid");
const made = new Map();
// The cards that the Worker wrote into the page, by the vehicle's id.
/** @type {NodeListOf<HTMLElement>} */
const links = grid.querySelectorAll("a[data-vehicle]");
const served = new Map([...links].map((link) => [link.dataset.vehicle, link.closest("li")]));
let turn = 0;

/** Whether the Worker wrote cards into the page. */
export const hasServedCards = served.size > 0;

/**
 * Show these vehicles: the first ones at once, the others while the browser is idle. Call `onWhole` when all are there. Answers a
 * function that shows the others at once.
 */
export function showCards(vehicles, onWhole = () => {}) {
  const mine = ++turn;
  const there = standing(vehicles);
  const begun = Math.max(there, AT_ONCE);
  if (there) grid.append(...vehicles.slice(there, begun).map(cardOf));
  else grid.replaceChildren(...vehicles.slice(0, begun).map(cardOf));
  grid.setAttribute("aria-busy", "false");
  const more = (from) => {
    if (mine !== turn) return;
    if (from >= vehicles.length) {
      onWhole();
      return;
    }
    grid.append(...vehicles.slice(from, from + A_STEP).map(cardOf));
    setTimeout(more, 0, from + A_STEP);
  };
  setTimeout(more, 0, begun);
  return () => {
    turn += 1;
    grid.append(...vehicles.slice(grid.children.length).map(cardOf));
  };
}

/**
 * How many of the present cards are the first of these vehicles, in order, and can stay; 0 when other vehicles are among them.
 */
function standing(vehicles) {
  const cards = grid.children;
  const same = (vehicle, at) => at >= cards.length || cards[at] === cardOf(vehicle);
  return cards.length <= vehicles.length && vehicles.slice(0, cards.length).every(same) ? cards.length : 0;
}

/** The link on a vehicle's card, if the card exists. */
export function linkOf(id) {
  const card = made.get(id)?.card;
  return card?.isConnected ? card.querySelector("a") : null;
}

/** The photo at this address in a frame, or a drawn car without an address. `alt` is empty where text beside it says the same. */
export function photo(vehicle, address, alt) {
  const frame = el("div", { class: "photo" });
  const instead = () => {
    frame.classList.add("photo-drawn");
    frame.replaceChildren(silhouette(vehicle.kind, paint(vehicle.exteriorColor)), alt && el("span", { class: "photo-none" }, say(address ? "photoMissing" : "photosComing")));
  };
  if (!address) instead();
  // Set the address last: the attributes before it decide how the photo loads.
  else {
    const image = el("img", { loading: "lazy", decoding: "async", width: "800", height: "600", alt, src: address });
    image.addEventListener("error", instead);
    frame.append(image);
  }
  return frame;
}

/** The card that the Worker wrote, if it says the same as a new one: nothing on the page moves, and no photo loads twice. */
function kept(card, vehicle) {
  const there = served.get(vehicle.id);
  served.delete(vehicle.id);
  if (!there || plain(there) !== plain(card)) return card;
  const image = there.querySelector("img");
  if (image?.complete && !image.naturalWidth) return card;
  image?.addEventListener("error", () => image.closest(".photo").replaceWith(card.querySelector(".photo")));
  return there;
}

/** A card's markup without what decides only when its photo loads. */
function plain(card) {
  return card.outerHTML.replace(/ (?:loading|fetchpriority)="\w+"/g, "");
}

/** A drawn car of this body style and color. */
export function silhouette(kind, painted = null) {
  const shape = kind === "Other" ? "sedan" : kind.toLowerCase();
  return svg("svg", { class: painted ? `silhouette paint-${painted}` : "silhouette", viewBox: "0 0 720 270", "aria-hidden": "true", focusable: "false" },
    svg("use", { href: `#car-${shape}`, width: "720", height: "270" }));
}

/** The short facts about a vehicle. */
export function tags(vehicle) {
  const facts = [vehicle.kind === "Other" ? vehicle.bodyStyle : vehicle.kind, vehicle.drivetrain, vehicle.transmission, vehicle.fuelType];
  return el("ul", { class: "tags" }, reduced.has(vehicle.id) ? el("li", { class: "tag-reduced" }, say("priceReduced")) : null, facts.filter(Boolean).map((fact) => el("li", {}, term(fact))));
}

function cardOf(vehicle) {
  const known = made.get(vehicle.id);
  if (known?.mark === vehicle.mark) return known.card;
  const fresh = el("li", {}, el("div", { class: "card" },
    photo(vehicle, vehicle.photos[0], ""),
    el("h3", { class: "card-name" }, el("a", { href: vehicleQuery(vehicle.id, location.search), "data-vehicle": vehicle.id }, name(vehicle))),
    el("p", { class: "card-trim" }, vehicle.trim ?? " "),
    el("p", { class: "card-price" },
      el("strong", { class: vehicle.price === null ? "ask" : null }, price(vehicle)),
      vehicle.mileage === null ? null : el("span", {}, miles(vehicle.mileage))),
    tags(vehicle)));
  const card = kept(fresh, vehicle);
  made.set(vehicle.id, { mark: vehicle.mark, card });
  return card;
}
