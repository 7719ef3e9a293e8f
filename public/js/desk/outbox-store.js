/**
 * Where what was not sent yet outlives the page: one IndexedDB store, a row for each entry of the outbox. A page on its way out cannot
 * wait for a database; what is typed there to the last is left in the local storage as well, until the store is known to have it.
 */

const NAME = "carlot-outbox";
const ROWS = "entries";
const LEFT = "carlot-left-";

let opened = null;

/** Every row, oldest first. */
export async function all() {
  const kept = await run("readonly", (rows) => rows.getAll());
  const known = new Set(kept.map((row) => row.id));
  return [...kept, ...left().filter((row) => !known.has(row.id))].sort((one, other) => one.at - other.at || one.id.localeCompare(other.id));
}

/** Write a row, new or changed. */
export async function save(row) {
  await run("readwrite", (rows) => rows.put(row));
  localStorage.removeItem(LEFT + row.id);
}

/** Forget a row. */
export function forget(id) {
  localStorage.removeItem(LEFT + id);
  return run("readwrite", (rows) => rows.delete(id));
}

/** Leave a row behind at once. It holds plain values only. */
export function leave(row) {
  localStorage.setItem(LEFT + row.id, JSON.stringify(row));
}

function left() {
  return Object.keys(localStorage).filter((key) => key.startsWith(LEFT)).map((key) => JSON.parse(localStorage.getItem(key)));
}

async function run(mode, ask) {
  opened ??= open();
  const transaction = (await opened).transaction(ROWS, mode);
  const request = ask(transaction.objectStore(ROWS));
  // Now, not when its answer is in: the page may be on its way out.
  transaction.commit();
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(ROWS, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
