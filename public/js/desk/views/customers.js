/** The customers and their purchases. */

import { at, call } from "../api.js";
import { html, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { customers, sales, useLedger } from "../ledger.js";
import { lot } from "../lot.js";
import { put } from "../outbox.js";
import { Dialog, Empty, Field, Head, Loading, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { link } from "../route.js";
import { toast } from "../toasts.js";
import { CUSTOMER, CUSTOMERS } from "../words/customers.js";
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
    <${Head} title=${CUSTOMERS.title} note=${all?.length ? many(all.length, CUSTOMERS.one) : ""}>
      <button type="button" class="button button-strong button-fold"
        onClick=${() => { adding.value = true; }}><${Icon} name="plus" /><span>${CUSTOMERS.add}</span></button>
    <//>
    ${all === null ? html`<${Loading} words=${CUSTOMERS.loading} />` : !all.length ? html`
      <${Empty} icon="people" title=${CUSTOMERS.emptyTitle}><p>${CUSTOMERS.empty}</p><//>` : html`
      <div class="toolbar" role="search"><label class="search"><${Icon} name="search" /><span class="unseen">${CUSTOMERS.search}</span>
        <input class="control" id="find" type="search" placeholder=${CUSTOMERS.searchHint} maxlength="100" autocomplete="off"
          value=${q.value} onInput=${(event) => { q.value = event.currentTarget.value; }} /></label></div>
      ${shown.length ? html`
        <table class="ledger">
          <thead><tr><th scope="col">${CUSTOMERS.name}</th><th scope="col">${CUSTOMERS.email}</th><th scope="col">${CUSTOMERS.phone}</th><th scope="col">${CUSTOMERS.bought}</th></tr></thead>
          <tbody>${shown.map((customer) => html`<${Customer} key=${customer.id} customer=${customer} />`)}</tbody>
        </table>` : html`<p class="loading">${CUSTOMERS.none(q.value)}</p>`}`}
    ${adding.value && html`<${Add} onClose=${() => { adding.value = false; }} />`}`;
}

function Customer({ customer }) {
  const opened = useSignal("");
  const bought = (sales.value ?? []).filter((sale) => sale.customer?.id === customer.id && sale.state !== "voided");
  return html`
    <tr>
      <th scope="row">${customer.name}<span class="second">${CUSTOMERS.since(day(customer.createdAt.slice(0, 10)))}</span>
        <button type="button" class="button-quiet" onClick=${() => { opened.value = "change"; }}>${CUSTOMERS.change}<span class="unseen"> ${customer.name}</span></button>
        ${opened.value === "change" && html`<${Change} customer=${customer} onDelete=${() => { opened.value = "delete"; }} onClose=${() => { if (opened.value === "change") opened.value = ""; }} />`}
        ${opened.value === "delete" && html`<${Delete} customer=${customer} onClose=${() => { opened.value = ""; }} />`}</th>
      <td data-label=${CUSTOMERS.email}>${customer.email ? html`<a href=${`mailto:${encodeURIComponent(customer.email)}`}>${customer.email}</a>` : "–"}</td>
      <td data-label=${CUSTOMERS.phone}>${customer.phone ? html`<a href=${`tel:${customer.phone.replace(/[^\d+]/g, "")}`}>${customer.phone}</a>` : "–"}</td>
      <td data-label=${CUSTOMERS.bought}>${bought.length ? html`<ul>${bought.map((sale) => html`<li key=${sale.id}><a href=${link("vehicle", sale.vehicleId)}>${called(lot.value.get(sale.vehicleId), sale.vin)}</a></li>`)}</ul>` : "–"}</td>
    </tr>`;
}

function Add({ onClose }) {
  const text = useSignal({ name: "", email: "", phone: "" });
  const input = (field) => ({ value: text.value[field], maxlength: 200, autocomplete: "off", onInput: (event) => { text.value = { ...text.value, [field]: event.currentTarget.value }; } });
  const save = (event) => {
    event.preventDefault();
    const body = Object.fromEntries(Object.entries(text.value).map(([field, value]) => [field, value.trim() || null]));
    put({ kind: "customer", lane: "customers", vehicleId: null, words: CUSTOMER.entry(body.name), body }).fate.then((fate) => fate.answer && toast({ words: CUSTOMER.added(body.name) }));
    onClose();
  };
  return html`
    <${Dialog} title=${CUSTOMER.addTitle} onClose=${onClose}>
      <form class="form" onSubmit=${save}>
        <${Field} label=${CUSTOMERS.name} required pattern=".*\\S.*" ...${input("name")} />
        <${Field} label=${CUSTOMERS.email} optional type="email" ...${input("email")} />
        <${Field} label=${CUSTOMERS.phone} optional type="tel" ...${input("phone")} />
        <div class="form-actions"><button class="button button-strong">${CUSTOMER.add}</button></div>
      </form>
    <//>`;
}

/** Correct a customer. */
function Change({ customer, onDelete, onClose }) {
  const text = useSignal({ name: customer.name, email: customer.email ?? "", phone: customer.phone ?? "" });
  const fault = useSignal("");
  const input = (field) => ({ value: text.value[field], maxlength: 200, autocomplete: "off", onInput: (event) => { text.value = { ...text.value, [field]: event.currentTarget.value }; } });
  const save = async (event) => {
    event.preventDefault();
    const body = Object.fromEntries(Object.entries(text.value).map(([field, value]) => [field, value.trim() || null]));
    try {
      await call("PATCH", at("customers", customer.id), body);
    } catch (problem) {
      fault.value = problem.message;
      return;
    }
    const before = { name: customer.name, email: customer.email, phone: customer.phone };
    told(CUSTOMER.changed(body.name), () => putBack(customer.id, before));
    onClose();
  };
  return html`
    <${Dialog} title=${CUSTOMER.changeTitle} onClose=${onClose}>
      <form class="form" onSubmit=${save}>
        <${Field} label=${CUSTOMERS.name} required pattern=".*\\S.*" fault=${fault.value} ...${input("name")} />
        <${Field} label=${CUSTOMERS.email} optional type="email" ...${input("email")} />
        <${Field} label=${CUSTOMERS.phone} optional type="tel" ...${input("phone")} />
        <div class="form-actions"><button type="button" class="button" onClick=${onDelete}>${CUSTOMER.delete}</button><button class="button button-strong">${CUSTOMER.save}</button></div>
      </form>
    <//>`;
}

/** Forget a customer: it cannot be undone, so it is asked once more. */
function Delete({ customer, onClose }) {
  const remove = async () => {
    try {
      await call("DELETE", at("customers", customer.id));
      told(CUSTOMER.deleted);
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
    onClose();
  };
  return html`
    <${Dialog} title=${CUSTOMER.deleteTitle} onClose=${onClose}>
      <div class="form"><p>${CUSTOMER.deleteNote(customer.name)}</p>
        <div class="form-actions"><button type="button" class="button" onClick=${onClose}>${CUSTOMER.keep}</button><${Working} class="button button-strong" run=${remove}>${CUSTOMER.confirm}<//></div></div>
    <//>`;
}

async function putBack(id, before) {
  try {
    await call("PATCH", at("customers", id), before);
    told(CUSTOMER.changedBack(before.name));
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
}

function told(words, undo = null) {
  toast({ words, undo });
  changed("customers");
  changed("sales");
}
