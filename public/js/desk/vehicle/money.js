/** What a vehicle costs and brings. */

import { html } from "../html.js";
import { MONEY } from "../words/money.js";
import { amount, gross } from "../words.js";
import { expectedSale } from "./change-sale.js";
import { InPlace } from "./in-place.js";
import { recordsOf } from "./work.js";

/** The card. */
export function Money({ vehicle, about, sale: told }) {
  const sale = told && expectedSale(told);
  const records = recordsOf(vehicle, about);
  const known = records !== null;
  const spent = (records ?? []).filter((record) => !["voided", "leaving"].includes(record.state)).reduce((sum, record) => sum + Math.round(record.cost * 100), 0) / 100;
  const price = sale ? sale.salePrice : vehicle.price;
  const fees = sumOf(sale, "fee");
  const discounts = sumOf(sale, "discount");
  const over = sale ? about.overAllowance.value ?? 0 : 0;
  // Half of the costs would show a profit that is none.
  const made = known ? gross(price, vehicle, spent + over - fees - discounts) : null;
  return html`
    <section class="card" aria-labelledby="money-title">
      <h2 id="money-title">${MONEY.title}</h2>
      <div class="lines">
        <${InPlace} vehicle=${vehicle} field="price" />
        <${InPlace} vehicle=${vehicle} field="purchasePrice" />
        <${InPlace} vehicle=${vehicle} field="purchaseDate" />
      </div>
      <dl class="sums">
        ${sale && html`<div><dt>${MONEY.soldFor}</dt><dd>${amount(sale.salePrice)}</dd></div>`}
        ${[[MONEY.fees, fees], [MONEY.discounts, discounts], [MONEY.overAllowance, over]].map(([label, sum]) => sum !== 0 && html`
          <div key=${label}><dt>${label}</dt><dd>${amount(sum)}</dd></div>`)}
        <div><dt>${MONEY.service}</dt><dd>${known ? amount(spent) : MONEY.loading}</dd></div>
        <div><dt>${MONEY.costSoFar}</dt><dd>${vehicle.purchasePrice === null ? "–" : known ? amount(vehicle.purchasePrice + spent) : MONEY.loading}</dd></div>
        <div class="sums-result"><dt>${sale ? MONEY.gross : MONEY.grossAtAsking}</dt><dd class=${made !== null && made < 0 ? "loss" : ""}>${known ? amount(made) : MONEY.loading}</dd></div>
      </dl>
      ${known && made === null && html`<p class="soft">${price === null ? MONEY.noPrice : MONEY.noCost}</p>`}
    </section>`;
}

/** The lines of one kind on a sale, in dollars; what takes off is below zero, however it was written. */
function sumOf(sale, kind) {
  const lines = (sale?.lines ?? []).filter((line) => line.kind === kind);
  const cents = lines.reduce((sum, line) => sum + Math.round(line.amount * 100), 0);
  return (kind === "discount" ? -Math.abs(cents) : cents) / 100;
}
