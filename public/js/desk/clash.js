/** Finds real conflicts when two users change one vehicle. */

/** The fields of an edit that another user has changed to another value since the dealer read them. */
export function clashing(entry, theirs) {
  return Object.keys(entry.changes).filter((name) =>
    !same(theirs[name], entry.before[name]) && !same(theirs[name], entry.changes[name]));
}

/** The part of an edit that the current vehicle does not have yet. */
export function remaining(changes, theirs) {
  return Object.fromEntries(Object.entries(changes).filter(([name, value]) => !same(theirs[name], value)));
}

/** Whether two values of a field are the same. */
export function same(one, other) {
  return one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
