/** What a vehicle costs and brings. */

import { html } from "../html.js";
import { amount, gross } from "../words.js";
import { InPlace } from "./in-place.js";

/** The card. */
export function Money({ vehicle, about, sale }) {
  const spent = (about.services.value ?? []).reduce((sum, record) => sum + Math.round(record.cost * 100), 0) / 100;
  const price = sale ? sale.salePrice : vehicle.price;
  const made = gross(price, vehicle, spent);
  return html`
    <section class="card" aria-labelledby="money-title">
      <h2 id="money-title">Money</h2>
      <div class="lines">
        <${InPlace} vehicle=${vehicle} field="price" />
        <${InPlace} vehicle=${vehicle} field="purchasePrice" />
        <${InPlace} vehicle=${vehicle} field="purchaseDate" />
      </div>
      <dl class="sums">
        ${sale && html`<div><dt>Sold for</dt><dd>${amount(sale.salePrice)}</dd></div>`}
        <div><dt>Service</dt><dd>${about.services.value === null ? "…" : amount(spent)}</dd></div>
        <div><dt>Cost so far</dt><dd>${vehicle.purchasePrice === null ? "–" : amount(vehicle.purchasePrice + spent)}</dd></div>
        <div class="sums-result"><dt>${sale ? "Gross" : "Gross at asking"}</dt><dd class=${made !== null && made < 0 ? "loss" : ""}>${amount(made)}</dd></div>
      </dl>
      ${made === null && html`<p class="soft">${price === null ? "An asking price is missing." : "The purchase price is missing."}</p>`}
    </section>`;
}
