/** The customers and their purchases. */

import { html, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { customers, sales, useLedger } from "../ledger.js";
import { lot } from "../lot.js";
import { put } from "../outbox.js";
import { Dialog, Empty, Field, Head } from "../parts.js";
import { link } from "../route.js";
import { toast } from "../toasts.js";
import { called, day, many } from "../words.js";

/** `#/customers`. */
export function Customers() {
  useLedger("customers", "sales");
  const adding = useSignal(false);
  const q = useSignal("");
  const all = customers.value;
  const words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = (all ?? []).filter((customer) => words.every((word) => `${customer.name} ${customer.email ?? ""} ${customer.phone ?? ""}`.toLowerCase().includes(word)));
  return html`
    <${Head} title="Customers" note=${all?.length ? many(all.length, "customer") : ""}>
      <button type="button" class="button button-strong button-fold"
        onClick=${() => { adding.value = true; }}><${Icon} name="plus" /><span>Add customer</span></button>
    <//>
    ${all === null ? html`<p class="loading" role="status">Fetching the customers…</p>` : !all.length ? html`
      <${Empty} icon="people" title="No customers yet"><p>Whoever you name when you sell a vehicle is kept here, and found again by name.</p><//>` : html`
      <div class="toolbar" role="search"><label class="search"><${Icon} name="search" /><span class="unseen">Search the customers</span>
        <input class="control" id="find" type="search" placeholder="Name, mail, phone" maxlength="100" autocomplete="off"
          value=${q.value} onInput=${(event) => { q.value = event.currentTarget.value; }} /></label></div>
      ${shown.length ? html`
        <table class="ledger">
          <thead><tr><th scope="col">Name</th><th scope="col">Mail</th><th scope="col">Phone</th><th scope="col">Bought</th></tr></thead>
          <tbody>${shown.map((customer) => html`<${Customer} key=${customer.id} customer=${customer} />`)}</tbody>
        </table>` : html`<p class="loading">No customer matches “${q.value}”.</p>`}`}
    ${adding.value && html`<${Add} onClose=${() => { adding.value = false; }} />`}`;
}

function Customer({ customer }) {
  const bought = (sales.value ?? []).filter((sale) => sale.customer?.id === customer.id && sale.state !== "voided");
  return html`
    <tr>
      <th scope="row">${customer.name}<span class="second">since ${day(customer.createdAt.slice(0, 10))}</span></th>
      <td data-label="Mail">${customer.email ? html`<a href=${`mailto:${encodeURIComponent(customer.email)}`}>${customer.email}</a>` : "–"}</td>
      <td data-label="Phone">${customer.phone ? html`<a href=${`tel:${customer.phone.replace(/[^\d+]/g, "")}`}>${customer.phone}</a>` : "–"}</td>
      <td data-label="Bought">${bought.length ? html`<ul>${bought.map((sale) => html`<li key=${sale.id}><a href=${link("vehicle", sale.vehicleId)}>${called(lot.value.get(sale.vehicleId), sale.vin)}</a></li>`)}</ul>` : "–"}</td>
    </tr>`;
}

function Add({ onClose }) {
  const text = useSignal({ name: "", email: "", phone: "" });
  const input = (field) => ({ value: text.value[field], maxlength: 200, autocomplete: "off", onInput: (event) => { text.value = { ...text.value, [field]: event.currentTarget.value }; } });
  const save = (event) => {
    event.preventDefault();
    const body = Object.fromEntries(Object.entries(text.value).map(([field, value]) => [field, value.trim() || null]));
    put({ kind: "customer", lane: "customers", vehicleId: null, words: `The customer ${body.name}`, body }).fate.then((fate) => fate.answer && toast({ words: `${body.name} is a customer now.` }));
    onClose();
  };
  return html`
    <${Dialog} title="New customer" onClose=${onClose}>
      <form class="form" onSubmit=${save}>
        <${Field} label="Name" required pattern=".*\\S.*" ...${input("name")} />
        <${Field} label="Mail" optional type="email" ...${input("email")} />
        <${Field} label="Phone" optional type="tel" ...${input("phone")} />
        <div class="form-actions"><button class="button button-strong">Add customer</button></div>
      </form>
    <//>`;
}
