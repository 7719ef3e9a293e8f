/** Formats values and states for the desk. */

import { money, name } from "../inventory-words.js";
import { lookup } from "./lookup.js";

export { capital, miles, money, name, vehicles } from "../inventory-words.js";

const NUMBER = new Intl.NumberFormat("en-US");
const DAY = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", year: "numeric", timeZone: "UTC" });
const TIME = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" });
const DAY_AND_TIME = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const LATER = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
const LIST = new Intl.ListFormat("en-US");
const DAY_MS = 86_400_000;

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
  return vehicle ? name(vehicle) : (vin ?? "a vehicle that is gone");
}

/** A day such as `2025-02-03`, as people write it. */
export function day(text) {
  return text ? DAY.format(new Date(`${text}T00:00:00Z`)) : "–";
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
  archived: ["Off the lot", "plain"],
});
export const SALE = lookup({
  pending: ["Waits for the books", "warn"],
  posted: ["Invoiced", "good"],
  paid: ["Paid", "good"],
  dead: ["Failed", "bad"],
  voided: ["Voided", "plain"],
});
export const EXPENSE = lookup({ ...SALE, posted: ["In the books", "good"] });
export const PARTNER = lookup({
  connected: ["Connected", "good"],
  not_configured: ["Not set up", "plain"],
  degraded: ["Degraded", "warn"],
  reauth_required: ["Waits for sign-in", "warn"],
  error: ["Not working", "bad"],
});
export const RUN = lookup({
  queued: ["Queued", "plain"],
  running: ["Running", "plain"],
  completed: ["Completed", "good"],
  degraded: ["Degraded", "warn"],
  failed: ["Failed", "bad"],
});
export const LISTING = lookup({
  live: ["Listed", "good"],
  pending: ["On its way", "plain"],
  absent: ["Not listed", "plain"],
  dead: ["Refused", "bad"],
});
