/** Where what was not sent yet outlives the page: one IndexedDB store, a row for each entry of the outbox. */

const NAME = "carlot-outbox";
const ROWS = "entries";

let opened = null;

/** Every row, oldest first. */
export async function all() {
  return (await run("readonly", (rows) => rows.getAll())).sort((one, other) => one.at - other.at || one.id.localeCompare(other.id));
}

/** Write a row, new or changed. */
export function save(row) {
  return run("readwrite", (rows) => rows.put(row));
}

/** Forget a row. */
export function forget(id) {
  return run("readwrite", (rows) => rows.delete(id));
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
