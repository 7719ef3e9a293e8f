/** Whether CarLot Manager can be reached, as the browser and the last call say. */

import { signal } from "./html.js";

const SHORTEST_MS = 2000;
const LONGEST_MS = 30_000;
const PROBE_TIME_OUT_MS = 8000;

export const reachable = signal(navigator.onLine);

let waiting = null;
let wait = SHORTEST_MS;

window.addEventListener("online", look);
window.addEventListener("offline", silent);

/** An answer came, whatever it says. */
export function answered() {
  clearTimeout(waiting);
  waiting = null;
  wait = SHORTEST_MS;
  reachable.value = true;
}

/** No answer came: from now on it is looked for, ever less often. */
export function silent() {
  reachable.value = false;
  if (waiting) return;
  waiting = setTimeout(look, wait);
  wait = Math.min(wait * 2, LONGEST_MS);
}

async function look() {
  clearTimeout(waiting);
  waiting = null;
  try {
    await fetch("/api/health", { cache: "no-store", signal: AbortSignal.timeout(PROBE_TIME_OUT_MS) });
    answered();
  } catch {
    silent();
  }
}
