/** Fetches, retries and discards sync tasks. */

import { at, call } from "../api.js";
import { signal } from "../html.js";
import { changed } from "../rounds.js";
import { byVin } from "../standing.js";
import { askStatus, count } from "../status.js";
import { errand } from "../task-words.js";
import { toast } from "../toasts.js";
import { called, many } from "../words.js";
import { TASKS as TEXT } from "../words/partners.js";

/** Tasks that failed for good, and tasks that wait for the dealer; `null` until known. */
export const dead = signal(null);
export const blocked = signal(null);

/** Fetch both. */
export async function askTasks() {
  try {
    const [failed, waiting] = await Promise.all([all("dead"), all("blocked")]);
    dead.value = failed;
    blocked.value = waiting;
    count({ dead: failed.length });
  } catch (problem) {
    if (problem.status) toast({ words: problem.message, bad: true });
  }
}

/** Retry a task. */
export async function retry(task) {
  await doing(async () => {
    await call("POST", `${at("integrations", "tasks", task.id)}/retry`);
    toast({ words: TEXT.retrying(errand(task, carOf(task))) });
  });
}

/** Retry all failed tasks, or those of one partner. */
export async function retryAll(target = null) {
  await doing(async () => {
    const { queued } = await call("POST", `/api/integrations/tasks/retry-all${target ? `?target=${encodeURIComponent(target)}` : ""}`);
    toast({ words: TEXT.retryingSeveral(many(queued, TEXT.failedSync)) });
  });
}

/** The number of tasks that `retry` or `discard` would do for a filter. Rejects with `Problem`. */
export async function countSeveral(act, filter) {
  return (await call("POST", `/api/integrations/tasks/${act}?dryRun=true`, filter)).count;
}

/** Retry or discard the tasks of a filter. */
export async function doSeveral(act, filter) {
  await doing(async () => {
    const { count } = await call("POST", `/api/integrations/tasks/${act}`, filter);
    toast({ words: act === "retry" ? TEXT.retryingSeveral(many(count, TEXT.sync)) : TEXT.dismissedSeveral(many(count, TEXT.sync)) });
  });
}

/** Discard a task; undo retries it. */
export async function discard(task) {
  await doing(async () => {
    await call("POST", `${at("integrations", "tasks", task.id)}/discard`);
    toast({ words: TEXT.dismissed(errand(task, carOf(task))), undo: () => retry(task) });
  });
}

/** The name of the vehicle of a task. */
export function carOf(task) {
  return called(byVin.value.get(task.vin), task.vin);
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
