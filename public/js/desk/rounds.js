/** What has changed on the server by something done here: views that show it listen, and fetch it again. */

const listeners = new Set();

/** Call `listener(topic, vehicleId)` at every change; answers the function that ends it. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Something of this topic has changed: `vehicle`, `sales`, `service`, `customers`, `tasks`. */
export function changed(topic, vehicleId = null) {
  for (const listener of [...listeners]) listener(topic, vehicleId);
}
