/** How each vehicle stands with each listing site, with the dealer's unsent changes, and fetching it again until it settles. */

import { call } from "./api.js";
import { computed } from "./html.js";
import { lot, take, told } from "./lot.js";
import { reachable } from "./network.js";
import { onChange } from "./rounds.js";
import { session } from "./session.js";
import { listingSites } from "./status.js";
import { FORECAST, MARKS, STANDING } from "./words/standing.js";
import { list } from "./words.js";

const ROUND_MS = 2500;
const LONGEST_MS = 30_000;
const AT_ONCE = 100;
/** As the server's `domain/eligibility`: only the states that it has told are corrected by changes it has not heard of. */
const NEEDED = ["vin", "price", "photos"];

/** The sites that are set up, in the order to show them. */
export const sites = computed(() => listingSites().filter((site) => site.configured));

/** How a vehicle stands with each site that is set up: `[{site, state, reason}]`. */
export function standings(vehicle) {
  return sites.value.map((site) => ({ site, ...standing(vehicle, vehicle.listings?.[site.wire]) }));
}

/** Whether a vehicle is to be listed on some site and is not, with a reason. */
export function isNotListed(vehicle) {
  return standings(vehicle).some(({ state, reason }) => ["refused", "incomplete"].includes(state) || (state === "on_its_way" && reason));
}

/** Why a vehicle is not on the sites that it is to be on, each reason once; empty when there is nothing to say. */
export function reasons(vehicle) {
  return [...new Set(standings(vehicle).filter(({ state }) => state !== "live" && state !== "off").map(({ reason }) => reason).filter(Boolean))].join(" ");
}

/** Whether a vehicle stands so with a site, by its name in the API, or with any. */
export function stands(vehicle, state, wire = "") {
  if (state === "not_listed") return isNotListed(vehicle);
  return standings(vehicle).some((each) => each.state === state && (!wire || each.site.wire === wire));
}

/** A standing with the sites of these names, in words: `CarGurus and TrueCar refused: …`. */
export function inWords({ state, reason }, names) {
  return MARKS.one(list(names), STANDING[state] ?? state, reason);
}

/** What switching these vehicles to listing sites will come to: `4 on their way, 2 need a price or a photo`. */
export function forecast(vehicles) {
  if (!sites.value.length) return FORECAST.nowhere;
  const forSale = vehicles.filter((vehicle) => vehicle.status === "available");
  const short = forSale.map(lacking).filter((fields) => fields.length);
  const fields = NEEDED.filter((field) => short.some((each) => each.includes(field))).map((field) => FORECAST.lacking[field]);
  const said = [];
  if (forSale.length > short.length) said.push(FORECAST.going(forSale.length - short.length));
  if (short.length) said.push(FORECAST.needs(short.length, either(fields)));
  if (vehicles.length > forSale.length) said.push(FORECAST.notForSale(vehicles.length - forSale.length));
  return `${list(said)}.`;
}

function either(fields) {
  return fields.length < 2 ? fields.join("") : FORECAST.either(fields.slice(0, -1).join(", "), fields.at(-1));
}

function standing(vehicle, known) {
  const { state, reason } = known ?? { state: "off", reason: null };
  const heard = told.value.get(vehicle.id);
  if (!heard || heard === vehicle) return { state, reason };
  const wanted = vehicle.status === "available" && vehicle.publishToThirdParty;
  if (!wanted) return state === "live" ? { state, reason: MARKS.goesOff } : { state: "off", reason: MARKS.off };
  const short = lacking(vehicle);
  if (short.length) return { state: "incomplete", reason: short.map((field) => MARKS.lacking[field]).join(" ") };
  return state === "live" ? { state, reason } : { state: "on_its_way", reason: null };
}

function lacking(vehicle) {
  const has = { vin: vehicle.vinValid, price: vehicle.price > 0, photos: vehicle.photos.length > 0 };
  return NEEDED.filter((field) => !has[field]);
}

/** The vehicles that are about to stand otherwise. */
const due = new Set();
let timer = null;
let wait = ROUND_MS;

/** Fetch again how vehicles stand, until nothing is on its way. */
export function watchStandings() {
  onChange((topic, vehicleId) => {
    if (vehicleId) due.add(vehicleId);
    else if (topic === "tasks") for (const vehicle of told.peek().values()) if (vehicle.needsYou || isNotListed(vehicle)) due.add(vehicle.id);
    wait = ROUND_MS;
    plan(600);
  });
  told.subscribe(() => { if (!timer && underWay().length) plan(wait); });
}

function plan(delay) {
  clearTimeout(timer);
  timer = setTimeout(round, delay);
}

async function round() {
  timer = null;
  const ids = [...new Set([...due, ...underWay()])].slice(0, AT_ONCE);
  if (!ids.length) return;
  if (session.peek() === "in" && reachable.peek() && document.visibilityState === "visible") {
    try {
      take(...(await call("GET", `/api/vehicles?limit=${AT_ONCE}&ids=${ids.map(encodeURIComponent).join(",")}`)).vehicles);
      for (const id of ids) due.delete(id);
    } catch {
      // The next round asks again.
    }
  }
  wait = Math.min(wait * 1.5, LONGEST_MS);
  if (!timer && (due.size || underWay().length)) plan(wait);
}

/** The vehicles that are being sent to a site and that nothing holds up. */
function underWay() {
  const found = [];
  for (const vehicle of told.peek().values()) {
    const states = Object.values(vehicle.listings ?? {});
    if (states.some(({ state, reason }) => (state === "on_its_way" && !reason) || (state === "live" && reason))) found.push(vehicle.id);
    if (found.length >= AT_ONCE) break;
  }
  return found;
}

/** Vehicles by VIN, for tasks, which name no id. One on the lot goes before one that is sold or archived and had the same VIN. */
export const byVin = computed(() => {
  const vehicles = [...lot.value.values()].sort((one, other) => PRESENCE.indexOf(one.status) - PRESENCE.indexOf(other.status));
  return new Map(vehicles.map((vehicle) => [vehicle.vin, vehicle]));
});
const PRESENCE = ["archived", "sold", "pending", "available"];
