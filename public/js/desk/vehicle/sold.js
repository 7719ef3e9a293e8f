/** A sold vehicle: to whom, for how much, where its invoice is, and the way back. */

import { at, call } from "../api.js";
import { html, useSignal } from "../html.js";
import { fetchVehicle } from "../lot.js";
import { Badge, Dialog, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { toast } from "../toasts.js";
import { SALE, amount, day, name } from "../words.js";

/** The sale of a vehicle that stands, or `null`. */
export function standingSale(about) {
  return about.sales.value?.find((sale) => sale.state !== "voided") ?? null;
}

/** The strip above a sold vehicle. */
export function Sold({ vehicle, sale }) {
  if (!sale) return html`<p class="strip">This vehicle is sold. Wayne Reeves gave no details of the sale.</p>`;
  return html`
    <section class="strip" aria-label="The sale">
      <p><strong>Sold for ${amount(sale.salePrice)}</strong> on ${day(sale.saleDate)}${sale.customer ? ` to ${sale.customer.name}` : ""}</p>
      <p><${Badge} of=${SALE} state=${sale.state} /> ${invoice(sale)}</p>
      ${sale.booksNote && html`<p class="note note-warn">${sale.booksNote}</p>`}
      <${UndoSale} sale=${sale} words=${name(vehicle)} />
    </section>`;
}

/** What there is to say of the invoice of a sale. */
export function invoice(sale) {
  if (sale.state === "paid") return `Invoice ${sale.docNumber}, paid ${day(sale.paidAt?.slice(0, 10))}`;
  if (sale.balance !== null && sale.balance !== undefined && sale.state === "posted") return `Invoice ${sale.docNumber}, ${amount(sale.balance)} open`;
  return `Invoice ${sale.docNumber}`;
}

/** Undo a sale that QuickBooks does not have yet; otherwise void it, after a confirmation that explains the effects. */
export function UndoSale({ sale, words }) {
  const asking = useSignal(false);
  if (sale.state === "voided") return null;
  if (sale.state === "pending" || sale.state === "dead") return html`<${Working} run=${() => voidSale(sale, words)}>Undo sale<//>`;
  return html`
    <button type="button" class="button" onClick=${() => { asking.value = true; }}>Void sale…</button>
    ${asking.value && html`
      <${Dialog} title=${`Void the sale of ${words}?`} onClose=${() => { asking.value = false; }}>
        <div class="form">
          <p>The vehicle is back on the lot at once. Its invoice ${sale.docNumber} is voided in QuickBooks, and Wayne Reeves hears that it was not sold.${sale.state === "paid" ? " A payment that came for it stays in QuickBooks: refund it there." : ""}</p>
          <div class="form-actions">
            <button type="button" class="button" onClick=${() => { asking.value = false; }}>Keep the sale</button>
            <${Working} class="button button-strong"
              run=${async () => { await voidSale(sale, words); asking.value = false; }}>Void the sale<//>
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
    toast({ words: `The sale of ${words} is undone: it is on the lot again.` });
  } catch (problem) {
    toast({ words: `The sale could not be undone: ${problem.message}`, bad: true });
  }
}
