/** Tables whose keys come from outside: an address, a partner, the API. */

/** A table with its rows only: unlike a plain object, it has no inherited keys such as `constructor`. */
export function lookup(rows) {
  return Object.assign(Object.create(null), rows);
}
