/** Fetches every page of the lot, and fetches it again when it may have changed. */

import { bodyKind } from "./inventory-words.js";
import { searchText } from "./search.js";

// The first page is one screenful, so that the visitor sees cars early. Two pages cover most lots: both are requested at once,
// and inventory.html preloads them.
const FIRST_PAGE = 48;
const PAGE = 500;
const TIME_OUT_MS = 20_000;

/** The lot as fetched. `etag` is the ETag of its first page, which changes whenever the lot changes. */
export class Lot {
  vehicles = [];
  total = 0;
  etag = null;
  loadedAt = 0;

  /** Fetch every page and call `onPage` after each. Rejects with `LotError`. */
  async load(onPage) {
    const vehicles = new Map();
    const second = page(FIRST_PAGE, null);
    second.catch(() => {}); // A failure surfaces where the page is awaited; a small lot does not need the page.
    const first = await page(0, null);
    for (let next = first; ; ) {
      for (const vehicle of next.vehicles) vehicles.set(vehicle.id, vehicle);
      this.vehicles = [...vehicles.values()];
      this.total = Math.max(next.total, vehicles.size);
      const offset = next.offset + next.limit;
      const complete = next.count < next.limit || offset >= next.total;
      if (complete) this.total = vehicles.size;
      onPage(complete);
      if (complete) break;
      next = await (offset === FIRST_PAGE ? second : page(offset, null));
    }
    this.etag = first.etag;
    this.loadedAt = Date.now();
  }

  /** Check whether the lot has changed, and fetch it again if so. Returns whether it had changed. */
  async refresh() {
    if (this.etag && (await page(0, this.etag)) === null) {
      this.loadedAt = Date.now();
      return false;
    }
    const fresh = new Lot();
    await fresh.load(() => {});
    Object.assign(this, fresh);
    return true;
  }

  /** The vehicle with this id, if it has been fetched. */
  find(id) {
    return this.vehicles.find((vehicle) => vehicle.id === id) ?? null;
  }
}

/** The lot or a vehicle could not be fetched. */
export class LotError extends Error {}

/** One published vehicle, or `null` if no published vehicle has this id. Rejects with `LotError`. */
export async function fetchVehicle(id) {
  const response = await get(`/api/public/vehicle/${encodeURIComponent(id)}`);
  if (response.status === 404) return null;
  const raw = await content(response);
  return raw && typeof raw === "object" ? vehicleFrom(raw) : null;
}

/** The address of a photo, if the page may show it: over https, or from this site. */
export function photoUrl(address) {
  if (typeof address !== "string" || !/^(https?:\/)?\//.test(address) || !URL.canParse(address, location.href)) return null;
  const url = new URL(address, location.href);
  return url.protocol === "https:" || url.origin === location.origin ? url.href : null;
}

async function page(offset, etag) {
  const limit = offset ? PAGE : FIRST_PAGE;
  const query = offset ? `?limit=${limit}&offset=${offset}` : `?limit=${limit}`;
  const response = await get(`/api/public/inventory${query}`, etag ? { "If-None-Match": etag } : {});
  if (response.status === 304) return null;
  const list = await content(response);
  if (!Array.isArray(list)) throw new LotError("not a list");
  const total = Number(response.headers.get("X-Total-Count") ?? offset + list.length);
  return { offset, limit, total, count: list.length, etag: response.headers.get("ETag"), vehicles: list.map(vehicleFrom).filter(Boolean) };
}

async function get(url, headers = {}) {
  try {
    return await fetch(url, Object.keys(headers).length ? { headers, signal: AbortSignal.timeout(TIME_OUT_MS) }
      : { signal: AbortSignal.timeout(TIME_OUT_MS) });
  } catch (cause) {
    throw new LotError("no answer", { cause });
  }
}

async function content(response) {
  if (!response.ok) throw new LotError(`status ${response.status}`);
  try {
    return await response.json();
  } catch (cause) {
    throw new LotError("not JSON", { cause });
  }
}

/** A vehicle from the JSON of the API; `null` if it is none. */
export function vehicleFrom(raw) {
  if (!raw || typeof raw !== "object" || typeof raw.id !== "string") return null;
  const texts = Object.entries(raw).filter(([field]) => !NOT_TEXTS.has(field)).map(([field, value]) => [field, text(value)]);
  const vehicle = {
    ...Object.fromEntries(texts), id: raw.id, year: number(raw.year), mileage: number(raw.mileage), price: number(raw.price),
  };
  vehicle.url = typeof raw.url === "string" && /^https?:\/\//.test(raw.url) && URL.canParse(raw.url) ? raw.url : null;
  vehicle.photos = (Array.isArray(raw.photos) ? raw.photos : []).map(photoUrl).filter(Boolean);
  vehicle.kind = bodyKind(vehicle.bodyStyle);
  vehicle.words = searchText(vehicle);
  vehicle.mark = JSON.stringify(raw);
  return vehicle;
}

// Every other member of a public vehicle is a text.
const NOT_TEXTS = new Set(["id", "year", "mileage", "price", "photos", "url"]);

function text(value) {
  return typeof value === "string" && value.trim() ? value.trim() : null;
}

function number(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
