/** Sync tasks in plain words: what was to be done, and how it stands. */

import { lookup } from "./lookup.js";
import { away, when } from "./words.js";

/** What each partner is called. */
export const PARTNERS = lookup({
  wayne_reeves: "Wayne Reeves",
  quickbooks: "QuickBooks",
  cargurus: "CarGurus",
  truecar: "TrueCar",
  kbb: "Kelley Blue Book",
  carlot: "CarLot Manager",
  alerts: "Alerts",
});

/** The same by the names in the status. */
export const SITES = lookup({ carGurus: "CarGurus", trueCar: "TrueCar", kbb: "Kelley Blue Book" });

const ERRANDS = {
  "wayne_reeves/pull": () => "Bringing in the inventory from Wayne Reeves",
  "wayne_reeves/sale": (car) => `Telling Wayne Reeves about the sale of ${car}`,
  "wayne_reeves/edits": (car) => `Sending your changes of ${car} to Wayne Reeves`,
  "carlot/event": (car) => `Taking over what Wayne Reeves says of ${car}`,
  "quickbooks/invoice": (car) => `The invoice for ${car} in QuickBooks`,
  "quickbooks/expense": (car) => `The service cost of ${car} in QuickBooks`,
  "quickbooks/payment": () => "Reading a payment in QuickBooks",
  "quickbooks/invoice_check": () => "Looking at an invoice in QuickBooks",
  "quickbooks/expense_check": () => "Looking at an expense in QuickBooks",
  "quickbooks/changes": () => "Looking for changes in QuickBooks",
  "alerts/alert": () => "Sending an alert",
};

/** The name of a partner. */
export function partner(target) {
  return PARTNERS[target] ?? target;
}

/** What a task is to do, `car` naming what it is about. */
export function errand(task, car) {
  if (task.kind === "listing") return `Keeping ${car} right on ${partner(task.target)}`;
  return ERRANDS[`${task.target}/${task.kind}`]?.(car) ?? `${partner(task.target)}: ${task.kind}`;
}

/** How a task stands: `[words, colour]`. */
export function standing(task) {
  if (task.state === "dead") return [task.error ?? "It failed.", "bad"];
  if (task.state === "blocked") return [task.error ?? "It waits for you.", "warn"];
  if (task.state === "running") return ["Being sent now…", "plain"];
  if (task.state === "pending") return [task.error ? `${task.error} Next try ${away(task.nextAttemptAt)}.` : "On its way…", task.error ? "warn" : "plain"];
  return task.discardedAt ? ["Discarded.", "plain"] : [task.outcome ?? "In step.", "good"];
}

/** When that was, for the line behind it. */
export function heardAt(task) {
  return when(task.state === "done" ? (task.doneAt ?? task.updatedAt) : task.updatedAt);
}

/** Whether something may still come of it by itself within seconds. */
export function underWay(task) {
  return task.state === "running" || (task.state === "pending" && !task.error);
}
