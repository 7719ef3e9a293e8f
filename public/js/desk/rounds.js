/** Announces changes on the server that this desk has made, so that views fetch their data again. */

const listeners = new Set();

/** Call `listener(topic, vehicleId)` at every change. Returns a function that removes the listener. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Announce a change of a topic: `vehicle`, `sales`, `service`, `customers`, `tasks`. */
export function changed(topic, vehicleId = null) {
  for (const listener of [...listeners]) listener(topic, vehicleId);
}
