/** The form of a sale: price, date, customer and other lines; for a new sale, or for one to change. */

import { customers, knowCustomers } from "../ledger.js";
import { BadText, amount, dollars } from "../fields.js";
import { html, useEffect, useSignal } from "../html.js";
import { Dialog, Field } from "../parts.js";
import { SELL } from "../words/sales.js";
import { amount as said, today } from "../words.js";
import { EnterLines, enteredLines, readLines } from "./sale-lines.js";

/**
 * The dialog. `start` is a sale as the API has it, so far as it is known; `cost` the purchase price of the car or null.
 * `onSave` gets `{salePrice, saleDate, customer, lines}`.
 */
export function SaleForm({ title, words, note, start, cost, onSave, onClose }) {
  const text = useSignal({
    price: start.salePrice === null ? "" : amount(start.salePrice),
    date: start.saleDate,
    name: start.customer?.name ?? "",
    email: start.customer?.email ?? "",
    phone: start.customer?.phone ?? "",
  });
  const lines = useSignal(enteredLines(start.lines ?? []));
  const fault = useSignal(null);
  const sure = useSignal(start.salePrice);
  useEffect(() => { knowCustomers(); }, []);
  const type = (values) => { text.value = { ...text.value, ...values }; };
  const input = (field) => ({ value: text.value[field], autocomplete: "off", onInput: (event) => type({ [field]: event.currentTarget.value }) });
  const pick = (event) => {
    const name = event.currentTarget.value;
    const known = customers.peek()?.find((customer) => customer.name === name);
    type(known ? { name, email: known.email ?? "", phone: known.phone ?? "" } : { name });
  };
  const save = (event) => {
    event.preventDefault();
    try {
      onSave(read(text.value, lines.value, sure, cost, words));
      onClose();
    } catch (problem) {
      if (!(problem instanceof BadText)) throw problem;
      fault.value = problem.message;
    }
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form class="form" onSubmit=${save}>
        <${Field} label=${SELL.price} unit="$" inputmode="decimal" autocomplete="off" required value=${text.value.price}
          fault=${fault.value} onInput=${(event) => { type({ price: event.currentTarget.value }); fault.value = null; }} />
        <${Field} label=${SELL.date} type="date" required max=${today()} min="1950-01-01" ...${input("date")} />
        <${Field} label=${SELL.customer} optional list="customers" maxlength="200" ...${input("name")} onInput=${pick} />
        <datalist id="customers">${(customers.value ?? []).map((customer) => html`<option key=${customer.id} value=${customer.name}>${customer.email ?? customer.phone ?? ""}</option>`)}</datalist>
        ${text.value.name.trim() && html`
          <div class="pair">
            <${Field} label=${SELL.email} optional type="email" maxlength="200" ...${input("email")} />
            <${Field} label=${SELL.phone} optional type="tel" maxlength="200" ...${input("phone")} />
          </div>`}
        <${EnterLines} entered=${lines} />
        <p class="soft">${note}</p>
        <div class="form-actions"><button class="button button-strong">${words}</button></div>
      </form>
    <//>`;
}

/** What was entered. Throws `BadText`; a price far below the cost is taken when it is confirmed. */
function read(text, lines, sure, cost, words) {
  const salePrice = dollars(text.price);
  if (salePrice === null) throw new BadText(SELL.noPrice);
  if (cost !== null && salePrice < cost / 2 && sure.value !== salePrice) {
    sure.value = salePrice;
    throw new BadText(SELL.farBelowCost(said(cost), words));
  }
  const name = text.name.trim();
  const customer = name ? { name, email: text.email.trim() || null, phone: text.phone.trim() || null } : null;
  return { salePrice, saleDate: text.date, customer, lines: readLines(lines) };
}
