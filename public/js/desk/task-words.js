/** Sync tasks in plain words: their purpose and their state. */

import { lookup } from "./lookup.js";
import { partnerNamed } from "./status.js";
import { away, capital, when } from "./words.js";

const ERRANDS = lookup({
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
});

/** The name of a partner, by its name in tasks or in the API's objects, which stands in until the status is known. */
export function partner(name) {
  return capital(partnerNamed(name)?.name ?? name);
}

/** The purpose of a task. `car` names its vehicle. */
export function errand(task, car) {
  if (task.kind === "listing") return `Keeping ${car} right on ${partner(task.target)}`;
  return ERRANDS[`${task.target}/${task.kind}`]?.(car) ?? `${partner(task.target)}: ${task.kind}`;
}

/** The state of a task: `[words, color]`. */
export function standing(task) {
  if (task.state === "dead") return [task.error ?? "It failed.", "bad"];
  if (task.state === "blocked") return [task.error ?? "It waits for you.", "warn"];
  if (task.state === "running") return ["Being sent now…", "plain"];
  if (task.state === "pending") return [task.error ? `${task.error} Next try ${away(task.nextAttemptAt)}.` : "On its way…", task.error ? "warn" : "plain"];
  return task.discardedAt ? ["Discarded.", "plain"] : [task.outcome ?? "In step.", "good"];
}

/** The time of that state, for the line below it. */
export function heardAt(task) {
  return when(task.state === "done" ? (task.doneAt ?? task.updatedAt) : task.updatedAt);
}

/** Whether the task may still finish by itself within seconds. */
export function underWay(task) {
  return task.state === "running" || (task.state === "pending" && !task.error);
}
