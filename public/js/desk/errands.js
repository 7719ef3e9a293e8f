/**
 * Sends each kind of outbox entry. The answer to an earlier attempt may have been lost, so every kind must be safe to send twice:
 * what creates a row carries the entry's id as its Idempotency-Key, which the server remembers for a day. For an older entry, the
 * sender checks whether the first attempt arrived.
 */

import { at, call, everything, upload } from "./api.js";
import { clashing, remaining } from "./clash.js";
import { signal } from "./html.js";
import { fetchVehicle, ordered, take, told } from "./lot.js";
import { Clash, alter, entries } from "./outbox.js";
import { changed } from "./rounds.js";
import { toast } from "./toasts.js";
import { ERRANDS as TEXT } from "./words/desk.js";

const TRIES = 4;
const CLOCKS_APART_MS = 10 * 60_000;
const KEYS_LAST_MS = 24 * 3_600_000;

/** Refused edits, as the dealer typed them: `<vehicle id>/<field>` to `{message, value}`. */
export const refusals = signal({});
/** The uploaded share of each photo, 0 to 1, by entry id. */
export const progress = signal({});

/** Ids of the rows that this page has created, so that a second entry with equal values does not match one of them. */
const claimed = new Set();

export const ERRANDS = {
  edit: { send: sendEdit, done: editDone, refused: editRefused },
  vehicle: { send: sendVehicle, done: vehicleDone, refused },
  sale: { send: sendSale, done: (entry) => reread(entry), refused },
  saleChange: { send: (entry) => call("PATCH", at("sales", entry.saleId), entry.body), done: (entry) => reread(entry), refused },
  service: { send: sendService, done: serviceDone, refused },
  serviceChange: { send: (entry) => call("PATCH", at("service-records", entry.recordId), entry.body), done: serviceDone, refused },
  serviceVoid: { send: (entry) => call("POST", `${at("service-records", entry.recordId)}/void`), done: serviceDone, refused },
  customer: { send: sendCustomer, done: () => changed("customers"), refused },
  photo: { send: sendPhoto, done: (entry) => reread(entry), refused },
  unphoto: { send: sendUnphoto, done: (entry) => reread(entry), refused },
  order: { send: sendOrder, done: (entry) => reread(entry), refused },
};

async function sendEdit(entry, note) {
  let { changes, version } = entry;
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      return await call("PATCH", at("vehicles", entry.vehicleId), changes, { "If-Match": `"${version}"` });
    } catch (problem) {
      if (problem.status !== 412) throw problem;
    }
    const theirs = await fetchVehicle(entry.vehicleId);
    const fields = clashing(entry, theirs);
    if (fields.length) throw new Clash(theirs, fields);
    changes = remaining(entry.changes, theirs);
    version = theirs.version;
    note({ version });
    if (!Object.keys(changes).length) return theirs;
  }
  throw new Error(TEXT.tooBusy);
}

function editDone(entry, vehicle) {
  take(vehicle);
  // If no other user's change came between, the next edit of the same car builds on this one.
  const next = entries.peek().filter((each) => each.kind === "edit" && each.id !== entry.id && each.vehicleId === entry.vehicleId);
  for (const { id } of vehicle.version === entry.version + 1 ? next.filter((each) => each.version === entry.version) : []) {
    alter(id, { version: vehicle.version });
  }
  changed("vehicle", entry.vehicleId);
}

function editRefused(entry, problem) {
  const fields = Object.keys(entry.changes);
  const added = fields.map((name) => [`${entry.vehicleId}/${name}`, { message: problem.fields?.[name] ?? problem.message, value: entry.changes[name] }]);
  refusals.value = { ...refusals.peek(), ...Object.fromEntries(added) };
  if (problem.status === 404) told.value = new Map([...told.peek()].filter(([id]) => id !== entry.vehicleId));
  if (!entry.atField) refused(entry, problem);
}

/** Create a row, once for the entry however often it is sent. */
function create(path, entry) {
  return call("POST", path, entry.body, { "Idempotency-Key": entry.id });
}

/** Whether an earlier attempt may have arrived whose key the server has forgotten. */
function outlived(entry) {
  return entry.attempts > 1 && Date.now() - entry.at > KEYS_LAST_MS - CLOCKS_APART_MS;
}

async function sendVehicle(entry) {
  try {
    return await create(entry.saleId ? at("sales", entry.saleId, "trade-in") : "/api/vehicles", entry);
  } catch (problem) {
    if (problem.status !== 409 || entry.attempts < 2) throw problem;
    const { vehicles } = await call("GET", `/api/vehicles?q=${encodeURIComponent(entry.body.vin)}`);
    const there = vehicles.find((vehicle) =>
      vehicle.vin === entry.body.vin && Date.parse(vehicle.createdAt) > entry.at - CLOCKS_APART_MS);
    if (!there) throw problem;
    return there;
  }
}

function vehicleDone(_, vehicle) {
  take(vehicle);
  changed("vehicle", vehicle.id);
}

async function sendSale(entry) {
  try {
    return await create("/api/sales", entry);
  } catch (problem) {
    if (problem.code !== "already-sold" || entry.attempts < 2) throw problem;
    const { sales } = await call("GET", `/api/sales?vehicleId=${encodeURIComponent(entry.vehicleId)}`);
    const ours = sales.find((sale) => sale.state !== "voided" && sale.salePrice === entry.body.salePrice && sale.saleDate === entry.body.saleDate);
    if (!ours) throw problem;
    return ours;
  }
}

async function sendService(entry) {
  const known = outlived(entry) && (await everything(`/api/service-records?vehicleId=${encodeURIComponent(entry.vehicleId)}`, "serviceRecords"));
  return (known && mine(known, entry)) || claim(await create("/api/service-records", entry));
}

function serviceDone(entry) {
  changed("service", entry.vehicleId);
}

async function sendCustomer(entry) {
  const known = outlived(entry) && (await everything(`/api/customers?q=${encodeURIComponent(entry.body.name)}`, "customers"));
  return (known && mine(known, entry)) || claim(await create("/api/customers", entry));
}

async function sendPhoto(entry) {
  const shown = (share) => { progress.value = { ...progress.peek(), [entry.id]: share }; };
  return upload(at("vehicles", entry.vehicleId, "photos"), entry.blob, shown);
}

async function sendUnphoto(entry) {
  try {
    return await call("DELETE", at("vehicles", entry.vehicleId, "photos", entry.photoId));
  } catch (problem) {
    if (problem.status === 404) return null;
    throw problem;
  }
}

async function sendOrder(entry) {
  const path = at("vehicles", entry.vehicleId, "photos");
  try {
    return await call("PUT", path, { photos: entry.ids });
  } catch (problem) {
    if (problem.code !== "not-its-photos") throw problem;
  }
  // A photo was added or removed in the meantime.
  const { photos } = await fetchVehicle(entry.vehicleId);
  return call("PUT", path, { photos: ordered(photos, entry.ids).map((photo) => photo.id) });
}

/** The row that an earlier attempt of this entry created, if any. */
function mine(rows, entry) {
  const meant = Object.entries(entry.body).filter(([name]) => name !== "vehicleId");
  const found = rows.find((row) =>
    !claimed.has(row.id) && Date.parse(row.createdAt) > entry.at - CLOCKS_APART_MS
    && meant.every(([name, value]) => (row[name] ?? null) === (value || null)));
  return found && claim(found);
}

function claim(row) {
  claimed.add(row.id);
  return row;
}

async function reread(entry) {
  await fetchVehicle(entry.vehicleId).catch(() => {});
  changed(["sale", "saleChange"].includes(entry.kind) ? "sales" : "vehicle", entry.vehicleId);
}

function refused(entry, problem) {
  if (entry.vehicleId) fetchVehicle(entry.vehicleId).catch(() => {});
  if (!entry.atField) toast({ words: TEXT.failed(entry.words, problem.message), bad: true });
}
