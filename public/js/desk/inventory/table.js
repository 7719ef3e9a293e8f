/** The list as a table, on wide screens. */

import { flip, LABELS } from "../edits.js";
import { html, useEffect, useLayoutEffect, useRef } from "../html.js";
import { Badge, Switch } from "../parts.js";
import { Thumb } from "../pictures.js";
import { go, link } from "../route.js";
import { useRows } from "../rows.js";
import { reasons } from "../standing.js";
import { STATUS, amount, daysOnLot, many, name, number } from "../words.js";
import { AGING } from "../words/standing.js";
import { ask, filters, found, tellsWhy } from "./filters.js";
import { Marks } from "./marks.js";
import { cursor, isSelected, selected, tick, tickAll } from "./selection.js";
import { TABLE as TEXT } from "../words/inventory.js";

/** As in desk.css, .lot-row. */
const ROW_PX = 60;
const COLUMNS = [
  [TEXT.vehicle, "name", ""],
  [TEXT.stock, "stock", "col-stock"],
  [TEXT.mileage, "mileage", "number col-mileage"],
  [TEXT.price, "price", "number col-price"],
  [TEXT.days, "newest", "number col-days"],
  [TEXT.status, null, "col-status"],
  [TEXT.website, null, "col-switch"],
  [TEXT.thirdParty, null, "col-sites"],
];

/** The table, with rows rendered only near the window. */
export function Table() {
  const rows = found.value;
  const { place, from, to } = useRows(rows.length, ROW_PX);
  useEffect(() => cursor.subscribe((index) => index >= 0 && reveal(place.current, index)), []);
  const all = selected.value.length > 0 && selected.value.length >= rows.length;
  return html`
    <table class="lot-table" aria-rowcount=${rows.length + 1} aria-label=${TEXT.vehicles}>
      <thead>
        <tr aria-rowindex="1">
          <th class="col-tick"><input type="checkbox" class="tick" aria-label=${TEXT.selectAll} checked=${all} onChange=${(event) => tickAll(event.currentTarget.checked)} /></th>
          <th class="col-thumb"><span class="unseen">${TEXT.photo}</span></th>
          ${COLUMNS.map((column) => html`<${Column} key=${column[0]} column=${column} />`)}
        </tr>
      </thead>
      <tbody ref=${place}>
        ${from > 0 && html`<tr aria-hidden="true" key="above" style=${{ height: `${from * ROW_PX}px` }}></tr>`}
        ${rows.slice(from, to).map((vehicle, index) => html`<${Row} key=${vehicle.id} vehicle=${vehicle} index=${from + index} />`)}
        ${to < rows.length && html`<tr aria-hidden="true" key="below" style=${{ height: `${(rows.length - to) * ROW_PX}px` }}></tr>`}
      </tbody>
    </table>`;
}

function Column({ column: [words, order, kind] }) {
  if (!order) return html`<th scope="col" class=${kind}>${words}</th>`;
  const { sort } = filters.value;
  const down = order === "newest" ? "-days" : `-${order}`;
  const sorted = sort === order ? "ascending" : sort === down ? "descending" : undefined;
  return html`
    <th scope="col" class=${kind} aria-sort=${sorted}>
      <button type="button" class="sorter" onClick=${() => ask({ sort: sorted === "ascending" ? down : order })}>${words}</button>
    </th>`;
}

function Row({ vehicle, index }) {
  const anchor = useRef(null);
  const current = cursor.value === index;
  // Update before the next key arrives: Enter opens the row that the last key moved to.
  useLayoutEffect(() => {
    if (current) anchor.current.focus({ preventScroll: true });
  }, [current]);
  const on = isSelected(vehicle.id);
  const why = tellsWhy.value && reasons(vehicle);
  // A click opens the vehicle, except on a control of the row.
  const open = (event) => !event.target.closest("a, button, input") && !String(getSelection()) && go("vehicle", vehicle.id);
  return html`
    <tr class=${`lot-row${on ? " lot-row-on" : ""}`} aria-rowindex=${index + 2} onClick=${open}>
      <td class="col-tick"><label class="tick-place"><input type="checkbox" class="tick" aria-label=${TEXT.select(name(vehicle), vehicle.stockNumber ?? TEXT.none)} checked=${on} onClick=${(event) => tick(vehicle.id, event.shiftKey)} /></label></td>
      <td class="col-thumb"><${Thumb} vehicle=${vehicle} /></td>
      <th scope="row" class="col-name">
        <a ref=${anchor} href=${link("vehicle", vehicle.id)}>${name(vehicle)}</a>
        ${why ? html`<span class="second" title=${why}>${why}</span>` : html`<span class="second">${[vehicle.trim, vehicle.exteriorColor, ...priceNotes(vehicle)].filter(Boolean).join(" · ")}</span>`}
      </th>
      <td class="col-stock">${vehicle.stockNumber ?? "–"}</td>
      <td class="number">${vehicle.mileage === null ? "–" : number(vehicle.mileage)}</td>
      <td class="number col-price">${amount(vehicle.price)}</td>
      <td class="number">${daysOnLot(vehicle) ?? "–"}</td>
      <td><${Badge} of=${STATUS} state=${vehicle.status} /></td>
      ${Object.keys(LABELS).map((field) => html`
        <td key=${field} class=${field === "publishToThirdParty" ? "col-sites" : "col-switch"}><${Switch} unseen on=${vehicle[field]} label=${TEXT.toggle(LABELS[field], name(vehicle), vehicle.stockNumber ?? TEXT.none)} onFlip=${() => flip(vehicle, field)} />${field === "publishToThirdParty" && html`<${Marks} vehicle=${vehicle} />`}</td>`)}
    </tr>`;
}

/** Whether the price fell lately, and how often it changed. */
function priceNotes(vehicle) {
  return [vehicle.priceReduced && AGING.reduced, vehicle.priceChanges && many(vehicle.priceChanges, AGING.change)];
}

/** Scroll until a row can be seen. */
function reveal(body, index) {
  if (!body) return;
  const top = body.getBoundingClientRect().top + index * ROW_PX;
  const head = body.previousElementSibling.getBoundingClientRect();
  const least = head.height + 8;
  const most = window.innerHeight - ROW_PX - 8;
  if (top < least) window.scrollBy(0, top - least);
  else if (top > most) window.scrollBy(0, top - most);
}
