/** Formats values and states for the desk. */

import { lookup } from "./lookup.js";

const NUMBER = new Intl.NumberFormat("en-US");
const DAY = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", year: "numeric", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
const TIME = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" });
const DAY_AND_TIME = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const LATER = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
const LIST = new Intl.ListFormat("en-US");
const DAY_MS = 86_400_000;

const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const CENTS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** The year, make and model of a vehicle. */
export function name(vehicle) {
  return [vehicle.year, vehicle.make, vehicle.model].filter(Boolean).join(" ") || "Vehicle";
}

/** A price in dollars. */
export function money(dollars) {
  return Number.isInteger(dollars) ? DOLLARS.format(dollars) : CENTS.format(dollars);
}

/** A number of miles. */
export function miles(count) {
  return `${number(count)} mi`;
}

/** A number of vehicles, such as `1 vehicle` or `2 vehicles`. */
export function vehicles(count) {
  return many(count, "vehicle");
}

/** The text with a capital first letter. */
export function capital(text) {
  return text && text[0].toUpperCase() + text.slice(1);
}

/** A count with its commas. */
export function number(count) {
  return NUMBER.format(count);
}

/** A count with its noun: `1 photo`, `2 photos`. */
export function many(count, one, more = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : more}`;
}

/** Names in a sentence: `one, two, and three`. */
export function list(names) {
  return LIST.format(names);
}

/** An amount of dollars, or a dash. */
export function amount(dollars) {
  if (dollars === null || dollars === undefined) return "–";
  return dollars < 0 ? `−${money(-dollars)}` : money(dollars);
}

/** The name of a vehicle, or its VIN if the vehicle is not loaded. */
export function called(vehicle, vin = null) {
  return vehicle ? name(vehicle) : (vin ?? "a deleted vehicle");
}

/** A day such as `2025-02-03`, as people write it. */
export function day(text) {
  return text ? DAY.format(new Date(`${text}T00:00:00Z`)) : "–";
}

/** A month: `November 2026`. */
export function monthOf(text) {
  return MONTH.format(new Date(`${text}-01T00:00:00Z`));
}

/** An instant: the time of today, else the day and the time. */
export function when(instant) {
  if (!instant) return "–";
  const then = new Date(instant);
  return then.toDateString() === new Date().toDateString() ? TIME.format(then) : DAY_AND_TIME.format(then);
}

/** The time until or since an instant: `in 6 days`, `2 hours ago`. */
export function away(instant) {
  const minutes = Math.round((Date.parse(instant) - Date.now()) / 60_000);
  if (Math.abs(minutes) < 60) return LATER.format(minutes, "minute");
  if (Math.abs(minutes) < 48 * 60) return LATER.format(Math.round(minutes / 60), "hour");
  return LATER.format(Math.round(minutes / 1440), "day");
}

/** Today where the dealer is, as `2025-02-03`. */
export function today() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** The number of days a vehicle has been on the lot. */
export function daysOnLot(vehicle) {
  const since = vehicle.purchaseDate ?? vehicle.createdAt?.slice(0, 10);
  return since ? Math.max(0, Math.round((Date.parse(today()) - Date.parse(since)) / DAY_MS)) : null;
}

/** The gross profit of a sale: the price less the cost of the car and of the work on it; `null` while the cost is unknown. */
export function gross(price, vehicle, spent) {
  if (price === null || vehicle?.purchasePrice === null || vehicle?.purchasePrice === undefined) return null;
  return Math.round((price - vehicle.purchasePrice - spent) * 100) / 100;
}

/** Label and color of a state, by its wire name. */
export const STATUS = lookup({
  available: ["Available", "good"],
  pending: ["Sale pending", "warn"],
  sold: ["Sold", "plain"],
  archived: ["Archived", "plain"],
});
export const SALE = lookup({
  asked: ["Price needed", "warn"],
  pending: ["Waiting for QuickBooks", "warn"],
  posted: ["Invoiced", "good"],
  paid: ["Paid", "good"],
  dead: ["Failed", "bad"],
  voided: ["Voided", "plain"],
});
/** `leaving`: this desk is about to void the record. */
export const EXPENSE = lookup({ ...SALE, posted: ["In QuickBooks", "good"], leaving: ["Voiding", "plain"] });
export const PARTNER = lookup({
  connected: ["Connected", "good"],
  not_configured: ["Not set up", "plain"],
  degraded: ["Partly working", "warn"],
  reauth_required: ["Not connected", "warn"],
  error: ["Not working", "bad"],
  paused: ["Paused", "warn"],
});
export const RUN = lookup({
  queued: ["Queued", "plain"],
  running: ["Running", "plain"],
  completed: ["Completed", "good"],
  degraded: ["Partial sync", "warn"],
  failed: ["Failed", "bad"],
});
/** How a vehicle stands with a site. */
export const LISTING = lookup({
  live: ["Listed", "good"],
  on_its_way: ["On its way", "plain"],
  refused: ["Refused", "bad"],
  incomplete: ["Not complete", "warn"],
  off: ["Not listed", "plain"],
});
