/** Small values that this browser stores for the desk. A browser without storage remembers nothing. */

/** The value stored under a name, or `otherwise`. */
export function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`carlot.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Store a value under a name. */
export function keep(name, value) {
  try {
    localStorage.setItem(`carlot.${name}`, JSON.stringify(value));
  } catch {
    // The storage is full or turned off.
  }
}
