/** Sync tasks in plain words: their purpose and their state. */

import { lookup } from "./lookup.js";
import { partnerNamed } from "./status.js";
import { away, capital, when } from "./words.js";
import { TASK_WORDS as TEXT } from "./words/tasks.js";

const ERRANDS = lookup({
  "wayne_reeves/pull": () => TEXT.pull,
  "wayne_reeves/sale": (car) => TEXT.sale(car),
  "wayne_reeves/edits": (car) => TEXT.edits(car),
  "carlot/event": (car) => TEXT.event(car),
  "quickbooks/invoice": (car) => TEXT.invoice(car),
  "quickbooks/expense": (car) => TEXT.expense(car),
  "quickbooks/journal": (car) => TEXT.journal(car),
  "quickbooks/costs": (car) => TEXT.costs(car),
  "quickbooks/customer": () => TEXT.customer,
  "quickbooks/payment": () => TEXT.payment,
  "quickbooks/invoice_check": () => TEXT.invoiceCheck,
  "quickbooks/expense_check": () => TEXT.expenseCheck,
  "quickbooks/changes": () => TEXT.changes,
  "alerts/alert": () => TEXT.alert,
  "heartbeat/heartbeat": () => TEXT.heartbeat,
  "vin_decoder/decode": () => TEXT.decode,
  "vin_decoder/fill": () => TEXT.fill,
});

/** The name of a partner, by its name in tasks or in the API's objects, which stands in until the status is known. */
export function partner(name) {
  return capital(partnerNamed(name)?.name ?? name);
}

/** The purpose of a task. `car` names its vehicle. */
export function errand(task, car) {
  if (task.kind === "listing") return TEXT.listing(car, partner(task.target));
  if (task.kind === "old_listing") return TEXT.oldListing(car, partner(task.target));
  if (task.kind === "file") return TEXT.file(partner(task.target));
  if (task.kind === "old_file") return TEXT.oldFile(partner(task.target));
  return ERRANDS[`${task.target}/${task.kind}`]?.(car) ?? `${partner(task.target)}: ${task.kind}`;
}

/** The state of a task: `[words, color]`. */
export function standing(task) {
  if (task.state === "dead") return [task.error ?? TEXT.failed, "bad"];
  if (task.state === "blocked") return [task.error ?? TEXT.blocked, "warn"];
  if (task.state === "running") return [TEXT.running, "plain"];
  if (task.state === "pending") return [task.error ? TEXT.nextTry(task.error, away(task.nextAttemptAt)) : TEXT.pending, task.error ? "warn" : "plain"];
  return task.discardedAt ? [TEXT.discarded, "plain"] : [task.outcome ?? TEXT.done, "good"];
}

/** The time of that state, for the line below it. */
export function heardAt(task) {
  return when(task.state === "done" ? (task.doneAt ?? task.updatedAt) : task.updatedAt);
}

/** Whether the task may still finish by itself within seconds. */
export function underWay(task) {
  return task.state === "running" || (task.state === "pending" && !task.error);
}
