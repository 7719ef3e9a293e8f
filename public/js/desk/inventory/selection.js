/** Which vehicles are ticked, for doing the same to all of them. */

import { computed, signal } from "../html.js";
import { lot } from "../lot.js";
import { found } from "./filters.js";

/** The row that the keyboard is on; -1 for none. */
export const cursor = signal(-1);

const ticked = signal(new Set());
let lastTicked = null;

/** The ids of the selected vehicles that still exist. */
export const selected = computed(() => [...ticked.value].filter((id) => lot.value.has(id)));

/** Whether one is ticked. */
export function isSelected(id) {
  return ticked.value.has(id);
}

/** Select or deselect a vehicle. With `through`, select the range from the last selected vehicle to this one. */
export function tick(id, through = false) {
  const ids = found.peek().map((vehicle) => vehicle.id);
  const from = ids.indexOf(lastTicked);
  const to = ids.indexOf(id);
  const range = through && from >= 0 && to >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
  const next = new Set(ticked.peek());
  const on = !next.has(id);
  for (const each of range) on ? next.add(each) : next.delete(each);
  ticked.value = next;
  lastTicked = id;
}

/** Select all vehicles in the list, or none. */
export function tickAll(on) {
  ticked.value = on ? new Set(found.peek().map((vehicle) => vehicle.id)) : new Set();
}
