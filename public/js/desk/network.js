/** Whether CarLot Manager is reachable, judged by the browser and the last call. */

import { signal } from "./html.js";

const SHORTEST_MS = 2000;
const LONGEST_MS = 30_000;
const PROBE_TIME_OUT_MS = 8000;

export const reachable = signal(navigator.onLine);

let waiting = null;
let silentAt = -1;
let wait = SHORTEST_MS;

window.addEventListener("online", look);
window.addEventListener("offline", silent);

/**
 * Note that the server answered a request sent at `askedAt` (`performance.now()`). The answer to a request from before the
 * connection was lost does not count.
 */
export function answered(askedAt) {
  if (askedAt < silentAt) return;
  clearTimeout(waiting);
  waiting = null;
  wait = SHORTEST_MS;
  reachable.value = true;
}

/** Note that the server did not answer. From now on, probe it at growing intervals. */
export function silent() {
  if (reachable.peek()) silentAt = performance.now();
  reachable.value = false;
  if (waiting) return;
  waiting = setTimeout(look, wait);
  wait = Math.min(wait * 2, LONGEST_MS);
}

/** Call `run` whenever the server answers again after it was out of reach. Returns a function that ends this. */
export function onReturn(run) {
  let away = !reachable.peek();
  return reachable.subscribe((now) => {
    const back = now && away;
    away = !now;
    if (back) run();
  });
}

async function look() {
  clearTimeout(waiting);
  waiting = null;
  const askedAt = performance.now();
  try {
    await fetch("/api/health", { cache: "no-store", signal: AbortSignal.timeout(PROBE_TIME_OUT_MS) });
    answered(askedAt);
  } catch {
    silent();
  }
}
