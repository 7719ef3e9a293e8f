/** Tables that are looked into by names from outside: an address, a partner, the API. */

/** A table that has its rows and nothing else: not `constructor`, which every plain object answers to. */
export function lookup(rows) {
  return Object.assign(Object.create(null), rows);
}
