/** Every service record, and a new one for any vehicle. */

import { html, useMemo, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { services, useLedger } from "../ledger.js";
import { lot } from "../lot.js";
import { Badge, Empty, Field, Head } from "../parts.js";
import { link } from "../route.js";
import { EXPENSE, amount, called, day, many, name } from "../words.js";
import { AddWork } from "../vehicle/work.js";

/** `#/service`. */
export function Service() {
  useLedger("service");
  const adding = useSignal(false);
  const all = services.value;
  const sum = (all ?? []).reduce((total, record) => total + Math.round(record.cost * 100), 0) / 100;
  return html`
    <${Head} title="Service" note=${all?.length ? `${many(all.length, "record")}, ${amount(sum)}` : ""}>
      <button type="button" class="button button-strong button-fold"
        onClick=${() => { adding.value = true; }}><${Icon} name="plus" /><span>Add record</span></button>
    <//>
    ${all === null ? html`<p class="loading" role="status">Fetching the records…</p>` : !all.length ? html`
      <${Empty} icon="wrench" title="No work recorded yet"><p>What is spent on a vehicle is recorded here or on its own page, and goes to QuickBooks as an expense.</p><//>` : html`
      <table class="ledger">
        <thead><tr><th scope="col">Date</th><th scope="col">Vehicle</th><th scope="col">Work</th><th scope="col">Vendor</th><th scope="col" class="number">Cost</th><th scope="col">Expense</th></tr></thead>
        <tbody>${all.map((record) => html`<${Row} key=${record.id} record=${record} />`)}</tbody>
      </table>`}
    ${adding.value && html`<${ForAny} onClose=${() => { adding.value = false; }} />`}`;
}

function Row({ record }) {
  const vehicle = lot.value.get(record.vehicleId);
  return html`
    <tr>
      <td data-label="Date">${day(record.serviceDate)}</td>
      <th scope="row"><a href=${link("vehicle", record.vehicleId)}>${called(vehicle, record.vin)}</a>${vehicle?.stockNumber && html`<span class="second">Stock ${vehicle.stockNumber}</span>`}</th>
      <td data-label="Work">${record.description}</td>
      <td data-label="Vendor">${record.vendor ?? "–"}</td>
      <td data-label="Cost" class="number">${amount(record.cost)}</td>
      <td data-label="Expense"><${Badge} of=${EXPENSE} state=${record.state} /><span class="second">${record.docNumber}</span>${record.booksNote && html`<span class="second second-warn">${record.booksNote}</span>`}</td>
    </tr>`;
}

/** A new record for a vehicle that the dealer finds by typing a part of its name. */
function ForAny({ onClose }) {
  const text = useSignal("");
  const options = useMemo(() => [...lot.value.values()].filter((vehicle) => vehicle.status !== "archived").map((vehicle) => [label(vehicle), vehicle]), [lot.value]);
  const chosen = options.find(([words]) => words === text.value.trim())?.[1]
    ?? lot.value.get(options.filter(([, vehicle]) =>
      [vehicle.stockNumber, vehicle.vin].includes(text.value.trim().toUpperCase()))[0]?.[1].id);
  const picker = html`
    <${Field} label="Vehicle" list="any-vehicle" required autocomplete="off" placeholder="Stock number, VIN or name"
      value=${text.value} hint=${chosen ? label(chosen) : undefined} onInput=${(event) => { text.value = event.currentTarget.value; }} />
    <datalist id="any-vehicle">${options.slice(0, 2000).map(([words]) => html`<option key=${words} value=${words} />`)}</datalist>`;
  return html`<${AddWork} vehicle=${chosen} picker=${picker} onClose=${onClose} />`;
}

function label(vehicle) {
  return [vehicle.stockNumber, name(vehicle), vehicle.vin].filter(Boolean).join(" · ");
}
