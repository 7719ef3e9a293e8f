/** What this browser remembers for the desk: small texts under a name. Where a browser keeps nothing, nothing is remembered. */

/** What was kept under a name, or `otherwise`. */
export function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`carlot.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keep a value under a name. */
export function keep(name, value) {
  try {
    localStorage.setItem(`carlot.${name}`, JSON.stringify(value));
  } catch {
    // Full, or switched off.
  }
}
