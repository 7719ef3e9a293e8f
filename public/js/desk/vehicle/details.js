/** What a vehicle is, field by field. */

import { FIELDS } from "../fields.js";
import { html } from "../html.js";
import { valuesOf } from "../inventory/filters.js";
import { InPlace } from "./in-place.js";

// The others have cards of their own, or stand below.
const ELSEWHERE = new Set(["price", "purchasePrice", "purchaseDate", "description"]);
const SHOWN = Object.keys(FIELDS).filter((field) => !ELSEWHERE.has(field));

/** The card. */
export function Details({ vehicle }) {
  return html`
    <section class="card" aria-labelledby="details-title">
      <h2 id="details-title">Details</h2>
      ${!vehicle.vinValid && html`<p class="note note-warn">${vehicle.vin ? "The VIN's check digit does not work out." : "The vehicle has no VIN."} Listing sites will not take it.</p>`}
      <div class="lines lines-two">${SHOWN.map((field) => html`<${InPlace} key=${field} vehicle=${vehicle} field=${field} />`)}</div>
      <div class="lines"><${InPlace} vehicle=${vehicle} field="description" /></div>
      <${Suggestions} />
    </section>`;
}

/** What other vehicles say in the same field, offered while typing. */
export function Suggestions() {
  return SHOWN.filter((field) => FIELDS[field].suggest).map((field) => html`
    <datalist key=${field} id=${`values-${field}`}>${valuesOf(field, 60).map((value) => html`<option key=${value} value=${value} />`)}</datalist>`);
}
