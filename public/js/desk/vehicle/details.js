/** What a vehicle is, field by field. */

import { edit } from "../edits.js";
import { FIELDS } from "../fields.js";
import { html } from "../html.js";
import { valuesOf } from "../inventory/filters.js";
import { InPlace } from "./in-place.js";
import { VinOffer, useOffer } from "./vin-offer.js";
import { name } from "../words.js";
import { DETAILS as TEXT, VIN_OFFER as OFFER } from "../words/vehicle.js";

// The others have cards of their own, or stand below.
const ELSEWHERE = new Set(["price", "purchasePrice", "purchaseDate", "description"]);
const SHOWN = Object.keys(FIELDS).filter((field) => !ELSEWHERE.has(field));

/** The card. */
export function Details({ vehicle }) {
  const onLot = vehicle.status === "available" || vehicle.status === "pending";
  const offer = useOffer(onLot && vehicle.vinValid ? vehicle.vin : "");
  const take = (details) => edit(vehicle.id, details, { words: OFFER.entry(name(vehicle)) });
  return html`
    <section class="card" aria-labelledby="details-title">
      <h2 id="details-title">${TEXT.details}</h2>
      ${!vehicle.vinValid && html`<p class="note note-warn">${TEXT.refused(vehicle.vin ? TEXT.badVin : TEXT.noVin)}</p>`}
      <${VinOffer} offer=${offer} has=${vehicle} take=${take} />
      <div class="lines lines-two">${SHOWN.map((field) => html`<${InPlace} key=${field} vehicle=${vehicle} field=${field} fromVin=${vehicle[field] !== null && offer?.filled[field] === vehicle[field]} />`)}</div>
      <div class="lines"><${InPlace} vehicle=${vehicle} field="description" /></div>
      <${Suggestions} />
    </section>`;
}

/** What other vehicles say in the same field, offered while typing. */
export function Suggestions() {
  return SHOWN.filter((field) => FIELDS[field].suggest).map((field) => html`
    <datalist key=${field} id=${`values-${field}`}>${valuesOf(field, 60).map((value) => html`<option key=${value} value=${value} />`)}</datalist>`);
}
