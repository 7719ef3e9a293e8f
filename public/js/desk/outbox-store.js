/**
 * Stores unsent changes beyond the life of the page: one IndexedDB store with a row for each entry of the outbox. A closing page
 * cannot wait for a database, so the last changes also go to the local storage until the store has them.
 */

const NAME = "carlot-outbox";
const ROWS = "entries";
const LEFT = "carlot-left-";

let opened = null;

/** Every row, oldest first. */
export async function all() {
  const kept = await run("readonly", (rows) => rows.getAll());
  const known = new Set(kept.map((row) => row.id));
  return [...kept, ...left().filter((row) => !known.has(row.id))]
    .sort((one, other) => one.at - other.at || one.id.localeCompare(other.id));
}

/** Write a row, new or changed. */
export async function save(row) {
  await run("readwrite", (rows) => rows.put(row));
  localStorage.removeItem(LEFT + row.id);
}

/** Delete a row. */
export function forget(id) {
  localStorage.removeItem(LEFT + id);
  return run("readwrite", (rows) => rows.delete(id));
}

/** Store a row synchronously. Its values are plain. */
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
  // Commit now, without waiting for the result: the page may be closing.
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
