/** The lot as a grid of cards. */

import { byId, el, svg } from "./dom.js";
import { vehicleQuery } from "./inventory-filters.js";
import { capital, miles, name, paint, price } from "./inventory-words.js";

const AT_ONCE = 24;
const A_STEP = 192;

const grid = byId("grid");
const made = new Map();
let turn = 0;

/** Show these vehicles: the first ones at once, the others while the browser is idle. */
export function showCards(vehicles) {
  const mine = ++turn;
  const there = standing(vehicles);
  const begun = Math.max(there, AT_ONCE);
  if (there) grid.append(...vehicles.slice(there, begun).map(cardOf));
  else grid.replaceChildren(...vehicles.slice(0, begun).map(cardOf));
  grid.setAttribute("aria-busy", "false");
  const more = (from) => {
    if (mine !== turn || from >= vehicles.length) return;
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
    frame.replaceChildren(silhouette(vehicle.kind, paint(vehicle.exteriorColor)), alt && el("span", { class: "photo-none" }, address ? "This photo is missing" : "Photos are on their way"));
  };
  if (!address) instead();
  // Set the address last: the attributes before it decide how the photo loads.
  else frame.append(el("img", { loading: "lazy", decoding: "async", width: "800", height: "600", alt, error: instead, src: address }));
  return frame;
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
  return el("ul", { class: "tags" }, facts.filter(Boolean).map((fact) => el("li", {}, capital(fact))));
}

function cardOf(vehicle) {
  const known = made.get(vehicle.id);
  if (known?.mark === vehicle.mark) return known.card;
  const card = el("li", {}, el("div", { class: "card" },
    photo(vehicle, vehicle.photos[0], ""),
    el("h3", { class: "card-name" }, el("a", { href: vehicleQuery(vehicle.id, location.search), "data-vehicle": vehicle.id }, name(vehicle))),
    el("p", { class: "card-trim" }, vehicle.trim ?? " "),
    el("p", { class: "card-price" },
      el("strong", { class: vehicle.price === null ? "ask" : null }, price(vehicle)),
      vehicle.mileage === null ? null : el("span", {}, miles(vehicle.mileage))),
    tags(vehicle)));
  made.set(vehicle.id, { mark: vehicle.mark, card });
  return card;
}
