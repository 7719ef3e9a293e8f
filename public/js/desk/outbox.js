/**
 * The dealer's changes that the server has not accepted yet. The desk stores an entry on this device before it sends it, retries
 * until the server answers, and sends the entries of one `lane` (one car's edits, one car's photos) in order. Each kind has its
 * own sender.
 *
 * An entry: `{id, kind, lane, vehicleId, words, at, attempts, state, ...}`. `state` is `waiting`, `sending`, `held` (the dealer
 * can still undo it) or `clash` (another user changed the same field, and the dealer decides). `owner` is the tab that sends it.
 * With `atField`, the field itself shows a refusal, so no message repeats it.
 */

import { Problem } from "./api.js";
import { computed, effect, signal } from "./html.js";
import { reachable } from "./network.js";
import { all, forget, leave, save } from "./outbox-store.js";
import { session } from "./session.js";

const AT_ONCE = 4;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const MOST_ERRORS = 5;
const OWNER = crypto.randomUUID();
const OWNERS = "carlot-tab-";

export const entries = signal([]);
/** The number of entries without an answer, not counting those that can still be undone. */
export const unsent = computed(() => entries.value.filter((entry) => entry.state !== "held").length);
/** Whether the entries are stored beyond the life of this page. */
export const safe = signal(true);

let kinds = {};
let timer = null;
let leaving = false;
const settling = new Map();

/** Start sending. `table` maps a kind to `{send, done, refused}`: the call, and the handlers of its success and its refusal. */
export async function begin(table) {
  kinds = table;
  navigator.locks?.request(OWNERS + OWNER, () => new Promise(() => {}));
  effect(() => {
    if (session.value === "in" && reachable.value) pump(true);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!safe.peek() && entries.peek().length) event.preventDefault();
  });
  window.addEventListener("pagehide", () => { leaving = true; }, { capture: true });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && adopt());
  await adopt();
  // A tab that was closed a moment ago may still be shutting down.
  setTimeout(adopt, 2000);
}

/** Add an entry, held for `heldFor` ms for an undo. Returns its id and a promise of `{answer}`, `{problem}` or `{undone}`. */
export function put(entry, heldFor = 0) {
  const whole = { id: crypto.randomUUID(), at: Date.now(), attempts: 0, due: Date.now() + heldFor, state: heldFor ? "held" : "waiting", owner: OWNER, ...entry };
  entries.value = [...entries.peek(), whole];
  if (leaving) leave(whole);
  const fate = new Promise((resolve) => settling.set(whole.id, resolve));
  write(whole).then(() => pump());
  return { id: whole.id, fate };
}

/** Change an entry. A call that is already under way is not affected. */
export function alter(id, changes) {
  const changed = replace(id, changes);
  if (changed) write(changed).then(() => pump());
}

/** Withdraw an entry. Returns `false` if it is being sent or no longer exists. */
export function drop(id) {
  const entry = entries.peek().find((each) => each.id === id);
  if (!entry || entry.state === "sending") return false;
  settle(entry, { undone: true });
  return true;
}

/** Send the entries that are due. With `now`, also send those that wait to be retried. */
export function pump(now = false) {
  clearTimeout(timer);
  if (session.peek() !== "in") return;
  if (now) entries.value = entries.peek().map((entry) => (entry.state === "waiting" ? { ...entry, due: 0 } : entry));
  const busy = new Set();
  let going = entries.peek().filter((entry) => entry.state === "sending").length;
  let next = Infinity;
  for (const entry of entries.peek()) {
    const first = !busy.has(entry.lane);
    busy.add(entry.lane);
    if (!first || entry.owner !== OWNER || !["waiting", "held"].includes(entry.state)) continue;
    if (entry.due > Date.now()) next = Math.min(next, entry.due);
    else if (going < AT_ONCE) {
      going += 1;
      send(entry.id);
    }
  }
  if (next < Infinity) timer = setTimeout(pump, Math.max(next - Date.now(), 50));
}

async function send(id) {
  // Store the attempt before the call: a tab that takes over the entry then knows that it may have arrived.
  const entry = replace(id, (before) => ({ state: "sending", attempts: before.attempts + 1 }));
  await write(entry);
  try {
    const answer = await kinds[entry.kind].send(entry, (changes) => replace(id, changes));
    // Keep the entry applied to the lot until the lot contains the change, so that the old value does not flash up.
    await kinds[entry.kind].done?.(entry, answer);
    settle(entry, { answer });
  } catch (problem) {
    failed(entry, problem);
  }
  pump();
}

function failed(entry, problem) {
  if (problem instanceof Clash) {
    write(replace(entry.id, { state: "clash", clash: { theirs: problem.theirs, fields: problem.fields } }));
  } else if (problem instanceof Problem && (problem.status === 401 || problem.code === "auth-not-configured")) {
    write(replace(entry.id, { state: "waiting", due: 0 }));
  } else if (problem instanceof Problem && problem.passing && !(problem.status === 500 && entry.attempts >= MOST_ERRORS)) {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (entry.attempts - 1), LONGEST_WAIT_MS);
    write(replace(entry.id, { state: "waiting", due: Date.now() + wait, trouble: problem.message }));
  } else {
    if (!(problem instanceof Problem)) reportError(problem);
    const now = entries.peek().find((each) => each.id === entry.id) ?? entry;
    settle(entry, { problem });
    kinds[entry.kind].refused?.(now, problem);
  }
}

/** Another user changed the same `fields`. `theirs` is the current vehicle. */
export class Clash extends Error {
  constructor(theirs, fields) {
    super("changed by somebody else");
    this.theirs = theirs;
    this.fields = fields;
  }
}

function settle(entry, fate) {
  entries.value = entries.peek().filter((each) => each.id !== entry.id);
  stored(forget(entry.id));
  settling.get(entry.id)?.(fate);
  settling.delete(entry.id);
}

function replace(id, changes) {
  let changed = null;
  entries.value = entries.peek().map((entry) => (entry.id === id ? (changed = { ...entry, ...(typeof changes === "function" ? changes(entry) : changes) }) : entry));
  return changed;
}

/** Take over the entries of closed tabs. */
async function adopt() {
  const held = new Set(((await navigator.locks?.query())?.held ?? []).map((lock) => lock.name));
  const left = (await stored(all()) ?? []).filter((row) => row.owner !== OWNER && !held.has(OWNERS + row.owner));
  const known = new Set(entries.peek().map((entry) => entry.id));
  const taken = left.filter((row) => !known.has(row.id)).map((row) => ({ ...row, owner: OWNER, state: row.state === "clash" ? "clash" : "waiting", due: 0, atField: false }));
  if (!taken.length) return;
  entries.value = [...entries.peek(), ...taken].sort((one, other) => one.at - other.at);
  await Promise.all(taken.map(write));
  pump();
}

function write(entry) {
  return entry ? stored(save(entry)) : Promise.resolve();
}

async function stored(work) {
  try {
    return await work;
  } catch {
    safe.value = false;
    return null;
  }
}
