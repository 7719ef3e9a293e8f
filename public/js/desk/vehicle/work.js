/** Service work on a vehicle: what was done, by whom, for how much. */

import { BadText, dollars } from "../fields.js";
import { html, useSignal } from "../html.js";
import { drop, entries, put } from "../outbox.js";
import { Badge, Dialog, Field } from "../parts.js";
import { toast } from "../toasts.js";
import { EXPENSE, amount, day, name, today } from "../words.js";

const UNDO_MS = 10_000;

/** The card. */
export function Work({ vehicle, about }) {
  const adding = useSignal(false);
  const records = about.services.value;
  const waiting = entries.value.filter((entry) => entry.kind === "service" && entry.vehicleId === vehicle.id);
  return html`
    <section class="card" aria-labelledby="work-title">
      <div class="card-head"><h2 id="work-title">Service</h2><button type="button" class="button button-small" onClick=${() => { adding.value = true; }}>Add record</button></div>
      ${records !== null && !records.length && !waiting.length && html`<p class="soft">Nothing has been spent on it yet.</p>`}
      <ul class="records">
        ${waiting.map((entry) => html`<${Record} key=${entry.id} record=${{ ...entry.body, state: "sent" }} />`)}
        ${(records ?? []).map((record) => html`<${Record} key=${record.id} record=${record} />`)}
      </ul>
      ${adding.value && html`<${AddWork} vehicle=${vehicle} onClose=${() => { adding.value = false; }} />`}
    </section>`;
}

function Record({ record }) {
  return html`
    <li class="record">
      <p class="record-line"><span>${record.description}</span><strong>${amount(record.cost)}</strong></p>
      ${record.booksNote && html`<p class="note note-warn">${record.booksNote}</p>`}
      <p class="soft">${[day(record.serviceDate), record.vendor].filter(Boolean).join(" · ")} · ${record.state === "sent" ? "Not sent yet" : html`<${Badge} of=${EXPENSE} state=${record.state} />`}</p>
    </li>`;
}

/** The dialog that adds a record; `picker` stands in it where the vehicle is still to be chosen. */
export function AddWork({ vehicle, picker = null, onClose }) {
  const text = useSignal({ description: "", cost: "", vendor: "", serviceDate: today() });
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
    enter(vehicle, found.body);
    onClose();
  };
  return html`
    <${Dialog} title=${vehicle && !picker ? `Service of ${name(vehicle)}` : "Service record"} onClose=${onClose}>
      <form class="form" onSubmit=${save} novalidate>
        ${picker}
        ${faults.value.vehicleId && html`<p class="fault" role="alert">${faults.value.vehicleId}</p>`}
        <${Field} label="What was done" long maxlength="10000" ...${input("description")} />
        <div class="pair">
          <${Field} label="Cost" unit="$" inputmode="decimal" ...${input("cost")} />
          <${Field} label="Date" type="date" min="1950-01-01" max="2099-12-31" ...${input("serviceDate")} />
        </div>
        <${Field} label="Vendor" optional maxlength="200" ...${input("vendor")} />
        <div class="form-actions"><button class="button button-strong">Add record</button></div>
      </form>
    <//>`;
}

function check(text, vehicle) {
  const faults = {};
  let cost = null;
  try {
    cost = dollars(text.cost);
    if (cost === null) faults.cost = "What did it cost?";
  } catch (problem) {
    if (!(problem instanceof BadText)) throw problem;
    faults.cost = problem.message;
  }
  if (!vehicle) faults.vehicleId = "Choose the vehicle.";
  if (!text.description.trim()) faults.description = "Say what was done.";
  if (!text.serviceDate) faults.serviceDate = "Give the day.";
  const body = { vehicleId: vehicle?.id, serviceDate: text.serviceDate, description: text.description.trim(), cost,
    vendor: text.vendor.trim() || null };
  return { faults, body };
}

/** QuickBooks expenses cannot be withdrawn, so the desk holds a new one for a moment in which the dealer can undo it. */
function enter(vehicle, body) {
  const { id } = put({ kind: "service", lane: `service/${vehicle.id}`, vehicleId: vehicle.id, words: `The service record of ${name(vehicle)}`, body }, UNDO_MS);
  toast({ words: `${amount(body.cost)} of service on ${name(vehicle)}.`, undo: () => toast({ words: drop(id) ? "The record was not added." : "Too late: the record is added already." }) });
}
