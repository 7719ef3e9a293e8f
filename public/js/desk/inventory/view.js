/** The lot as a list: to search, filter, sort, tick, and change many at once. */

import { html, signal, useEffect, useLayoutEffect } from "../html.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { SORTS, archiveKnown, complete, loadArchive, lot, total } from "../lot.js";
import { reachable } from "../network.js";
import { Empty, Head, Loading } from "../parts.js";
import { go, link, route, scrolledTo } from "../route.js";
import { toast } from "../toasts.js";
import { number, vehicles } from "../words.js";
import { Aging } from "./aging.js";
import { Bulk } from "./bulk.js";
import { Cards } from "./cards.js";
import { MarksWords } from "./marks.js";
import { FirstSteps } from "./first-steps.js";
import { askFor, filters, found, queryOf } from "./filters.js";
import { cursor, selected, tick, tickAll } from "./selection.js";
import { Table } from "./table.js";
import { Toolbar, Views } from "./toolbar.js";
import { INVENTORY as TEXT } from "../words/inventory.js";

const NARROW = window.matchMedia("(max-width: 56rem)");
const narrow = signal(NARROW.matches);
NARROW.addEventListener("change", () => { narrow.value = NARROW.matches; });

/** `#/inventory`. */
export function Inventory() {
  useLayoutEffect(() => window.scrollTo(0, scrolledTo(route.peek().path)), []);
  useKeys({
    "/": () => document.getElementById("find")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => found.peek()[cursor.peek()] && tick(found.peek()[cursor.peek()].id),
    n: () => go("vehicle", "new"),
    Escape: () => (selected.peek().length ? tickAll(false) : askFor("")),
  });
  const archived = filters.value.view === "archived";
  useEffect(() => {
    if (archived && !archiveKnown.peek()) loadArchive().catch((problem) => toast({ words: problem.message, bad: true }));
  }, [archived, reachable.value]);
  useEffect(() => { cursor.value = -1; }, [queryOf(filters.value)]);
  const empty = complete.value && !lot.value.size;
  // In an order that only the desk knows, rows would move until the whole lot is here.
  const settled = complete.value || SORTS.includes(filters.value.sort);
  return html`
    <${Head} title=${TEXT.inventory} note=${total.value === null ? "" : vehicles(total.value)}>
      <a class="button button-plain button-fold" href="/api/vehicles/export.csv"
        download="vehicles.csv"><${Icon} name="download" /><span>${TEXT.export}</span></a>
      <a class="button button-plain button-fold" href=${link("import")}><${Icon} name="upload" /><span>${TEXT.import}</span></a>
      <a class="button button-strong button-fold"
        href=${link("vehicle", "new")}><${Icon} name="plus" /><span>${TEXT.addVehicle}</span></a>
    <//>
    ${empty ? html`<${FirstSteps} />` : html`
      <${Views} />
      <${Aging} />
      <${Toolbar} />
      <p class="unseen" role="status">${TEXT.found(vehicles(found.value.length))}</p>
      ${settled && found.value.length ? html`<${narrow.value ? Cards : Table} />` : html`<${Nothing} />`}
      <${MarksWords} />
      <${Bulk} />`}`;
}

function Nothing() {
  if (!complete.value) return html`<${Loading} words=${TEXT.loading} />`;
  if (filters.value.view === "archived" && !archiveKnown.value) return html`<${Loading} words=${TEXT.loadingArchive} />`;
  const { view, q } = filters.value;
  const plain = queryOf({ ...filters.value, sort: "newest" }) === (view === "lot" ? "" : `view=${view}`);
  return html`
    <${Empty} icon="search" title=${plain ? TEXT.nothingHere : TEXT.noMatch}>
      ${plain ? html`<p>${TEXT.emptyView}</p>` : html`<p>${TEXT.searched} ${number(lot.value.size)} ${TEXT.vehicles}${q ? html` ${TEXT.for(q)}` : ""}.</p>`}
      <p><button type="button" class="button" onClick=${() => askFor("")}>${TEXT.showAll}</button></p>
    <//>`;
}

function move(by) {
  const most = found.peek().length - 1;
  if (most < 0) return;
  cursor.value = Math.max(0, Math.min(most, cursor.peek() + by));
}
