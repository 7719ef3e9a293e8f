/** Light or dark: as the system prefers, or as chosen here. */

import { signal } from "./html.js";
import { keep, kept } from "./kept.js";

const SCHEMES = ["auto", "light", "dark"];

/** `auto`, `light` or `dark`. */
export const scheme = signal(kept("scheme", "auto"));

/** Switch to the next of the three. */
export function nextScheme() {
  const next = SCHEMES[(SCHEMES.indexOf(scheme.peek()) + 1) % SCHEMES.length];
  scheme.value = next;
  keep("scheme", next);
  if (next === "auto") delete document.documentElement.dataset.scheme;
  else document.documentElement.dataset.scheme = next;
}
