/** Every sale, with its invoice and payment. */

import { html } from "../html.js";
import { profits, sales, useLedger } from "../ledger.js";
import { lot } from "../lot.js";
import { Badge, Empty, Head, Loading } from "../parts.js";
import { link } from "../route.js";
import { ChangeSale, expectedSale } from "../vehicle/change-sale.js";
import { InvoiceLink, UndoSale } from "../vehicle/sold.js";
import { useMonths } from "./months.js";
import { SALES, SELL } from "../words/sales.js";
import { SALE, amount, called, day, many } from "../words.js";

/** `#/sales`. */
export function Sales() {
  useLedger("sales", "profits");
  const all = sales.value?.map(expectedSale) ?? null;
  const { shown, picker } = useMonths(all, (sale) => sale.saleDate, "/api/reports/sales.csv");
  const standing = (shown ?? []).filter((sale) => sale.state !== "voided");
  const sum = standing.reduce((total, sale) => total + (sale.salePrice ?? 0), 0);
  return html`
    <${Head} title=${SALES.title} note=${standing.length ? SALES.note(many(standing.length, SALES.one), amount(sum)) : ""}>${picker}<a class="button" href=${link("profit")}>${SALES.profit}</a><//>
    ${all === null ? html`<${Loading} words=${SALES.loading} />` : !all.length ? html`
      <${Empty} icon="sale" title=${SALES.emptyTitle}><p>${SALES.emptyBefore}<em>${SELL.sell}</em>${SALES.emptyAfter}</p><p><a class="button" href=${link("inventory")}>${SALES.toInventory}</a></p><//>` : html`
      <table class="ledger">
        <thead><tr><th scope="col">${SALES.date}</th><th scope="col">${SALES.vehicle}</th><th scope="col">${SALES.customer}</th><th scope="col" class="number">${SALES.price}</th><th scope="col" class="number">${SALES.gross}</th><th scope="col">${SALES.invoice}</th><th scope="col"><span class="unseen">${SALES.actions}</span></th></tr></thead>
        <tbody>${shown.map((sale) => html`<${Sale} key=${sale.id} sale=${sale} />`)}</tbody>
      </table>`}`;
}

function Sale({ sale }) {
  const vehicle = lot.value.get(sale.vehicleId);
  return html`
    <tr class=${sale.state === "voided" ? "faded" : ""}>
      <td data-label=${SALES.date}>${day(sale.saleDate)}</td>
      <th scope="row"><a href=${link("vehicle", sale.vehicleId)}>${called(vehicle, sale.vin)}</a>${vehicle?.stockNumber && html`<span class="second">${SALES.stock(vehicle.stockNumber)}</span>`}</th>
      <td data-label=${SALES.customer}>${sale.customer?.name || "–"}</td>
      <td data-label=${SALES.price} class="number">${amount(sale.salePrice)}</td>
      <td data-label=${SALES.gross} class="number">${grossOf(sale)}</td>
      <td data-label=${SALES.invoice}><${Badge} of=${SALE} state=${sale.state} /><span class="second"><${InvoiceLink} sale=${sale}>${sale.docNumber}<//>${sale.balance > 0 && sale.state === "posted" ? SALES.due(amount(sale.balance)) : ""}${sale.paidAt ? `, ${day(sale.paidAt.slice(0, 10))}` : ""}</span>${sale.booksNote && html`<span class="second second-warn">${sale.booksNote}</span>`}</td>
      <td class="ledger-action"><${ChangeSale} sale=${sale} /> <${UndoSale} sale=${sale} words=${called(vehicle, sale.vin)} /></td>
    </tr>`;
}

/** The gross, once all that it is made of is known: half of the costs would show a profit that is none. */
function grossOf(sale) {
  if (sale.state === "voided") return "–";
  return profits.value === null ? SALES.grossLoading : amount(profits.value.get(sale.id));
}
