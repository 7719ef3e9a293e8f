/** The dealer's filters and order: read from the page's address, and applied at every keystroke. */

import { computed, effect, signal } from "../html.js";
import { keep, kept } from "../kept.js";
import { lookup } from "../lookup.js";
import { fetchBy, lot } from "../lot.js";
import { finder, searchText } from "../../search.js";
import { requery, route } from "../route.js";
import { ageOf } from "./ages.js";
import { isNotListed, stands } from "../standing.js";
import { VIEW } from "../words/standing.js";
import { daysOnLot } from "../words.js";
import { FILTERS as TEXT } from "../words/inventory.js";

const NOTHING = { q: "", view: "lot", make: "", location: "", status: "", body: "", priceMin: "", priceMax: "", yearMin: "", yearMax: "", listing: "", site: "", age: "", sort: "newest" };

/** The built-in views: a name, and a test for their vehicles. */
export const VIEWS = lookup({
  lot: [TEXT.onTheLot, onLot],
  unpublished: [TEXT.notOnWebsite, (vehicle) => vehicle.status === "available" && !vehicle.publishToWebsite],
  photos: [TEXT.noPhotos, (vehicle) => onLot(vehicle) && !vehicle.photos.length],
  price: [TEXT.noPrice, (vehicle) => onLot(vehicle) && !vehicle.price],
  vin: [TEXT.vinInDoubt, (vehicle) => onLot(vehicle) && !vehicle.vinValid],
  notListed: [VIEW.notListed, (vehicle) => onLot(vehicle) && isNotListed(vehicle)],
  refused: [VIEW.refused, (vehicle) => onLot(vehicle) && stands(vehicle, "refused")],
  waiting: [VIEW.waiting, (vehicle) => vehicle.waitingFor?.includes("quickbooks")],
  needs: [VIEW.needs, (vehicle) => vehicle.needsYou && vehicle.status !== "archived"],
  sold: [TEXT.sold, (vehicle) => vehicle.status === "sold"],
  archived: [TEXT.archived, (vehicle) => vehicle.status === "archived"],
});

/** The orders by their wire value, with `-` for descending: a label and a comparison. */
export const ORDERS = lookup({
  newest: [
    TEXT.newestFirst,
    (one, other) => compare(dayOf(other), dayOf(one)) || compare(other.createdAt, one.createdAt),
  ],
  price: [TEXT.priceLowestFirst, (one, other) => last(one.price) - last(other.price)],
  "-price": [TEXT.priceHighestFirst, (one, other) => (other.price ?? -1) - (one.price ?? -1)],
  mileage: [TEXT.mileageLowestFirst, (one, other) => last(one.mileage) - last(other.mileage)],
  "-mileage": [TEXT.mileageHighestFirst, (one, other) => (other.mileage ?? -1) - (one.mileage ?? -1)],
  "-year": [TEXT.yearNewestFirst, (one, other) => other.year - one.year],
  year: [TEXT.yearOldestFirst, (one, other) => one.year - other.year],
  "-days": [TEXT.longest, (one, other) => (daysOnLot(other) ?? -1) - (daysOnLot(one) ?? -1)],
  name: [TEXT.makeAndModel, (one, other) => `${one.make} ${one.model}`.localeCompare(`${other.make} ${other.model}`) || other.year - one.year],
  "-name": [TEXT.makeAndModelDown, (one, other) => ORDERS.name[1](other, one)],
  stock: [TEXT.stockNumber, (one, other) => (one.stockNumber ?? "~").localeCompare(other.stockNumber ?? "~", "en", { numeric: true })],
  "-stock": [TEXT.stockNumberDown, (one, other) => ORDERS.stock[1](other, one)],
});

/** The current filters. */
export const filters = signal(read(route.peek()));
/** Whether what is shown is there because it is not listed, so that each vehicle says why. */
export const tellsWhy = computed(() => ["notListed", "refused"].includes(filters.value.view) || ["refused", "incomplete", "not_listed"].includes(filters.value.listing));
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

effect(() => fetchBy(filters.value.sort));

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
  return all.sort((one, other) => order(one, other) || compare(one.id, other.id));
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
  const view = (VIEWS[wanted.view] ?? VIEWS.lot)[1];
  // A site may still show what was sold a moment ago.
  const tests = wanted.listing ? [(vehicle) => stands(vehicle, wanted.listing, wanted.site)] : [view];
  if (wanted.age) tests.push((vehicle) => ageOf(daysOnLot(vehicle)) === wanted.age);
  for (const [name, field] of [["make", "make"], ["location", "location"], ["status", "status"], ["body", "bodyStyle"]]) {
    if (wanted[name]) tests.push((vehicle) => vehicle[field] === wanted[name]);
  }
  for (const [name, field] of [["price", "price"], ["year", "year"]]) {
    const least = Number(wanted[`${name}Min`]);
    const most = Number(wanted[`${name}Max`]);
    if (least) tests.push((vehicle) => vehicle[field] !== null && vehicle[field] >= least);
    if (most) tests.push((vehicle) => vehicle[field] !== null && vehicle[field] <= most);
  }
  const says = finder(wanted.q);
  if (wanted.q.trim()) tests.push((vehicle) => says(textOf(vehicle)));
  return tests;
}

const texts = new WeakMap();

function textOf(vehicle) {
  let text = texts.get(vehicle);
  if (text === undefined) {
    text = searchText(vehicle);
    texts.set(vehicle, text);
  }
  return text;
}

/** As the server orders: by the bytes of a text. */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

function dayOf(vehicle) {
  return vehicle.purchaseDate ?? vehicle.createdAt.slice(0, 10);
}

function last(value) {
  return value ?? Infinity;
}

function read({ view, query }) {
  if (view !== "inventory") return { ...NOTHING };
  return Object.fromEntries(Object.entries(NOTHING).map(([name, usual]) => [name, query.get(name) ?? usual]));
}
