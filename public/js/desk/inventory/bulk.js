/** Changes to all selected vehicles: publish, unpublish, price, remove. */

import { editAll } from "../edits.js";
import { html, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { lot } from "../lot.js";
import { Dialog, Field } from "../parts.js";
import { many, money, name } from "../words.js";
import { changePrice } from "./prices.js";
import { selected, tickAll } from "./selection.js";

/** @type {[string, string, any, any][]} */
const SWITCHES = [
  ["Website", "publishToWebsite", { done: "On the website", errand: "Publishing" }, { done: "Off the website", errand: "Taking off the website" }],
  ["Third party", "publishToThirdParty", { done: "Free for listing sites", errand: "Publishing" }, { done: "Off the listing sites", errand: "Taking off the listing sites" }],
];
const OFF_LOT = { done: "Off the lot", errand: "Taking off the lot" };

/** The bar that shows while vehicles are selected. */
export function Bulk() {
  const pricing = useSignal(false);
  const ids = selected.value;
  if (!ids.length) return null;
  return html`
    <div class="bulk" role="toolbar" aria-label=${`Change ${many(ids.length, "vehicle")}`}>
      <p class="bulk-count"><strong>${many(ids.length, "vehicle")}</strong></p>
      ${SWITCHES.map(([label, field, on, off]) => html`
        <div class="bulk-pair" role="group" aria-label=${label} key=${field}>
          <span aria-hidden="true">${label}</span>
          <button type="button" class="bulk-button" onClick=${() => editAll(ids, () => ({ [field]: true }), on)}>On</button>
          <button type="button" class="bulk-button" onClick=${() => editAll(ids, () => ({ [field]: false }), off)}>Off</button>
        </div>`)}
      <button type="button" class="bulk-button" onClick=${() => { pricing.value = true; }}>Price…</button>
      <button type="button" class="bulk-button" onClick=${() => editAll(ids, remove, OFF_LOT)}>Take off the lot</button>
      <button type="button" class="bulk-button bulk-clear" aria-label="Clear the selection"
        onClick=${() => tickAll(false)}><${Icon} name="cross" /></button>
    </div>
    ${pricing.value && html`<${Pricing} ids=${ids} onClose=${() => { pricing.value = false; }} />`}`;
}

function remove(vehicle) {
  return vehicle.status === "sold" ? null : { status: "archived" };
}

function Pricing({ ids, onClose }) {
  const way = useSignal("lower");
  const unit = useSignal("$");
  const text = useSignal("");
  const vehicles = ids.map((id) => lot.value.get(id)).filter(Boolean);
  const planned = vehicles
    .map((vehicle) => [vehicle, changePrice(vehicle.price, way.value, unit.value, text.value)])
    .filter(([, price]) => price !== null);
  const priceless = way.value === "set" ? 0 : vehicles.filter((vehicle) => vehicle.price === null).length;
  const save = (event) => {
    event.preventDefault();
    if (!planned.length) return;
    const prices = new Map(planned.map(([vehicle, price]) => [vehicle.id, price]));
    editAll([...prices.keys()], (vehicle) => ({ price: prices.get(vehicle.id) }), { done: "New price", errand: "Pricing" });
    onClose();
  };
  return html`
    <${Dialog} title=${`Price of ${many(vehicles.length, "vehicle")}`} onClose=${onClose}>
      <form class="form" onSubmit=${save}>
        <div class="pricing">
          <${Field} label="What to do">${(input) => html`
            <select ...${input} value=${way.value} onChange=${(event) => { way.value = event.currentTarget.value; }}>
              <option value="lower">Lower by</option><option value="raise">Raise by</option><option value="set">Set to</option>
            </select>`}<//>
          <${Field} label="Amount" inputmode="decimal" autocomplete="off" required value=${text.value}
            onInput=${(event) => { text.value = event.currentTarget.value; }} />
          ${way.value !== "set" && html`<${Field} label="Of">${(input) => html`
            <select ...${input} value=${unit.value}
              onChange=${(event) => { unit.value = event.currentTarget.value; }}><option value="$">dollars</option><option value="%">percent</option></select>`}<//>`}
        </div>
        ${planned.length > 0 && html`
          <table class="plain-table">
            <caption class="unseen">What the prices become</caption>
            <tbody>${planned.slice(0, 4).map(([vehicle, price]) => html`<tr key=${vehicle.id}><th scope="row">${name(vehicle)}</th><td class="number"><s>${vehicle.price === null ? "" : money(vehicle.price)}</s></td><td class="number">${money(price)}</td></tr>`)}</tbody>
          </table>
          ${planned.length > 4 && html`<p class="soft">and ${many(planned.length - 4, "more vehicle")}</p>`}`}
        ${priceless > 0 && html`<p class="soft">${many(priceless, "vehicle has", "vehicles have")} no price and ${priceless === 1 ? "is" : "are"} left alone.</p>`}
        <div class="form-actions"><button class="button button-strong" disabled=${!planned.length}>Change ${many(planned.length, "price")}</button></div>
      </form>
    <//>`;
}
