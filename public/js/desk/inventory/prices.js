/** Computes changed prices. */

import { BadText, dollars } from "../fields.js";

/**
 * The new price after a change `way` (`lower`, `raise`, `set`) by the typed amount in `$` or `%`, or `null` if there is none.
 * Percentages give whole dollars.
 */
export function changePrice(price, way, unit, text) {
  const by = read(text);
  if (by === null) return null;
  if (way === "set") return by;
  if (price === null) return null;
  const change = unit === "%" ? (price * by) / 100 : by;
  const next = way === "lower" ? price - change : price + change;
  const whole = unit === "%" ? Math.round(next) : Math.round(next * 100) / 100;
  return whole > 0 ? whole : null;
}

function read(text) {
  try {
    return dollars(text);
  } catch (fault) {
    if (fault instanceof BadText) return null;
    throw fault;
  }
}
