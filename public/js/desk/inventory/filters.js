/** The dealer's filters and order: read from the page's address, and applied at every keystroke. */

import { computed, effect, signal } from "../html.js";
import { keep, kept } from "../kept.js";
import { lookup } from "../lookup.js";
import { lot } from "../lot.js";
import { requery, route } from "../route.js";
import { daysOnLot } from "../words.js";

const NOTHING = { q: "", view: "lot", make: "", location: "", status: "", body: "", priceMin: "", priceMax: "", yearMin: "", yearMax: "", sort: "newest" };

/** The built-in views: a name, and a test for their vehicles. */
export const VIEWS = lookup({
  lot: ["On the lot", onLot],
  unpublished: ["Not on the website", (vehicle) => vehicle.status === "available" && !vehicle.publishToWebsite],
  photos: ["No photos", (vehicle) => onLot(vehicle) && !vehicle.photos.length],
  price: ["No price", (vehicle) => onLot(vehicle) && !vehicle.price],
  vin: ["VIN in doubt", (vehicle) => onLot(vehicle) && !vehicle.vinValid],
  sold: ["Sold", (vehicle) => vehicle.status === "sold"],
  archived: ["Off the lot", (vehicle) => vehicle.status === "archived"],
});

/** The orders by their wire value, with `-` for descending: a label and a comparison. */
export const ORDERS = lookup({
  newest: ["Newest first", (one, other) => (other.purchaseDate ?? other.createdAt).localeCompare(one.purchaseDate ?? one.createdAt)],
  price: ["Price, lowest first", (one, other) => last(one.price) - last(other.price)],
  "-price": ["Price, highest first", (one, other) => (other.price ?? -1) - (one.price ?? -1)],
  mileage: ["Mileage, lowest first", (one, other) => last(one.mileage) - last(other.mileage)],
  "-mileage": ["Mileage, highest first", (one, other) => (other.mileage ?? -1) - (one.mileage ?? -1)],
  "-year": ["Year, newest first", (one, other) => other.year - one.year],
  year: ["Year, oldest first", (one, other) => one.year - other.year],
  "-days": ["Longest on the lot", (one, other) => (daysOnLot(other) ?? -1) - (daysOnLot(one) ?? -1)],
  name: ["Make and model", (one, other) => `${one.make} ${one.model}`.localeCompare(`${other.make} ${other.model}`) || other.year - one.year],
  "-name": ["Make and model, from Z", (one, other) => ORDERS.name[1](other, one)],
  stock: ["Stock number", (one, other) => (one.stockNumber ?? "~").localeCompare(other.stockNumber ?? "~", "en", { numeric: true })],
  "-stock": ["Stock number, from the end", (one, other) => ORDERS.stock[1](other, one)],
});

/** The current filters. */
export const filters = signal(read(route.peek()));
/** The dealer's own views: `{name, query}`. */
export const savedViews = signal(kept("views", []));

/** Change some of the filters. */
export function ask(changes) {
  filters.value = { ...filters.peek(), ...changes };
  requery(queryOf(filters.peek()));
}

/** Replace all filters by those of a query string. */
export function askFor(query) {
  filters.value = read({ view: "inventory", query: new URLSearchParams(query) });
  requery(queryOf(filters.peek()));
}

/** The filters as a query string without default values. */
export function queryOf(wanted) {
  return new URLSearchParams(Object.entries(wanted).filter(([name, value]) => value && value !== NOTHING[name])).toString();
}

/** Save the current filters as one of the dealer's own views. */
export function saveView(name) {
  savedViews.value = [...savedViews.peek().filter((view) => view.name !== name), { name, query: queryOf(filters.peek()) }];
  keep("views", savedViews.peek());
}

/** Delete one of the dealer's own views. */
export function forgetView(name) {
  savedViews.value = savedViews.peek().filter((view) => view.name !== name);
  keep("views", savedViews.peek());
}

// A link or the browser's back button may change the address to another list.
effect(() => {
  if (route.value.view !== "inventory") return;
  const wanted = read(route.value);
  if (queryOf(wanted) !== queryOf(filters.peek())) filters.value = wanted;
});

/** The vehicles that pass the filters, in order. */
export const found = computed(() => {
  const wanted = filters.value;
  const tests = testsOf(wanted);
  const all = [...lot.value.values()].filter((vehicle) => tests.every((test) => test(vehicle)));
  const order = (ORDERS[wanted.sort] ?? ORDERS.newest)[1];
  return all.sort((one, other) => order(one, other) || one.id.localeCompare(other.id));
});

/** The number of vehicles in each view, without other filters. */
export const counts = computed(() => {
  const names = Object.keys(VIEWS);
  const tally = Object.fromEntries(names.map((name) => [name, 0]));
  for (const vehicle of lot.value.values()) for (const name of names) if (VIEWS[name][1](vehicle)) tally[name] += 1;
  return tally;
});

/** The values a field has on this lot, the most frequent first. */
export function valuesOf(field, most = 300) {
  const tally = new Map();
  for (const vehicle of lot.value.values()) if (vehicle[field]) tally.set(vehicle[field], (tally.get(vehicle[field]) ?? 0) + 1);
  return [...tally].sort((one, other) => other[1] - one[1]).slice(0, most).map(([value]) => value);
}

function onLot(vehicle) {
  return vehicle.status === "available" || vehicle.status === "pending";
}

function testsOf(wanted) {
  const words = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = [(VIEWS[wanted.view] ?? VIEWS.lot)[1]];
  for (const [name, field] of [["make", "make"], ["location", "location"], ["status", "status"], ["body", "bodyStyle"]]) {
    if (wanted[name]) tests.push((vehicle) => vehicle[field] === wanted[name]);
  }
  for (const [name, field] of [["price", "price"], ["year", "year"]]) {
    const least = Number(wanted[`${name}Min`]);
    const most = Number(wanted[`${name}Max`]);
    if (least) tests.push((vehicle) => vehicle[field] !== null && vehicle[field] >= least);
    if (most) tests.push((vehicle) => vehicle[field] !== null && vehicle[field] <= most);
  }
  if (words.length) tests.push((vehicle) => words.every((word) => textOf(vehicle).includes(word)));
  return tests;
}

const texts = new WeakMap();

function textOf(vehicle) {
  let text = texts.get(vehicle);
  if (text === undefined) {
    const { year, make, model, trim, bodyStyle, exteriorColor, stockNumber, vin, location } = vehicle;
    text = [year, make, model, trim, bodyStyle, exteriorColor, stockNumber, vin, location].filter(Boolean).join(" ").toLowerCase();
    texts.set(vehicle, text);
  }
  return text;
}

function last(value) {
  return value ?? Infinity;
}

function read({ view, query }) {
  if (view !== "inventory") return { ...NOTHING };
  return Object.fromEntries(Object.entries(NOTHING).map(([name, usual]) => [name, query.get(name) ?? usual]));
}
