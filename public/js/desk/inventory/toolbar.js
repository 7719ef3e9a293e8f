/** Above the list: the views with their counts, the search, the filters, the order. */

import { html, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { complete, total } from "../lot.js";
import { Dialog, Field } from "../parts.js";
import { link } from "../route.js";
import { partner } from "../task-words.js";
import { toast } from "../toasts.js";
import { CHIP, VIEW } from "../words/standing.js";
import { STATUS, number } from "../words.js";
import { ORDERS, VIEWS, ask, askFor, counts, filters, forgetView, queryOf, saveView, savedViews, valuesOf } from "./filters.js";
import { TOOLBAR as TEXT } from "../words/inventory.js";

const CHIPS = {
  make: (value) => value,
  location: (value) => value,
  body: (value) => value,
  status: (value) => STATUS[value]?.[0] ?? value,
  priceMin: (value) => `from $${number(value)}`,
  priceMax: (value) => `up to $${number(value)}`,
  yearMin: (value) => `from ${value}`,
  yearMax: (value) => `up to ${value}`,
  age: (value) => CHIP.age[value] ?? value,
  listing: (value) => CHIP.listing[value] ?? value,
  site: (value) => CHIP.site(partner(value)),
};
// These views are shown only when they contain a vehicle.
const RARE = ["needs", "notListed", "refused", "waiting", "price", "photos", "vin"];
/** Vehicles that come with the first page. Of a larger lot the row of the rare views is there before they are known. */
const FIRST = 100;

/** The views: lists that dealers often want, one tap away. */
export function Views() {
  const { view } = filters.value;
  const query = queryOf({ ...filters.value, sort: "newest" });
  const rare = RARE.filter((name) => view === name || (complete.value && counts.value[name]));
  const own = savedViews.value.find((saved) => saved.query === queryOf(filters.value));
  return html`
    <nav class="views" aria-label=${TEXT.views}>
      ${Object.keys(VIEWS).filter((name) => !RARE.includes(name)).map((name) => html`<${View} key=${name} name=${name} current=${!own && view === name} />`)}
      ${savedViews.value.map((saved) => html`
        <span key=${saved.name} class="view-own">
          <button type="button" class="view" aria-current=${saved === own ? "true" : undefined}
            onClick=${() => askFor(saved.query)}>${saved.name}</button>
          ${saved === own && html`<button type="button" class="icon-button" aria-label=${TEXT.deleteView(saved.name)} onClick=${() => remove(saved)}><${Icon} name="cross" /></button>`}
        </span>`)}
      ${query && !own && queryOf({ ...filters.value, view: "lot", sort: "newest" }) && html`<${SaveView} />`}
    </nav>
    ${(rare.length > 0 || total.value > FIRST) && html`
      <nav class="views views-rare" aria-label=${VIEW.rare}>
        ${rare.map((name) => html`<${View} key=${name} name=${name} current=${!own && view === name} />`)}
      </nav>`}`;
}

/** A view as a link with its count, whose space is kept from the first paint on, so that nothing moves when it comes. */
function View({ name, current }) {
  const wide = `${number(total.value ?? 0).length}ch`;
  return html`
    <a class="view" aria-current=${current ? "true" : undefined}
      href=${link("inventory", null, name === "lot" ? "" : `view=${name}`)}>
      ${VIEWS[name][0]}${name !== "archived" && html`<span class="view-count" style=${{ minWidth: wide }}>${complete.value ? number(counts.value[name]) : ""}</span>`}
    </a>`;
}

function remove(saved) {
  forgetView(saved.name);
  toast({ words: TEXT.viewDeleted(saved.name), undo: () => { askFor(saved.query); saveView(saved.name); } });
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
    <button type="button" class="view view-save" onClick=${() => { open.value = true; }}><${Icon} name="plus" />${TEXT.saveView}</button>
    ${open.value && html`
      <${Dialog} title=${TEXT.saveThisView} onClose=${() => { open.value = false; }}>
        <form class="form" onSubmit=${save}>
          <${Field} label=${TEXT.name} inputRef=${input} maxlength="30" required autocomplete="off"
            placeholder=${TEXT.trucksUnder20000} />
          <div class="form-actions"><button class="button button-strong">${TEXT.save}</button></div>
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
        <${Icon} name="search" /><span class="unseen">${TEXT.search}</span>
        <input class="control" id="find" type="search" placeholder=${TEXT.searchHint} maxlength="100"
          autocomplete="off" spellcheck=${false}
          value=${wanted.q} onInput=${(event) => ask({ q: event.currentTarget.value })} onKeyDown=${(event) => event.key === "Escape" && leave(event)} />
      </label>
      <button type="button" class="button" aria-expanded=${open.value ? "true" : "false"} aria-controls="filters"
        onClick=${() => { open.value = !open.value; }}>
        <${Icon} name="filter" />${TEXT.filters}${set.length > 0 && html`<span class="count">${set.length}</span>`}
      </button>
      <label class="order"><span class="unseen">${TEXT.order}</span>
        <select class="control" value=${wanted.sort} onChange=${(event) => ask({ sort: event.currentTarget.value })}>
          ${Object.entries(ORDERS).map(([name, [words]]) => html`<option key=${name} value=${name}>${words}</option>`)}
        </select>
      </label>
    </div>
    ${open.value && html`<${Filters} />`}
    ${set.length > 0 && html`
      <ul class="chips" aria-label=${TEXT.filtersInUse}>
        ${set.map((name) => html`<li key=${name}><button type="button" class="chip" aria-label=${TEXT.removeFilter(CHIPS[name](wanted[name]))} onClick=${() => ask({ [name]: "" })}>${CHIPS[name](wanted[name])}<${Icon} name="cross" /></button></li>`)}
        <li><button type="button" class="button-quiet" onClick=${() => ask(Object.fromEntries(set.map((name) => [name, ""])))}>${TEXT.clear}</button></li>
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
      <${Choice} name="make" label=${TEXT.make} values=${valuesOf("make").sort()} />
      <${Choice} name="body" label=${TEXT.bodyStyle} values=${valuesOf("bodyStyle").sort()} />
      <${Choice} name="location" label=${TEXT.location} values=${valuesOf("location").sort()} />
      <${Choice} name="status" label=${TEXT.status} values=${["available", "pending"]} words=${(value) => STATUS[value][0]} />
      <${Bound} name="priceMin" label=${TEXT.priceFrom} /><${Bound} name="priceMax" label=${TEXT.priceTo} />
      <${Bound} name="yearMin" label=${TEXT.yearFrom} /><${Bound} name="yearMax" label=${TEXT.yearTo} />
    </div>`;
}

function Choice({ name, label, values, words = (value) => value }) {
  return html`
    <${Field} label=${label}>
      ${(input) => html`
        <select ...${input} value=${filters.value[name]} onChange=${(event) => ask({ [name]: event.currentTarget.value })}>
          <option value="">${TEXT.any}</option>
          ${values.map((value) => html`<option key=${value} value=${value}>${words(value)}</option>`)}
        </select>`}
    <//>`;
}

function Bound({ name, label }) {
  const read = (event) => ask({ [name]: event.currentTarget.value.replace(/\D/g, "").slice(0, 8) });
  return html`<${Field} label=${label} inputmode="numeric" autocomplete="off" value=${filters.value[name]} onInput=${read} />`;
}

