/** The lot at this desk: every vehicle from the server, and the same vehicles with unsent changes applied. */

import { at, call } from "./api.js";
import { computed, effect, signal } from "./html.js";
import { entries } from "./outbox.js";

const FIRST = 100;
const PAGE = 500;
const STALE_MS = 60_000;

/** The latest vehicles from the server, by id. */
export const told = signal(new Map());
/** The server's count of vehicles on the lot or sold; `null` before the first answer. */
export const total = signal(null);
/** Whether all of them have been fetched. */
export const complete = signal(false);
/** Whether the archived ones have been fetched too. */
export const archiveKnown = signal(false);

/** The orders of the server. A lot that is fetched in the order in which it is shown grows at its end only. */
export const SORTS = ["newest", "price", "-price", "year", "-year", "mileage"];
let order = SORTS[0];

/** Have the lot fetched in this order from now on, if the server knows it. */
export function fetchBy(sort) {
  order = SORTS.includes(sort) ? sort : SORTS[0];
}

let loadedAt = 0;
let turn = 0;

/** Vehicles by id, with the dealer's unsent changes applied. */
export const lot = computed(() => {
  const changed = new Map();
  for (const entry of entries.value) {
    const lay = LAYERS[entry.kind];
    const vehicle = lay && (changed.get(entry.vehicleId) ?? told.value.get(entry.vehicleId));
    if (vehicle) changed.set(entry.vehicleId, lay(vehicle, entry));
  }
  return changed.size ? new Map([...told.value, ...changed]) : told.value;
});

/** The effect of each kind of outbox entry on its vehicle. */
const LAYERS = {
  edit: (vehicle, entry) => ({ ...vehicle, ...entry.changes }),
  sale: (vehicle) => ({ ...vehicle, status: "sold" }),
  unphoto: (vehicle, entry) => ({ ...vehicle, photos: vehicle.photos.filter((photo) => photo.id !== entry.photoId) }),
  order: (vehicle, entry) => ({ ...vehicle, photos: ordered(vehicle.photos, entry.ids) }),
};

/** Photos in the order of these ids; photos that the ids do not name come last. */
export function ordered(photos, ids) {
  const place = new Map(ids.map((id, index) => [id, index]));
  return [...photos].sort((one, other) =>
    (place.get(one.id) ?? Infinity) - (place.get(other.id) ?? Infinity) || one.position - other.position);
}

/** Fetch the whole lot. Calls `begun` after each page. Rejects with `Problem`. */
export async function load(begun = () => {}) {
  const mine = ++turn;
  const before = new Set(told.peek().keys());
  const seen = new Set();
  loadedAt = Date.now();
  const sort = order;
  let page = await list(0, FIRST, sort);
  while (mine === turn) {
    page.vehicles.forEach((vehicle) => seen.add(vehicle.id));
    take(...page.vehicles);
    total.value = page.total;
    begun();
    if (seen.size >= page.total || !page.vehicles.length) break;
    page = await list(seen.size, PAGE, sort);
  }
  if (mine !== turn) return;
  // Another user has archived the vehicles that are no longer in the list.
  const gone = [...before].filter((id) => !seen.has(id) && told.peek().get(id).status !== "archived");
  if (gone.length) told.value = new Map([...told.peek()].filter(([id]) => !gone.includes(id)));
  complete.value = true;
}

/** Fetch the lot again if the last fetch was a while ago. */
export function refresh(staleMs = STALE_MS) {
  if (Date.now() - loadedAt > staleMs) load().catch(() => {});
}

/** Fetch the archived vehicles. Rejects with `Problem`. */
export async function loadArchive() {
  let found = 0;
  for (;;) {
    const page = await list(found, PAGE, "newest", "&status=archived");
    take(...page.vehicles);
    found += page.vehicles.length;
    if (found >= page.total || !page.vehicles.length) break;
  }
  archiveKnown.value = true;
}

/** Fetch the archived vehicles too once `lacks` says that the lot lacks a vehicle that is to be named. Returns how to stop. */
export function whenLacking(lacks) {
  return effect(() => {
    if (complete.value && !archiveKnown.value && lacks(lot.value)) loadArchive().catch(() => {});
  });
}

/** Fetch one vehicle. Rejects with `Problem`. */
export async function fetchVehicle(id) {
  const vehicle = await call("GET", at("vehicles", id));
  take(vehicle);
  return vehicle;
}

/**
 * Store vehicles from the server. Versions older than the stored ones are ignored. Only the list says how a vehicle stands with
 * the listing sites, so an answer without that leaves what is known of it.
 */
export function take(...vehicles) {
  const known = told.peek();
  const news = vehicles.filter((vehicle) => isNews(vehicle, known.get(vehicle.id)));
  const whole = news.map((vehicle) => ({ ...standingOf(known.get(vehicle.id)), ...vehicle }));
  if (news.length) told.value = new Map([...known, ...whole.map((vehicle) => [vehicle.id, vehicle])]);
}

function isNews(vehicle, known) {
  if (!known || vehicle.version !== known.version) return !(known?.version > vehicle.version);
  return "listings" in vehicle && JSON.stringify(standingOf(vehicle)) !== JSON.stringify(standingOf(known));
}

function standingOf(vehicle) {
  if (!vehicle?.listings) return {};
  const { listings, waitingFor, needsYou, priceChanges, priceReduced } = vehicle;
  return { listings, waitingFor, needsYou, priceChanges, priceReduced };
}

function list(offset, limit, sort, more = "") {
  return call("GET", `/api/vehicles?sort=${encodeURIComponent(sort)}&limit=${limit}&offset=${offset}${more}`);
}
