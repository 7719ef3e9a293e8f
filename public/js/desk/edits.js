/** Changes to vehicles: shown at once, sent by the outbox, rolled back when refused, and reversible by undo. */

import { batch } from "./html.js";
import { same } from "./clash.js";
import { refusals } from "./errands.js";
import { lot, told } from "./lot.js";
import { alter, drop, entries, put } from "./outbox.js";
import { dismiss, toast } from "./toasts.js";
import { many, name } from "./words.js";
import { EDITS as TEXT } from "./words/desk.js";

/**
 * Change fields of one vehicle. `words` name the change in messages; with `atField`, the field itself shows a refusal. Returns a
 * promise of the result, or `null` when nothing differs.
 */
export function edit(vehicleId, changes, { words, atField = false }) {
  const shown = lot.peek().get(vehicleId);
  const differing = Object.fromEntries(Object.entries(changes).filter(([field, value]) => !same(shown[field], value)));
  const fields = Object.keys(differing);
  forgive(vehicleId, Object.keys(changes));
  if (!fields.length) return null;
  const waiting = entries.peek().findLast((entry) => entry.kind === "edit" && entry.vehicleId === vehicleId);
  if (waiting?.state === "waiting" && same(Object.keys(waiting.changes), fields)) return again(waiting, differing);
  const before = Object.fromEntries(fields.map((field) => [field, shown[field]]));
  return put({ kind: "edit", lane: `edit/${vehicleId}`, vehicleId, words, atField, changes: differing, before, version: told.peek().get(vehicleId).version }).fate;
}

/** Merge a change into an unsent change of the same field. */
function again(waiting, changes) {
  if (same(changes, waiting.before)) drop(waiting.id);
  else alter(waiting.id, { changes });
  return null;
}

/** @type {(ids: string[]) => string} */
const SAY_NO_MORE = () => "";

/**
 * Change many vehicles with one message and one undo. `change(vehicle)` returns the changed fields, or `null` to skip the
 * vehicle. `done` says what became of the vehicles ("archived"); `errand` names the change in the message of a failure
 * ("Archiving"), `more(ids)` what else is said.
 */
export function editAll(ids, change, { done, errand, more = SAY_NO_MORE }) {
  const undone = new Map();
  const fates = [];
  batch(() => {
    for (const vehicle of ids.map((id) => lot.peek().get(id))) {
      const changes = vehicle && change(vehicle);
      if (!changes || Object.entries(changes).every(([field, value]) => same(vehicle[field], value))) continue;
      undone.set(vehicle.id, Object.fromEntries(Object.keys(changes).map((field) => [field, vehicle[field]])));
      fates.push(edit(vehicle.id, changes, { words: `${errand} ${name(vehicle)}` }));
    }
  });
  if (!undone.size) return toast({ words: TEXT.nothingToChange });
  const back = { done: TEXT.putBack, errand: TEXT.undoingChange };
  const undo = () => editAll([...undone.keys()], (vehicle) => undone.get(vehicle.id), back);
  const changed = undone.size === 1 ? name(lot.peek().get([...undone.keys()][0])) : many(undone.size, TEXT.vehicle);
  return toast({ words: `${TEXT.changed(changed, done)} ${more([...undone.keys()])}`.trim(), undo });
}

/** Flip a switch of a vehicle, with an undo. A refusal flips it back and shows the reason. */
export function flip(vehicle, field) {
  const to = !vehicle[field];
  const [on, off] = SWITCHES[field];
  const undo = () => edit(vehicle.id, { [field]: !to }, { words: TEXT.undoing(name(vehicle)) });
  const said = toast({ words: TEXT.changed(name(vehicle), to ? on : off), undo });
  const words = TEXT.turning(to ? TEXT.turningOn : TEXT.turningOff, LABELS[field], name(vehicle));
  edit(vehicle.id, { [field]: to }, { words })?.then((fate) => fate.problem && dismiss(said));
}

/** The labels of the documented switches. */
export const LABELS = { publishToWebsite: TEXT.publishToWebsite, publishToThirdParty: TEXT.publishToThirdParty };
/** The messages for on and off. */
const SWITCHES = {
  publishToWebsite: [TEXT.onWebsite, TEXT.offWebsite],
  publishToThirdParty: [TEXT.onSites, TEXT.offSites],
};

/** Clear the refusals of these fields. */
export function forgive(vehicleId, fields) {
  const kept = { ...refusals.peek() };
  const keys = fields.map((field) => `${vehicleId}/${field}`).filter((key) => key in kept);
  if (!keys.length) return;
  keys.forEach((key) => delete kept[key]);
  refusals.value = kept;
}

/** The state of the last change of a field: `sending`, `waiting`, `clash`, or `null` without a change. */
export function fate(vehicleId, field) {
  return entries.value.findLast((entry) => entry.kind === "edit" && entry.vehicleId === vehicleId && field in entry.changes)?.state ?? null;
}
