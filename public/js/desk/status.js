/** The status of the partners, the queue and the deadlines, refreshed while the desk is visible. */

import { call } from "./api.js";
import { signal } from "./html.js";
import { complete, load, refresh } from "./lot.js";
import { onReturn, reachable } from "./network.js";
import { changed } from "./rounds.js";
import { session } from "./session.js";

const ROUND_MS = 30_000;
const SETTLED_MS = 15_000;

/** The status as the API documents it; `null` before the first answer. */
export const status = signal(null);

/** Fetch the status. Rejects with `Problem`. */
export async function askStatus() {
  const before = status.peek();
  status.value = await call("GET", "/api/integrations/status");
  if (!before) return;
  // A pull finished that this desk did not watch.
  if (before.wayneReeves.lastSync !== status.value.wayneReeves.lastSync) load().catch(() => {});
  // Vehicles stand otherwise than they did, or the inbox has other entries.
  else if (JSON.stringify(summary(before)) !== JSON.stringify(summary(status.value))) refresh(SETTLED_MS);
  if (before.queue.dead !== status.value.queue.dead || before.questions !== status.value.questions) changed("inbox");
}

/** Note counts that were just seen elsewhere, so that the badge of the inbox is right at once. */
export function count({ dead = undefined, questions = undefined }) {
  const now = status.peek();
  if (!now) return;
  status.value = { ...now, questions: questions ?? now.questions, queue: { ...now.queue, dead: dead ?? now.queue.dead } };
}

/** A partner in the status by either of its names: `target`, as in tasks, or `wire`, as in the API's objects. */
export function partnerNamed(name) {
  return status.value?.partners.find((partner) => partner.target === name || partner.wire === name);
}

/** The listing sites, in the order to show them. */
export function listingSites() {
  return status.value?.partners.filter((partner) => partner.site) ?? [];
}

/** Fetch the status repeatedly while the desk is visible. */
export function watchStatus() {
  const ask = () => session.peek() === "in" && reachable.peek() && document.visibilityState === "visible" && askStatus().catch(() => {});
  setInterval(ask, ROUND_MS);
  onReturn(() => {
    ask();
    if (session.peek() !== "in") return;
    if (complete.peek()) refresh();
    else load().catch(() => {});
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || session.peek() !== "in") return;
    ask();
    refresh();
  });
}

function summary({ listings, questions, queue }) {
  return [listings, questions, queue.dead];
}

/** Start a pull of the DMS's inventory, or join the one in progress. Returns its id. Rejects with `Problem`. */
export async function startPull() {
  const { runId } = await call("POST", "/api/integrations/wayne-reeves/sync");
  changed("runs");
  return runId;
}
