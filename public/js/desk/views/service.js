/** Every service record, and a new one for any vehicle. */

import { html, useMemo, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { services, useLedger } from "../ledger.js";
import { lot } from "../lot.js";
import { Badge, Empty, Field, Head, Loading } from "../parts.js";
import { link } from "../route.js";
import { useMonths } from "./months.js";
import { SERVICE } from "../words/service.js";
import { EXPENSE, amount, called, day, many, name } from "../words.js";
import { AddWork, ChangeWork, expected } from "../vehicle/work.js";

/** `#/service`. */
export function Service() {
  useLedger("service");
  const adding = useSignal(false);
  const all = services.value && services.value.map(expected);
  const { shown, picker } = useMonths(all, (record) => record.serviceDate, "/api/reports/service.csv");
  const standing = (shown ?? []).filter((record) => record.state !== "voided");
  const sum = standing.reduce((total, record) => total + Math.round(record.cost * 100), 0) / 100;
  return html`
    <${Head} title=${SERVICE.title} note=${standing.length ? SERVICE.note(many(standing.length, SERVICE.one), amount(sum)) : ""}>
      ${picker}
      <button type="button" class="button button-strong button-fold"
        onClick=${() => { adding.value = true; }}><${Icon} name="plus" /><span>${SERVICE.add}</span></button>
    <//>
    ${all === null ? html`<${Loading} words=${SERVICE.loading} />` : !all.length ? html`
      <${Empty} icon="wrench" title=${SERVICE.emptyTitle}><p>${SERVICE.empty}</p><//>` : html`
      <table class="ledger">
        <thead><tr><th scope="col">${SERVICE.date}</th><th scope="col">${SERVICE.vehicle}</th><th scope="col">${SERVICE.work}</th><th scope="col">${SERVICE.vendor}</th><th scope="col" class="number">${SERVICE.cost}</th><th scope="col">${SERVICE.expense}</th><th scope="col"><span class="unseen">${SERVICE.actions}</span></th></tr></thead>
        <tbody>${shown.map((record) => html`<${Row} key=${record.id} record=${record} />`)}</tbody>
      </table>`}
    ${adding.value && html`<${ForAny} onClose=${() => { adding.value = false; }} />`}`;
}

function Row({ record }) {
  const vehicle = lot.value.get(record.vehicleId);
  return html`
    <tr class=${record.state === "voided" ? "faded" : ""}>
      <td data-label=${SERVICE.date}>${day(record.serviceDate)}</td>
      <th scope="row"><a href=${link("vehicle", record.vehicleId)}>${called(vehicle, record.vin)}</a>${vehicle?.stockNumber && html`<span class="second">${SERVICE.stock(vehicle.stockNumber)}</span>`}</th>
      <td data-label=${SERVICE.work}>${record.description}</td>
      <td data-label=${SERVICE.vendor}>${record.vendor ?? "–"}</td>
      <td data-label=${SERVICE.cost} class="number">${amount(record.cost)}</td>
      <td data-label=${SERVICE.expense}><${Badge} of=${EXPENSE} state=${record.state} /><span class="second">${record.docNumber}</span>${record.booksNote && html`<span class="second second-warn">${record.booksNote}</span>`}</td>
      <td class="ledger-action"><${ChangeWork} record=${record} /></td>
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
    <${Field} label=${SERVICE.vehicle} list="any-vehicle" required autocomplete="off" placeholder=${SERVICE.pick}
      value=${text.value} hint=${chosen ? label(chosen) : undefined} onInput=${(event) => { text.value = event.currentTarget.value; }} />
    <datalist id="any-vehicle">${options.slice(0, 2000).map(([words]) => html`<option key=${words} value=${words} />`)}</datalist>`;
  return html`<${AddWork} vehicle=${chosen} picker=${picker} onClose=${onClose} />`;
}

function label(vehicle) {
  return [vehicle.stockNumber, name(vehicle), vehicle.vin].filter(Boolean).join(" · ");
}
