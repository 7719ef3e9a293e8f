/** Selling a vehicle: price, day, customer. */

import { customers, knowCustomers } from "../ledger.js";
import { BadText, amount, dollars } from "../fields.js";
import { html, useEffect, useSignal } from "../html.js";
import { drop, put } from "../outbox.js";
import { Dialog, Field } from "../parts.js";
import { toast } from "../toasts.js";
import { amount as said, name, today } from "../words.js";
import { voidSale } from "./sold.js";

/** The dialog. */
export function Sell({ vehicle, onClose }) {
  const price = useSignal(vehicle.price === null ? "" : amount(vehicle.price));
  const date = useSignal(today());
  const who = useSignal("");
  const email = useSignal("");
  const phone = useSignal("");
  const fault = useSignal(null);
  useEffect(() => { knowCustomers(); }, []);
  const pick = (text) => {
    who.value = text;
    const known = customers.peek()?.find((customer) => customer.name === text);
    if (!known) return;
    email.value = known.email ?? "";
    phone.value = known.phone ?? "";
  };
  const sell = (event) => {
    event.preventDefault();
    try {
      const salePrice = dollars(price.value);
      if (salePrice === null) throw new BadText("What is it sold for?");
      const contact = { name: who.value.trim(), email: email.value.trim() || null, phone: phone.value.trim() || null };
      enter(vehicle, { vehicleId: vehicle.id, salePrice, saleDate: date.value, ...(contact.name ? { customer: contact } : {}) });
      onClose();
    } catch (problem) {
      if (!(problem instanceof BadText)) throw problem;
      fault.value = problem.message;
    }
  };
  return html`
    <${Dialog} title=${`Sell ${name(vehicle)}`} onClose=${onClose}>
      <form class="form" onSubmit=${sell}>
        <${Field} label="Sale price" unit="$" inputmode="decimal" autocomplete="off" required value=${price.value}
          fault=${fault.value} onInput=${(event) => { price.value = event.currentTarget.value; fault.value = null; }} />
        <${Field} label="Sale date" type="date" required max="2099-12-31" min="1950-01-01" value=${date.value}
          onInput=${(event) => { date.value = event.currentTarget.value; }} />
        <${Field} label="Customer" optional list="customers" maxlength="200" autocomplete="off" value=${who.value}
          onInput=${(event) => pick(event.currentTarget.value)} />
        <datalist id="customers">${(customers.value ?? []).map((customer) => html`<option key=${customer.id} value=${customer.name}>${customer.email ?? customer.phone ?? ""}</option>`)}</datalist>
        ${who.value.trim() && html`
          <div class="pair">
            <${Field} label="Mail" optional type="email" maxlength="200" autocomplete="off" value=${email.value}
              onInput=${(event) => { email.value = event.currentTarget.value; }} />
            <${Field} label="Phone" optional type="tel" maxlength="200" autocomplete="off" value=${phone.value}
              onInput=${(event) => { phone.value = event.currentTarget.value; }} />
          </div>`}
        <p class="soft">It comes off the website and every listing site at once, and an invoice goes to QuickBooks.</p>
        <div class="form-actions"><button class="button button-strong">Sell</button></div>
      </form>
    <//>`;
}

function enter(vehicle, body) {
  const { id, fate } = put({ kind: "sale", lane: `edit/${vehicle.id}`, vehicleId: vehicle.id, words: `Selling ${name(vehicle)}`, body });
  const undo = async () => {
    if (drop(id)) return toast({ words: `${name(vehicle)} was not sold.` });
    const { answer } = await fate;
    return answer && voidSale(answer, name(vehicle));
  };
  toast({ words: `${name(vehicle)} is sold for ${said(body.salePrice)}.`, undo });
}
