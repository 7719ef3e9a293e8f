/** Service work on a vehicle: what was done, by whom, for how much. */

import { BadText, amount as typed, dollars } from "../fields.js";
import { html, useSignal } from "../html.js";
import { drop, entries, put } from "../outbox.js";
import { Badge, Dialog, Field } from "../parts.js";
import { toast } from "../toasts.js";
import { WORK } from "../words/service.js";
import { EXPENSE, amount, day, name, today } from "../words.js";

const UNDO_MS = 10_000;

/** The card. */
export function Work({ vehicle, about }) {
  const adding = useSignal(false);
  const records = recordsOf(vehicle, about);
  const unsent = waiting(vehicle);
  return html`
    <section class="card" aria-labelledby="work-title">
      <div class="card-head"><h2 id="work-title">${WORK.title}</h2><button type="button" class="button button-small" onClick=${() => { adding.value = true; }}>${WORK.add}</button></div>
      ${records !== null && !records.length && html`<p class="soft">${WORK.none}</p>`}
      <ul class="records">
        ${(records ?? unsent).map((record) => html`<${Record} key=${record.id} record=${record} />`)}
      </ul>
      ${adding.value && html`<${AddWork} vehicle=${vehicle} onClose=${() => { adding.value = false; }} />`}
    </section>`;
}

/** The service records of a vehicle with what this desk has yet to send; `null` until the server has answered. */
export function recordsOf(vehicle, about) {
  return about.services.value && [...waiting(vehicle), ...about.services.value.map(expected)];
}

function waiting(vehicle) {
  return entries.value.filter((entry) => entry.kind === "service" && entry.vehicleId === vehicle.id).map((entry) => ({ ...entry.body, id: entry.id, state: "sent" }));
}

function Record({ record }) {
  return html`
    <li class="record">
      <p class="record-line"><span>${record.description}</span><strong>${amount(record.cost)}</strong></p>
      ${record.booksNote && html`<p class="note note-warn">${record.booksNote}</p>`}
      <p class="soft">${[day(record.serviceDate), record.vendor].filter(Boolean).join(" · ")} · ${record.state === "sent" ? WORK.notSent : html`<${Badge} of=${EXPENSE} state=${record.state} /> <${ChangeWork} record=${record} />`}</p>
    </li>`;
}

/** A record with the changes that this desk has yet to send. */
export function expected(record) {
  const mine = entries.value.filter((entry) => entry.recordId === record.id);
  const changed = Object.assign({}, record, ...mine.map((entry) => entry.body));
  return mine.some((entry) => entry.kind === "serviceVoid") ? { ...changed, state: "leaving" } : changed;
}

/** The button that corrects or voids a record that stands. */
export function ChangeWork({ record }) {
  const opened = useSignal(false);
  if (record.state === "voided" || record.state === "leaving") return null;
  const close = () => { opened.value = false; };
  return html`
    <button type="button" class="button-quiet" onClick=${() => { opened.value = true; }}>${WORK.change}<span class="unseen"> ${record.description}</span></button>
    ${opened.value && html`
      <${Form} title=${WORK.changeTitle} vehicle=${{ id: record.vehicleId }} words=${WORK.save} onClose=${close}
        start=${{ description: record.description, cost: typed(record.cost), vendor: record.vendor ?? "", serviceDate: record.serviceDate }}
        onSave=${(body) => correct(record, body)}>
        <button type="button" class="button" onClick=${() => { close(); withdraw(record); }}>${WORK.void}</button>
      <//>`}`;
}

/** The dialog that adds a record; `picker` stands in it where the vehicle is still to be chosen. */
export function AddWork({ vehicle, picker = null, onClose }) {
  return html`
    <${Form} title=${vehicle && !picker ? WORK.addTitle(name(vehicle)) : WORK.addTitleAny} vehicle=${vehicle} picker=${picker} words=${WORK.add}
      start=${{ description: "", cost: "", vendor: "", serviceDate: today() }} onSave=${(body) => enter(vehicle, body)} onClose=${onClose} />`;
}

function Form({ title, vehicle, picker = null, start, words, onSave, onClose, children = null }) {
  const text = useSignal(start);
  const faults = useSignal({});
  const input = (field) => ({
    value: text.value[field],
    fault: faults.value[field],
    autocomplete: "off",
    onInput: (event) => {
      text.value = { ...text.value, [field]: event.currentTarget.value };
      faults.value = { ...faults.value, [field]: null };
    },
  });
  const save = (event) => {
    event.preventDefault();
    const found = check(text.value, vehicle);
    faults.value = found.faults;
    if (Object.keys(found.faults).length) return;
    onSave(found.body);
    onClose();
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form class="form" onSubmit=${save} novalidate>
        ${picker}
        ${faults.value.vehicleId && html`<p class="fault" role="alert">${faults.value.vehicleId}</p>`}
        <${Field} label=${WORK.done} long maxlength="10000" ...${input("description")} />
        <div class="pair">
          <${Field} label=${WORK.cost} unit="$" inputmode="decimal" ...${input("cost")} />
          <${Field} label=${WORK.date} type="date" min="1950-01-01" max="2099-12-31" ...${input("serviceDate")} />
        </div>
        <${Field} label=${WORK.vendor} optional maxlength="200" ...${input("vendor")} />
        <div class="form-actions">${children}<button class="button button-strong">${words}</button></div>
      </form>
    <//>`;
}

function check(text, vehicle) {
  const faults = {};
  let cost = null;
  try {
    cost = dollars(text.cost);
    if (cost === null) faults.cost = WORK.noCost;
  } catch (problem) {
    if (!(problem instanceof BadText)) throw problem;
    faults.cost = problem.message;
  }
  if (!vehicle) faults.vehicleId = WORK.noVehicle;
  if (!text.description.trim()) faults.description = WORK.noDescription;
  if (!text.serviceDate) faults.serviceDate = WORK.noDate;
  const body = { vehicleId: vehicle?.id, serviceDate: text.serviceDate, description: text.description.trim(), cost,
    vendor: text.vendor.trim() || null };
  return { faults, body };
}

/** QuickBooks expenses cannot be withdrawn, so the desk holds a new one for a moment in which the dealer can undo it. */
function enter(vehicle, body) {
  const entry = { kind: "service", lane: `service/${vehicle.id}`, vehicleId: vehicle.id, words: WORK.entry(name(vehicle)), body };
  const { id } = put(entry, UNDO_MS);
  const undo = () => toast({ words: drop(id) ? WORK.notAdded : WORK.addedAlready });
  toast({ words: WORK.added(amount(body.cost), name(vehicle)), undo });
}

/** A correction is sent at once, for another one takes it back. */
function correct(record, body) {
  const fields = Object.keys(body).filter((field) => field !== "vehicleId" && body[field] !== record[field]);
  if (!fields.length) return;
  send(record, body, fields);
  toast({ words: WORK.changed(body.description), undo: () => send(record, record, fields) });
}

function send(record, values, fields) {
  put({ ...about(record), kind: "serviceChange", body: Object.fromEntries(fields.map((field) => [field, values[field]])) });
}

/** Nothing takes a void back, so the desk holds it for a moment in which the dealer can undo it. */
function withdraw(record) {
  const { id } = put({ ...about(record), kind: "serviceVoid" }, UNDO_MS);
  toast({ words: WORK.voided(record.description), undo: () => toast({ words: drop(id) ? WORK.kept : WORK.voidedAlready }) });
}

function about(record) {
  const { vehicleId, id, description } = record;
  return { lane: `service/${vehicleId}`, vehicleId, recordId: id, words: WORK.changeEntry(description) };
}
