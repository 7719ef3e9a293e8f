/** The visitor's filters: read from the URL, written to it, and applied to vehicles. This module does not touch the page. */

import { BODY_KINDS, miles, money, say, term } from "./inventory-words.js";
import { finder } from "./search.js";

const NUMBERS = ["priceMin", "priceMax", "yearMin", "yearMax", "mileageMax"];
const SORTS = ["newest", "price", "-price", "-year", "year", "mileage"];

/** Filters that ask for nothing. */
export function nothing() {
  return { q: "", make: "", model: "", bodyStyle: [], priceMin: null, priceMax: null, yearMin: null, yearMax: null, mileageMax: null, sort: "newest" };
}

/** The filters in a query string; invalid values are left out. */
export function fromQuery(query) {
  const given = new URLSearchParams(query);
  const wanted = nothing();
  wanted.q = (given.get("q") ?? "").slice(0, 100);
  wanted.make = given.get("make") ?? "";
  wanted.model = wanted.make ? (given.get("model") ?? "") : "";
  wanted.bodyStyle = BODY_KINDS.filter((kind) => given.getAll("bodyStyle").some((asked) => same(asked, kind)));
  for (const field of NUMBERS) if (/^\d{1,9}$/.test(given.get(field) ?? "")) wanted[field] = Number(given.get(field));
  if (SORTS.includes(given.get("sort"))) wanted.sort = given.get("sort");
  return wanted;
}

/** The query string of these filters. It keeps foreign parameters, such as those of the theme; it is empty without filters. */
export function toQuery(wanted, query = "") {
  const shown = othersOf(query);
  for (const field of ["q", "make", "model"]) if (wanted[field].trim()) shown.set(field, wanted[field].trim());
  for (const kind of wanted.bodyStyle) shown.append("bodyStyle", kind);
  for (const field of NUMBERS) if (wanted[field] !== null) shown.set(field, wanted[field]);
  if (wanted.sort !== "newest") shown.set("sort", wanted.sort);
  return shown.size ? `?${shown}` : "";
}

/** The query string of a vehicle. It keeps foreign parameters. */
export function vehicleQuery(id, query = "") {
  const shown = othersOf(query);
  shown.set("vehicle", id);
  return `?${shown}`;
}

function othersOf(query) {
  const shown = new URLSearchParams(query);
  for (const field of ["vehicle", ...Object.keys(nothing())]) shown.delete(field);
  return shown;
}

const TESTS = {
  make: (vehicle, wanted) => !wanted.make || same(vehicle.make, wanted.make),
  model: (vehicle, wanted) => !wanted.model || same(vehicle.model, wanted.model),
  bodyStyle: (vehicle, wanted) => !wanted.bodyStyle.length || wanted.bodyStyle.includes(vehicle.kind),
  priceMin: (vehicle, wanted) => wanted.priceMin === null || (vehicle.price !== null && vehicle.price >= wanted.priceMin),
  priceMax: (vehicle, wanted) => wanted.priceMax === null || (vehicle.price !== null && vehicle.price <= wanted.priceMax),
  yearMin: (vehicle, wanted) => wanted.yearMin === null || (vehicle.year !== null && vehicle.year >= wanted.yearMin),
  yearMax: (vehicle, wanted) => wanted.yearMax === null || (vehicle.year !== null && vehicle.year <= wanted.yearMax),
  mileageMax: (vehicle, wanted) => wanted.mileageMax === null
    || (vehicle.mileage !== null && vehicle.mileage <= wanted.mileageMax),
};

/** The vehicles that pass the filters, in the chosen order. `except` names filters to ignore. */
export function select(vehicles, wanted, except = []) {
  const tests = Object.entries(TESTS).filter(([field]) => !except.includes(field)).map(([, test]) => test);
  const says = finder(wanted.q);
  const found = vehicles.filter((vehicle) => says(vehicle.words) && tests.every((test) => test(vehicle, wanted)));
  const order = ORDERS[wanted.sort];
  return order ? found.sort(order) : found;
}

const ORDERS = {
  price: by("price", 1),
  "-price": by("price", -1),
  year: by("year", 1),
  "-year": by("year", -1),
  mileage: by("mileage", 1),
};

/** Compare by a number, ascending or descending; unknown numbers come last. */
function by(field, direction) {
  return (one, other) => {
    if (one[field] === null || other[field] === null) return Number(one[field] === null) - Number(other[field] === null);
    return (one[field] - other[field]) * direction;
  };
}

/** The values of a field with the number of vehicles that have each: `[{value, count}]`, in alphabetical order. */
export function counted(vehicles, field) {
  const found = new Map();
  for (const vehicle of vehicles) {
    const value = vehicle[field];
    if (value === null) continue;
    const key = String(value).toLowerCase();
    const entry = found.get(key) ?? { value: String(value), count: 0 };
    entry.count += 1;
    found.set(key, entry);
  }
  return [...found.values()].sort((one, other) => one.value.localeCompare(other.value, "en", { numeric: true }));
}

/** Each filter in use: its text, and the filters that remain without it. */
export function inUse(wanted) {
  const chips = [];
  const add = (words, without) => chips.push({ words, without: { ...wanted, ...without } });
  if (wanted.q.trim()) add(say("quoted", { words: wanted.q.trim() }), { q: "" });
  if (wanted.make) add(wanted.make, { make: "", model: "" });
  if (wanted.model) add(wanted.model, { model: "" });
  if (wanted.priceMin !== null) add(say("chipFrom", { amount: money(wanted.priceMin) }), { priceMin: null });
  if (wanted.priceMax !== null) add(say("chipUpTo", { amount: money(wanted.priceMax) }), { priceMax: null });
  if (wanted.yearMin !== null) add(say("chipNewer", { year: String(wanted.yearMin) }), { yearMin: null });
  if (wanted.yearMax !== null) add(say("chipOlder", { year: String(wanted.yearMax) }), { yearMax: null });
  if (wanted.mileageMax !== null) add(say("chipUpTo", { amount: miles(wanted.mileageMax) }), { mileageMax: null });
  for (const kind of wanted.bodyStyle) add(term(kind), { bodyStyle: wanted.bodyStyle.filter((other) => other !== kind) });
  return chips;
}

/** Whether two words are equal, ignoring case. */
export function same(one, other) {
  return (one ?? "").toLowerCase() === (other ?? "").toLowerCase();
}
