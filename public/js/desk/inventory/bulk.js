/** Changes to all selected vehicles: publish, unpublish, price, remove. */

import { editAll } from "../edits.js";
import { html, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { lot } from "../lot.js";
import { Dialog, Field } from "../parts.js";
import { forecast } from "../standing.js";
import { many, money, name } from "../words.js";
import { changePrice } from "./prices.js";
import { selected, tickAll } from "./selection.js";
import { BULK as TEXT } from "../words/inventory.js";

/** @type {[string, string, any, any][]} */
const SWITCHES = [
  [TEXT.website, "publishToWebsite", { done: TEXT.published, errand: TEXT.publishing }, { done: TEXT.unpublished, errand: TEXT.unpublishing }],
  [TEXT.thirdParty, "publishToThirdParty", { done: TEXT.setToPublish, errand: TEXT.publishing }, { done: TEXT.offSites, errand: TEXT.takingOffSites }],
];
const ARCHIVE = { done: TEXT.archived, errand: TEXT.archiving };

/** The bar that shows while vehicles are selected. */
export function Bulk() {
  const pricing = useSignal(false);
  const ids = selected.value;
  if (!ids.length) return null;
  return html`
    <div class="bulk" role="toolbar" aria-label=${TEXT.bar(many(ids.length, TEXT.vehicle))}>
      <p class="bulk-count"><strong>${many(ids.length, TEXT.vehicle)}</strong></p>
      ${SWITCHES.map(([label, field, on, off]) => html`
        <div class="bulk-pair" role="group" aria-label=${label} key=${field}>
          <span aria-hidden="true">${label}</span>
          <button type="button" class="bulk-button" onClick=${() => editAll(ids, () => ({ [field]: true }), said(field, on))}>${TEXT.on}</button>
          <button type="button" class="bulk-button" onClick=${() => editAll(ids, () => ({ [field]: false }), off)}>${TEXT.off}</button>
        </div>`)}
      <button type="button" class="bulk-button" onClick=${() => { pricing.value = true; }}>${TEXT.price}</button>
      <button type="button" class="bulk-button" onClick=${() => editAll(ids, remove, ARCHIVE)}>${TEXT.archive}</button>
      <button type="button" class="bulk-button bulk-clear" aria-label=${TEXT.clear}
        onClick=${() => tickAll(false)}><${Icon} name="cross" /></button>
    </div>
    ${pricing.value && html`<${Pricing} ids=${ids} onClose=${() => { pricing.value = false; }} />`}`;
}

/** What is said when a switch goes on: for the listing sites also what that comes to. */
function said(field, on) {
  if (field !== "publishToThirdParty") return on;
  return { ...on, more: (ids) => forecast(ids.map((id) => lot.peek().get(id)).filter(Boolean)) };
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
    const words = { done: TEXT.repriced, errand: TEXT.repricing };
    editAll([...prices.keys()], (vehicle) => ({ price: prices.get(vehicle.id) }), words);
    onClose();
  };
  return html`
    <${Dialog} title=${TEXT.priceOf(many(vehicles.length, TEXT.vehicle))} onClose=${onClose}>
      <form class="form" onSubmit=${save}>
        <div class="pricing">
          <${Field} label=${TEXT.how}>${(input) => html`
            <select ...${input} value=${way.value} onChange=${(event) => { way.value = event.currentTarget.value; }}>
              <option value="lower">${TEXT.lowerBy}</option><option value="raise">${TEXT.raiseBy}</option><option value="set">${TEXT.setTo}</option>
            </select>`}<//>
          <${Field} label=${TEXT.amount} inputmode="decimal" autocomplete="off" required value=${text.value}
            onInput=${(event) => { text.value = event.currentTarget.value; }} />
          ${way.value !== "set" && html`<${Field} label=${TEXT.unit}>${(input) => html`
            <select ...${input} value=${unit.value}
              onChange=${(event) => { unit.value = event.currentTarget.value; }}><option value="$">${TEXT.dollars}</option><option value="%">${TEXT.percent}</option></select>`}<//>`}
        </div>
        ${planned.length > 0 && html`
          <table class="plain-table">
            <caption class="unseen">${TEXT.newPrices}</caption>
            <tbody>${planned.slice(0, 4).map(([vehicle, price]) => html`<tr key=${vehicle.id}><th scope="row">${name(vehicle)}</th><td class="number"><s>${vehicle.price === null ? "" : money(vehicle.price)}</s></td><td class="number">${money(price)}</td></tr>`)}</tbody>
          </table>
          ${planned.length > 4 && html`<p class="soft">${TEXT.andMore(many(planned.length - 4, TEXT.moreVehicle))}</p>`}`}
        ${priceless > 0 && html`<p class="soft">${TEXT.noPrice(many(priceless, TEXT.vehicleHas, TEXT.vehiclesHave))}</p>`}
        <div class="form-actions"><button class="button button-strong" disabled=${!planned.length}>${TEXT.changePrices(many(planned.length, TEXT.onePrice))}</button></div>
      </form>
    <//>`;
}
