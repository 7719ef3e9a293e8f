/** A sold vehicle: to whom, for how much, where its invoice is, and the way back. */

import { at, call } from "../api.js";
import { html, useSignal } from "../html.js";
import { lookup } from "../lookup.js";
import { fetchVehicle } from "../lot.js";
import { Badge, Dialog, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { status } from "../status.js";
import { toast } from "../toasts.js";
import { SOLD, UNDO_SALE } from "../words/sales.js";
import { SALE, amount, day, name } from "../words.js";
import { ChangeSale, expectedSale } from "./change-sale.js";
import { ShownLines } from "./sale-lines.js";

/** The sale of a vehicle that stands, or `null`. */
export function standingSale(about) {
  return about.sales.value?.find((sale) => sale.state !== "voided") ?? null;
}

/** The strip above a sold vehicle. */
export function Sold({ vehicle, sale: told, about }) {
  if (about.sales.value === null) return html`<p class="strip">${SOLD.loading}</p>`;
  if (!told) return html`<p class="strip">${SOLD.noDetails}</p>`;
  const sale = expectedSale(told);
  return html`
    <section class="strip" aria-label=${SOLD.region}>
      <p><strong>${sale.salePrice === null ? SOLD.priceUnknown : SOLD.soldFor(amount(sale.salePrice))}</strong> ${SOLD.on(day(sale.saleDate))}${sale.customer?.name ? SOLD.to(sale.customer.name) : ""}</p>
      <${ShownLines} sale=${sale} />
      <p><${Badge} of=${SALE} state=${sale.state} /> ${invoice(sale)}</p>
      ${sale.booksNote && html`<p class="note note-warn">${sale.booksNote}</p>`}
      <div class="form-actions"><${ChangeSale} sale=${sale} /><${UndoSale} sale=${sale} words=${name(vehicle)} /></div>
    </section>`;
}

/** What there is to say of the invoice of a sale. */
function invoice(sale) {
  const number = html`<${InvoiceLink} sale=${sale}>${SOLD.invoice(sale.docNumber)}<//>`;
  if (sale.state === "paid") return html`${number}${SOLD.paid(day(sale.paidAt?.slice(0, 10)))}`;
  if (sale.balance !== null && sale.balance !== undefined && sale.state === "posted") return html`${number}${SOLD.due(amount(sale.balance))}`;
  return number;
}

const QUICKBOOKS = lookup({ production: "https://app.qbo.intuit.com", sandbox: "https://sandbox.qbo.intuit.com" });

/** Its children as a link to the invoice in QuickBooks, once it is there. */
export function InvoiceLink({ sale, children }) {
  const site = QUICKBOOKS[status.value?.quickbooks.environment];
  if (!site || !sale.invoiceId) return children;
  return html`<a href=${`${site}/app/invoice?txnId=${encodeURIComponent(sale.invoiceId)}`} target="_blank" rel="noopener" title=${SOLD.inQuickBooks}>${children}</a>`;
}

/** Undo a sale that QuickBooks does not have yet; otherwise void it, after a confirmation that explains the effects. */
export function UndoSale({ sale, words }) {
  const asking = useSignal(false);
  if (sale.state === "voided") return null;
  if (sale.state === "pending" || sale.state === "dead") return html`<${Working} run=${() => voidSale(sale, words)}>${UNDO_SALE.undo}<//>`;
  return html`
    <button type="button" class="button" onClick=${() => { asking.value = true; }}>${UNDO_SALE.void}</button>
    ${asking.value && html`
      <${Dialog} title=${UNDO_SALE.title(words)} onClose=${() => { asking.value = false; }}>
        <div class="form">
          <p>${UNDO_SALE.explanation(sale.docNumber)}${sale.state === "paid" ? UNDO_SALE.paid : ""}</p>
          <div class="form-actions">
            <button type="button" class="button" onClick=${() => { asking.value = false; }}>${UNDO_SALE.keep}</button>
            <${Working} class="button button-strong"
              run=${async () => { await voidSale(sale, words); asking.value = false; }}>${UNDO_SALE.confirm}<//>
          </div>
        </div>
      <//>`}`;
}

/** Undo a sale and show the result. */
export async function voidSale(sale, words) {
  try {
    await call("POST", `${at("sales", sale.id)}/void`);
    await fetchVehicle(sale.vehicleId).catch(() => {});
    changed("sales", sale.vehicleId);
    toast({ words: UNDO_SALE.undone(words) });
  } catch (problem) {
    toast({ words: UNDO_SALE.failed(problem.message), bad: true });
  }
}
