/** Above the list: the views with their counts, the search, the filters, the order. */

import { html, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { Dialog, Field } from "../parts.js";
import { toast } from "../toasts.js";
import { STATUS, number } from "../words.js";
import { ORDERS, VIEWS, ask, askFor, counts, filters, forgetView, queryOf, saveView, savedViews, valuesOf } from "./filters.js";

const CHIPS = {
  make: (value) => value,
  location: (value) => value,
  body: (value) => value,
  status: (value) => STATUS[value]?.[0] ?? value,
  priceMin: (value) => `from $${number(value)}`,
  priceMax: (value) => `up to $${number(value)}`,
  yearMin: (value) => `from ${value}`,
  yearMax: (value) => `up to ${value}`,
};
// These views are shown only when they contain a vehicle.
const RARE = ["price", "photos", "vin"];

/** The views: lists that dealers often want, one tap away. */
export function Views() {
  const { view } = filters.value;
  const query = queryOf({ ...filters.value, sort: "newest" });
  const shown = Object.keys(VIEWS).filter((name) => !RARE.includes(name) || counts.value[name] || view === name);
  const own = savedViews.value.find((saved) => saved.query === queryOf(filters.value));
  return html`
    <nav class="views" aria-label="Views">
      ${shown.map((name) => html`
        <button key=${name} type="button" class="view" aria-current=${!own && view === name ? "true" : undefined}
          onClick=${() => askFor(name === "lot" ? "" : `view=${name}`)}>
          ${VIEWS[name][0]}${name !== "archived" && html`<span class="view-count">${number(counts.value[name])}</span>`}
        </button>`)}
      ${savedViews.value.map((saved) => html`
        <span key=${saved.name} class="view-own">
          <button type="button" class="view" aria-current=${saved === own ? "true" : undefined}
            onClick=${() => askFor(saved.query)}>${saved.name}</button>
          ${saved === own && html`<button type="button" class="icon-button" aria-label=${`Forget the view ${saved.name}`} onClick=${() => remove(saved)}><${Icon} name="cross" /></button>`}
        </span>`)}
      ${query && !own && queryOf({ ...filters.value, view: "lot", sort: "newest" }) && html`<${SaveView} />`}
    </nav>`;
}

function remove(saved) {
  forgetView(saved.name);
  toast({ words: `The view ${saved.name} is gone.`, undo: () => { askFor(saved.query); saveView(saved.name); } });
}

function SaveView() {
  const open = useSignal(false);
  const input = useRef(null);
  const save = (event) => {
    event.preventDefault();
    const name = input.current.value.trim();
    if (!name) return;
    saveView(name);
    open.value = false;
  };
  return html`
    <button type="button" class="view view-save" onClick=${() => { open.value = true; }}><${Icon} name="plus" />Save view</button>
    ${open.value && html`
      <${Dialog} title="Save this view" onClose=${() => { open.value = false; }}>
        <form class="form" onSubmit=${save}>
          <${Field} label="Name" inputRef=${input} maxlength="30" required autocomplete="off"
            placeholder="Trucks under $20,000" />
          <div class="form-actions"><button class="button button-strong">Save</button></div>
        </form>
      <//>`}`;
}

/** Search, filters and order. */
export function Toolbar() {
  const open = useSignal(false);
  const wanted = filters.value;
  const set = Object.keys(CHIPS).filter((name) => wanted[name]);
  return html`
    <div class="toolbar" role="search">
      <label class="search">
        <${Icon} name="search" /><span class="unseen">Search the lot</span>
        <input class="control" id="find" type="search" placeholder="Search make, model, stock, VIN" maxlength="100"
          autocomplete="off" spellcheck=${false}
          value=${wanted.q} onInput=${(event) => ask({ q: event.currentTarget.value })} onKeyDown=${(event) => event.key === "Escape" && leave(event)} />
      </label>
      <button type="button" class="button" aria-expanded=${open.value ? "true" : "false"} aria-controls="filters"
        onClick=${() => { open.value = !open.value; }}>
        <${Icon} name="filter" />Filters${set.length > 0 && html`<span class="count">${set.length}</span>`}
      </button>
      <label class="order"><span class="unseen">Order</span>
        <select class="control" value=${wanted.sort} onChange=${(event) => ask({ sort: event.currentTarget.value })}>
          ${Object.entries(ORDERS).map(([name, [words]]) => html`<option key=${name} value=${name}>${words}</option>`)}
        </select>
      </label>
    </div>
    ${open.value && html`<${Filters} />`}
    ${set.length > 0 && html`
      <ul class="chips" aria-label="Filters that are set">
        ${set.map((name) => html`<li key=${name}><button type="button" class="chip" aria-label=${`Remove the filter ${CHIPS[name](wanted[name])}`} onClick=${() => ask({ [name]: "" })}>${CHIPS[name](wanted[name])}<${Icon} name="cross" /></button></li>`)}
        <li><button type="button" class="button-quiet" onClick=${() => ask(Object.fromEntries(set.map((name) => [name, ""])))}>Clear</button></li>
      </ul>`}`;
}

function leave(event) {
  if (event.currentTarget.value) ask({ q: "" });
  else event.currentTarget.blur();
  event.preventDefault();
}

function Filters() {
  return html`
    <div class="filters" id="filters">
      <${Choice} name="make" label="Make" values=${valuesOf("make").sort()} />
      <${Choice} name="body" label="Body style" values=${valuesOf("bodyStyle").sort()} />
      <${Choice} name="location" label="Location" values=${valuesOf("location").sort()} />
      <${Choice} name="status" label="Status" values=${["available", "pending"]} words=${(value) => STATUS[value][0]} />
      <${Bound} name="priceMin" label="Price from" /><${Bound} name="priceMax" label="Price up to" />
      <${Bound} name="yearMin" label="Year from" /><${Bound} name="yearMax" label="Year up to" />
    </div>`;
}

function Choice({ name, label, values, words = (value) => value }) {
  return html`
    <${Field} label=${label}>
      ${(input) => html`
        <select ...${input} value=${filters.value[name]} onChange=${(event) => ask({ [name]: event.currentTarget.value })}>
          <option value="">Any</option>
          ${values.map((value) => html`<option key=${value} value=${value}>${words(value)}</option>`)}
        </select>`}
    <//>`;
}

function Bound({ name, label }) {
  const read = (event) => ask({ [name]: event.currentTarget.value.replace(/\D/g, "").slice(0, 8) });
  return html`<${Field} label=${label} inputmode="numeric" autocomplete="off" value=${filters.value[name]} onInput=${read} />`;
}

