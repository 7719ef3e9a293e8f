/** Two people change one vehicle: what is really in each other's way. */

/** The fields of an edit that somebody else has changed to something else since the dealer read them. */
export function clashing(entry, theirs) {
  return Object.keys(entry.changes).filter((name) => !same(theirs[name], entry.before[name]) && !same(theirs[name], entry.changes[name]));
}

/** What of an edit is still to be sent to a vehicle as it is now. */
export function remaining(changes, theirs) {
  return Object.fromEntries(Object.entries(changes).filter(([name, value]) => !same(theirs[name], value)));
}

/** Whether two values of a field are the same. */
export function same(one, other) {
  return one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
