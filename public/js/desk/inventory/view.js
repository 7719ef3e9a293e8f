/** The lot as a list: to search, filter, sort, tick, and change many at once. */

import { html, signal, useEffect, useLayoutEffect, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { archiveKnown, complete, loadArchive, lot, total } from "../lot.js";
import { Empty, Head } from "../parts.js";
import { go, link, route, scrolledTo } from "../route.js";
import { toast } from "../toasts.js";
import { number, vehicles } from "../words.js";
import { Bulk } from "./bulk.js";
import { Cards } from "./cards.js";
import { CsvImport } from "./csv-import.js";
import { FirstSteps } from "./first-steps.js";
import { askFor, filters, found, queryOf } from "./filters.js";
import { cursor, selected, tick, tickAll } from "./selection.js";
import { Table } from "./table.js";
import { Toolbar, Views } from "./toolbar.js";

const NARROW = window.matchMedia("(max-width: 56rem)");
const narrow = signal(NARROW.matches);
NARROW.addEventListener("change", () => { narrow.value = NARROW.matches; });

/** `#/inventory`. */
export function Inventory() {
  const importing = useSignal(false);
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
  }, [archived]);
  useEffect(() => { cursor.value = -1; }, [queryOf(filters.value)]);
  const empty = complete.value && !lot.value.size;
  return html`
    <${Head} title="Inventory" note=${total.value === null ? "" : vehicles(total.value)}>
      <a class="button button-plain button-fold" href="/api/vehicles/export.csv"
        download="vehicles.csv"><${Icon} name="download" /><span>Export</span></a>
      <button type="button" class="button button-plain button-fold"
        onClick=${() => { importing.value = true; }}><${Icon} name="upload" /><span>Import</span></button>
      <a class="button button-strong button-fold"
        href=${link("vehicle", "new")}><${Icon} name="plus" /><span>Add vehicle</span></a>
    <//>
    ${empty ? html`<${FirstSteps} onImport=${() => { importing.value = true; }} />` : html`
      <${Views} />
      <${Toolbar} />
      <p class="unseen" role="status">${vehicles(found.value.length)} found</p>
      ${found.value.length ? html`<${narrow.value ? Cards : Table} />` : html`<${Nothing} />`}
      <${Bulk} />`}
    ${importing.value && html`<${CsvImport} onClose=${() => { importing.value = false; }} />`}`;
}

function Nothing() {
  if (!complete.value) return html`<p class="loading" role="status">Fetching the lot…</p>`;
  if (filters.value.view === "archived" && !archiveKnown.value) return html`<p class="loading" role="status">Fetching what is off the lot…</p>`;
  const { view, q } = filters.value;
  const plain = queryOf({ ...filters.value, sort: "newest" }) === (view === "lot" ? "" : `view=${view}`);
  return html`
    <${Empty} icon="search" title=${plain ? "Nothing here: all is well" : "Nothing matches all of that"}>
      ${plain ? html`<p>No vehicle is in this view.</p>` : html`<p>Searched among ${number(lot.value.size)} vehicles${q ? html` for “${q}”` : ""}.</p>`}
      <p><button type="button" class="button" onClick=${() => askFor("")}>Show the whole lot</button></p>
    <//>`;
}

function move(by) {
  const most = found.peek().length - 1;
  if (most < 0) return;
  cursor.value = Math.max(0, Math.min(most, cursor.peek() + by));
}
