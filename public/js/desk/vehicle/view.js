/** One vehicle: everything about it, changed where it stands. */

import { clashOf, ClashDialog } from "./clash-dialog.js";
import { useAbout } from "./about.js";
import { Details } from "./details.js";
import { History } from "./history.js";
import { Money } from "./money.js";
import { Photos } from "./photos.js";
import { Publishing } from "./publishing.js";
import { Sell } from "./sell.js";
import { standingSale, Sold } from "./sold.js";
import { Work } from "./work.js";
import { editAll, flip } from "../edits.js";
import { filters, found, queryOf } from "../inventory/filters.js";
import { html, useEffect, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { complete, lot } from "../lot.js";
import { Menu } from "../menu.js";
import { Badge, Empty, Loading } from "../parts.js";
import { go, link } from "../route.js";
import { STATUS, amount, daysOnLot, many, miles, name } from "../words.js";
import { VEHICLE as TEXT } from "../words/vehicle.js";

/** `#/vehicle/<id>`. */
export function Vehicle({ id }) {
  const about = useAbout(id);
  const vehicle = lot.value.get(id);
  useEffect(() => window.scrollTo(0, 0), [id]);
  useEffect(() => { document.title = vehicle ? `${name(vehicle)} · CarLot Manager` : TEXT.carlotManager; }, [vehicle && name(vehicle)]);
  if (!vehicle) return html`<${Missing} fault=${about.fault.value} />`;
  return html`<${Shown} key=${id} vehicle=${vehicle} about=${about} />`;
}

function Missing({ fault }) {
  if (!fault || (fault.passing && !complete.value)) return html`<${Loading} words=${TEXT.loading} />`;
  return html`
    <${Empty} alone icon="car" title=${fault.status === 404 ? TEXT.missing : TEXT.failed}>
      <p>${fault.status === 404 ? TEXT.missingNote : fault.message}</p>
      <p><a class="button" href=${link("inventory")}>${TEXT.toInventory}</a></p>
    <//>`;
}

function Shown({ vehicle, about }) {
  const selling = useSignal(false);
  const sale = standingSale(about);
  const sellable = vehicle.status === "available" || vehicle.status === "pending";
  const sell = () => { selling.value = sellable; };
  useKeys({
    s: sell,
    w: () => flip(lot.peek().get(vehicle.id), "publishToWebsite"),
    t: () => flip(lot.peek().get(vehicle.id), "publishToThirdParty"),
    "[": () => step(vehicle.id, -1),
    "]": () => step(vehicle.id, 1),
    Escape: () => go("inventory", null, queryOf(filters.peek())),
  }, [vehicle.id, sellable]);
  return html`
    <${Top} vehicle=${vehicle} />
    <header class="vehicle-head">
      <div>
        <h1 tabindex="-1">${name(vehicle)}</h1>
        <p class="vehicle-facts">${[vehicle.trim, vehicle.stockNumber && TEXT.stock(vehicle.stockNumber), vehicle.mileage !== null && miles(vehicle.mileage), dayCount(vehicle)].filter(Boolean).join(" · ")}</p>
      </div>
      <p class="vehicle-price">${amount(vehicle.price)}<${Badge} of=${STATUS} state=${vehicle.status} /></p>
      <div class="vehicle-actions">
        ${sellable && html`<button type="button" class="button button-strong" onClick=${sell}><${Icon} name="sale" />${TEXT.sell}</button>`}
        <${More} vehicle=${vehicle} />
      </div>
    </header>
    ${vehicle.status === "sold" && html`<${Sold} vehicle=${vehicle} sale=${sale} about=${about} />`}
    <div class="vehicle-columns">
      <div class="column"><${Photos} vehicle=${vehicle} /><${Details} vehicle=${vehicle} /></div>
      <div class="column">
        <${Publishing} vehicle=${vehicle} about=${about} />
        <${Money} vehicle=${vehicle} about=${about} sale=${sale} />
        <${Work} vehicle=${vehicle} about=${about} />
        <${History} vehicle=${vehicle} about=${about} />
      </div>
    </div>
    ${selling.value && html`<${Sell} vehicle=${vehicle} onClose=${() => { selling.value = false; }} />`}
    ${clashOf(vehicle.id) && html`<${ClashDialog} entry=${clashOf(vehicle.id)} />`}`;
}

/** The way back to the list, and to the vehicles before and behind in it. */
function Top({ vehicle }) {
  const place = found.value.findIndex((each) => each.id === vehicle.id);
  const neighbour = (by) => (place >= 0 ? found.value[place + by] : null);
  const arrow = (by, label, icon) => {
    const there = neighbour(by);
    return there
      ? html`<a class="icon-button" aria-label=${label} href=${link("vehicle", there.id)}><${Icon} name=${icon} /></a>`
      : html`<span class="icon-button" aria-hidden="true"><${Icon} name=${icon} /></span>`;
  };
  return html`
    <nav class="vehicle-top" aria-label=${TEXT.around}>
      <a class="vehicle-back" href=${link("inventory", null, queryOf(filters.value))}><${Icon} name="back" />${TEXT.inventory}</a>
      ${place >= 0 && html`<span class="vehicle-place"><span class="soft">${TEXT.place(place + 1, found.value.length)}</span>${arrow(-1, TEXT.previous, "back")}${arrow(1, TEXT.next, "next")}</span>`}
    </nav>`;
}

function More({ vehicle }) {
  const to = (status, done) => () => editAll([vehicle.id], () => ({ status }), { done, errand: TEXT.changingStatus });
  const items = {
    available: [[TEXT.markPending, to("pending", TEXT.markedPending)], [TEXT.archive, to("archived", TEXT.archived)]],
    pending: [[TEXT.markAvailable, to("available", TEXT.markedAvailable)], [TEXT.archive, to("archived", TEXT.archived)]],
    archived: [[TEXT.restore, to("available", TEXT.restored)]],
    sold: [],
  }[vehicle.status];
  const onPage = vehicle.status === "available" && vehicle.publishToWebsite;
  return html`<${Menu} label=${TEXT.more} items=${[...items, ...(onPage ? [[TEXT.seeOnWebsite, null, vehicle.url]] : [])]} />`;
}

function dayCount(vehicle) {
  const days = daysOnLot(vehicle);
  return vehicle.status === "sold" || days === null ? null : days === 0 ? TEXT.newToday : TEXT.daysOnLot(many(days, TEXT.day));
}

function step(id, by) {
  const list = found.peek();
  const place = list.findIndex((each) => each.id === id);
  if (place >= 0 && list[place + by]) go("vehicle", list[place + by].id);
}

