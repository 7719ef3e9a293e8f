/** Fetches, retries and discards sync tasks. */

import { at, call } from "../api.js";
import { signal } from "../html.js";
import { lot } from "../lot.js";
import { changed } from "../rounds.js";
import { askStatus } from "../status.js";
import { errand } from "../task-words.js";
import { toast } from "../toasts.js";
import { called, many } from "../words.js";

/** Tasks that failed for good, and tasks that wait for the dealer; `null` until known. */
export const dead = signal(null);
export const blocked = signal(null);

/** Fetch both. */
export async function askTasks() {
  try {
    const [failed, waiting] = await Promise.all([all("dead"), all("blocked")]);
    dead.value = failed;
    blocked.value = waiting;
  } catch (problem) {
    if (problem.status) toast({ words: problem.message, bad: true });
  }
}

/** Retry a task. */
export async function retry(task) {
  await doing(async () => {
    await call("POST", `${at("integrations", "tasks", task.id)}/retry`);
    toast({ words: `Trying again: ${errand(task, carOf(task))}.` });
  });
}

/** Retry all failed tasks, or those of one partner. */
export async function retryAll(target = null) {
  await doing(async () => {
    const { queued } = await call("POST", `/api/integrations/tasks/retry-all${target ? `?target=${encodeURIComponent(target)}` : ""}`);
    toast({ words: `Trying ${many(queued, "failed sync")} again.` });
  });
}

/** Discard a task; undo retries it. */
export async function discard(task) {
  await doing(async () => {
    await call("POST", `${at("integrations", "tasks", task.id)}/discard`);
    toast({ words: `Given up: ${errand(task, carOf(task))}.`, undo: () => retry(task) });
  });
}

/** The name of the vehicle of a task. */
export function carOf(task) {
  const vehicle = [...lot.value.values()].find((each) => each.vin === task.vin);
  return called(vehicle, task.vin);
}

async function doing(work) {
  try {
    await work();
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
  changed("tasks");
  await Promise.all([askTasks(), askStatus().catch(() => {})]);
}

async function all(state) {
  const found = [];
  let cursor = "";
  do {
    const page = await call("GET", `/api/integrations/tasks?state=${state}&limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    found.push(...page.tasks);
    cursor = page.nextCursor ?? "";
  } while (cursor && found.length < 5000);
  return found;
}
