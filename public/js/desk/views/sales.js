/** Every sale, with its invoice and payment. */

import { html } from "../html.js";
import { useLedger, sales, services } from "../ledger.js";
import { lot } from "../lot.js";
import { Badge, Empty, Head } from "../parts.js";
import { link } from "../route.js";
import { SALE, amount, called, day, gross, many } from "../words.js";
import { UndoSale } from "../vehicle/sold.js";

/** `#/sales`. */
export function Sales() {
  useLedger("sales", "service");
  const all = sales.value;
  const standing = (all ?? []).filter((sale) => sale.state !== "voided");
  const sum = standing.reduce((total, sale) => total + sale.salePrice, 0);
  return html`
    <${Head} title="Sales" note=${standing.length ? `${many(standing.length, "sale")}, ${amount(sum)}` : ""} />
    ${all === null ? html`<p class="loading" role="status">Fetching the sales…</p>` : !all.length ? html`
      <${Empty} icon="sale" title="Nothing sold yet"><p>Open a vehicle and press <em>Sell</em>: its invoice and payment show here.</p><p><a class="button" href=${link("inventory")}>To the inventory</a></p><//>` : html`
      <table class="ledger">
        <thead><tr><th scope="col">Date</th><th scope="col">Vehicle</th><th scope="col">Customer</th><th scope="col" class="number">Price</th><th scope="col" class="number">Gross</th><th scope="col">Invoice</th><th scope="col"><span class="unseen">Undo</span></th></tr></thead>
        <tbody>${all.map((sale) => html`<${Sale} key=${sale.id} sale=${sale} />`)}</tbody>
      </table>`}`;
}

function Sale({ sale }) {
  const vehicle = lot.value.get(sale.vehicleId);
  const spent = (services.value ?? []).filter((record) => record.vehicleId === sale.vehicleId)
    .reduce((sum, record) => sum + record.cost, 0);
  return html`
    <tr class=${sale.state === "voided" ? "faded" : ""}>
      <td data-label="Date">${day(sale.saleDate)}</td>
      <th scope="row"><a href=${link("vehicle", sale.vehicleId)}>${called(vehicle, sale.vin)}</a>${vehicle?.stockNumber && html`<span class="second">Stock ${vehicle.stockNumber}</span>`}</th>
      <td data-label="Customer">${sale.customer?.name ?? "–"}</td>
      <td data-label="Price" class="number">${amount(sale.salePrice)}</td>
      <td data-label="Gross" class="number">${sale.state === "voided" ? "–" : amount(gross(sale.salePrice, vehicle, spent))}</td>
      <td data-label="Invoice"><${Badge} of=${SALE} state=${sale.state} /><span class="second">${sale.docNumber}${sale.balance > 0 && sale.state === "posted" ? `, ${amount(sale.balance)} open` : ""}${sale.paidAt ? `, ${day(sale.paidAt.slice(0, 10))}` : ""}</span>${sale.booksNote && html`<span class="second second-warn">${sale.booksNote}</span>`}</td>
      <td class="ledger-action"><${UndoSale} sale=${sale} words=${called(vehicle, sale.vin)} /></td>
    </tr>`;
}
