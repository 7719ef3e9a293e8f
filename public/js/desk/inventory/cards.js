/** The list on a phone: a card for each vehicle, to be read and tapped with one thumb. */

import { html, useEffect, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { Badge } from "../parts.js";
import { Thumb } from "../pictures.js";
import { link } from "../route.js";
import { useRows } from "../rows.js";
import { STATUS, amount, miles, name } from "../words.js";
import { reasons } from "../standing.js";
import { found, tellsWhy } from "./filters.js";
import { Marks } from "./marks.js";
import { isSelected, selected, tick, tickAll } from "./selection.js";
import { CARDS as TEXT } from "../words/inventory.js";

/** As in desk.css, .lot-card. */
const CARD_PX = 104;
const LONG_MS = 450;

/** Cards for the list, rendered only near the window. A long press selects a card; after that, a tap selects further cards. */
export function Cards() {
  const rows = found.value;
  const { place, from, to } = useRows(rows.length, CARD_PX);
  const ticking = useSignal(false);
  const choosing = ticking.value || selected.value.length > 0;
  const choose = () => {
    ticking.value = !choosing;
    if (choosing) tickAll(false);
  };
  return html`
    <p class="cards-tools"><button type="button" class="button-quiet" onClick=${choose}>${choosing ? TEXT.done : TEXT.selectSeveral}</button></p>
    <ul class="lot-cards" ref=${place} style=${{ height: `${rows.length * CARD_PX}px` }}>
      ${rows.slice(from, to).map((vehicle, index) => html`<${Card} key=${vehicle.id} vehicle=${vehicle} index=${from + index} count=${rows.length} choosing=${choosing} />`)}
    </ul>`;
}

function Card({ vehicle, index, count, choosing }) {
  const held = useHold(() => tick(vehicle.id));
  const on = isSelected(vehicle.id);
  const why = tellsWhy.value && reasons(vehicle);
  const facts = why || [vehicle.stockNumber, vehicle.mileage === null ? null : miles(vehicle.mileage)].filter(Boolean).join(" · ");
  return html`
    <li class=${`lot-card${on ? " lot-row-on" : ""}`} aria-setsize=${count} aria-posinset=${index + 1}
      style=${{ top: `${index * CARD_PX}px` }} ...${held}>
      ${choosing && html`<label class="tick-place"><input type="checkbox" class="tick" aria-label=${TEXT.select(name(vehicle), vehicle.stockNumber ?? TEXT.none)} checked=${on} onClick=${() => tick(vehicle.id)} /></label>`}
      <${Thumb} vehicle=${vehicle} />
      <div class="lot-card-text">
        <a href=${link("vehicle", vehicle.id)}>${name(vehicle)}</a>
        <p class="second lot-card-facts"><span title=${why || undefined}>${facts}</span><${Marks} vehicle=${vehicle} /></p>
        <p class="lot-card-line"><strong>${amount(vehicle.price)}</strong>${vehicle.status === "available" ? html`<${Shown} vehicle=${vehicle} />` : html`<${Badge} of=${STATUS} state=${vehicle.status} />`}</p>
      </div>
    </li>`;
}

function Shown({ vehicle }) {
  if (!vehicle.publishToWebsite) return html`<span class="badge badge-plain">${TEXT.notPublished}</span>`;
  return html`<span class="badge badge-good"><${Icon} name="check" />${TEXT.website}</span>`;
}

/** The properties that give an element separate actions for a long press and a tap. */
function useHold(run) {
  const timer = useRef(null);
  const fired = useRef(false);
  const end = () => clearTimeout(timer.current);
  useEffect(() => end, []);
  return {
    onPointerDown: (event) => {
      fired.current = false;
      if (event.pointerType === "touch") timer.current = setTimeout(() => { fired.current = true; run(); }, LONG_MS);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerMove: (event) => (Math.abs(event.movementX) + Math.abs(event.movementY) > 6) && end(),
    onContextMenu: (event) => fired.current && event.preventDefault(),
    onClickCapture: (event) => {
      if (!fired.current) return;
      event.preventDefault();
      event.stopPropagation();
      fired.current = false;
    },
  };
}
