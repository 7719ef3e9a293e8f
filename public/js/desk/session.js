/** The session at the desk. */

import { call, listenRefusals } from "./api.js";
import { effect, signal } from "./html.js";
import { reachable } from "./network.js";

/**
 * `waiting` for the first answer; `in`; `out` (never signed in here), `expired` (was in); `closed` (no way to sign in is set up);
 * `broken`, with `fault` in words.
 */
export const session = signal("waiting");
export const fault = signal("");

let open = async () => {};

/** Begin: `load` fetches what the desk shows first, and rejects with a `Problem` when nobody is signed in. */
export function begin(load) {
  open = load;
  listenRefusals(refused);
  // A desk that loaded without a network opens when the network returns.
  effect(() => {
    if (reachable.value && session.peek() === "broken") enter();
  });
  return enter();
}

/** Check for a session, and open the desk. */
export async function enter() {
  try {
    await open();
    session.value = "in";
  } catch (problem) {
    // The listener for refusals has already handled problems of the session.
    if (problem.status === 401 || problem.code === "auth-not-configured") return;
    fault.value = problem.message;
    session.value = "broken";
  }
}

/** Exchange the token for a session. Rejects with `Problem`: it is not the token. */
export async function signIn(token, name) {
  await call("POST", "/api/session", { token, ...(name ? { name } : {}) });
  await enter();
}

/** End the session. Rejects with `Problem`. Where no session is needed, the desk stays open. */
export async function signOut() {
  await call("DELETE", "/api/session");
  session.value = "waiting";
  await enter();
}

function refused(problem) {
  if (problem.code === "auth-not-configured") session.value = "closed";
  else if (problem.code !== "wrong-token") session.value = ["in", "expired"].includes(session.value) ? "expired" : "out";
}
