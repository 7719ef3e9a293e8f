/** The search bar and the filter panel: they show the filters and report changes to them. */

import { byId, el } from "./dom.js";
import { silhouette } from "./inventory-cards.js";
import { counted, inUse, nothing, same, select } from "./inventory-filters.js";
import { BODY_KINDS, miles, money, say, term } from "./inventory-words.js";

const PRICES = [5, 7.5, 10, 12.5, 15, 17.5, 20, 25, 30, 35, 40, 50, 60, 75, 100, 150, 200].map((thousands) => thousands * 1000);
const MILEAGES = [10, 20, 30, 40, 50, 60, 75, 100, 125, 150, 200].map((thousands) => thousands * 1000);
const NUMBERS = ["priceMin", "priceMax", "yearMin", "yearMax", "mileageMax"];

const toolbar = /** @type {HTMLFormElement & { elements: any }} */ (byId("toolbar"));
const filters = /** @type {HTMLFormElement & { elements: any }} */ (byId("filters"));
const toggle = byId("filters-toggle");

/** Call `onChange` with the filters whenever the visitor changes them. */
export function listen(onChange) {
  const changed = (event) => onChange(read(event.target), event.target.name === "q");
  for (const form of [toolbar, filters]) {
    form.addEventListener("input", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  toggle.addEventListener("click", () => open(toggle.getAttribute("aria-expanded") !== "true"));
  byId("filters-done").addEventListener("click", () => {
    open(false);
    byId("results").focus();
    byId("results").scrollIntoView({ block: "start" });
  });
  filters.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || toggle.getAttribute("aria-expanded") !== "true") return;
    open(false);
    toggle.focus();
  });
}

/** What the visitor has entered before this script ran; `null`: nothing. The other filters get their choices from the script. */
export function entered() {
  const { q, sort } = toolbar.elements;
  const early = { ...(q.value && { q: q.value }), ...(sort.selectedIndex > 0 && { sort: sort.value }) };
  return Object.keys(early).length ? early : null;
}

/** Show the filters for these vehicles, `found` of which pass. */
export function show(wanted, vehicles, found) {
  write(toolbar.elements.q, wanted.q);
  write(toolbar.elements.sort, wanted.sort);
  const makes = counted(select(vehicles, wanted, ["make", "model"]), "make");
  offer(filters.elements.make, say("any"), makes.map(numbered), wanted.make);
  const models = wanted.make ? counted(select(vehicles, wanted, ["model"]), "model") : [];
  offer(filters.elements.model, say("any"), models.map(numbered), wanted.model);
  filters.elements.model.disabled = !wanted.make;
  showNumbers(wanted, vehicles);
  showStyles(wanted, vehicles);
  const count = inUse({ ...wanted, q: "" }).length;
  toggle.textContent = count ? say("filtersCount", { n: count }) : say("filters");
  byId("filters-done").textContent = found === 1 ? say("showOne") : say("showMany", { n: found });
}

function open(wide) {
  toggle.setAttribute("aria-expanded", String(wide));
  filters.classList.toggle("open", wide);
}

function read(changed) {
  const wanted = nothing();
  wanted.q = toolbar.elements.q.value;
  wanted.sort = toolbar.elements.sort.value;
  wanted.make = filters.elements.make.value;
  wanted.model = changed.name === "make" ? "" : filters.elements.model.value;
  for (const field of NUMBERS) wanted[field] = filters.elements[field].value === "" ? null : Number(filters.elements[field].value);
  wanted.bodyStyle = [...filters.querySelectorAll("[name=bodyStyle]:checked")].map((box) => (/** @type {HTMLInputElement} */ (box)).value);
  return wanted;
}

function showNumbers(wanted, vehicles) {
  const years = counted(vehicles, "year").map(({ value }) => Number(value)).reverse();
  const plain = (year) => String(year);
  const upTo = (count) => say("chipUpTo", { amount: miles(count) });
  offerNumbers("yearMin", say("from"), years, plain, wanted);
  offerNumbers("yearMax", say("to"), years, plain, wanted);
  const prices = within(PRICES, vehicles, "price");
  offerNumbers("priceMin", say("from"), prices, money, wanted);
  offerNumbers("priceMax", say("to"), prices, money, wanted);
  offerNumbers("mileageMax", say("any"), within(MILEAGES, vehicles, "mileage"), upTo, wanted);
}

/** The steps that leave some of these vehicles on either side. */
function within(steps, vehicles, field) {
  const known = vehicles.map((vehicle) => vehicle[field]).filter((value) => value !== null);
  const least = known.reduce((one, other) => Math.min(one, other), Infinity);
  const most = known.reduce((one, other) => Math.max(one, other), 0);
  return steps.filter((step) => step > least && step < most);
}

function offerNumbers(field, any, steps, words, wanted) {
  const chosen = wanted[field];
  const offered = chosen === null || steps.includes(chosen) ? steps : [...steps, chosen].sort((one, other) => one - other);
  offer(filters.elements[field], any, offered.map((step) => ({ value: String(step), words: words(step) })), chosen === null ? "" : String(chosen));
}

function numbered({ value, count }) {
  return { value, words: `${value} (${count})` };
}

/** Fill a select, unless its options are already the same, and select a value. A value that is not among the options is added. */
function offer(box, any, options, chosen) {
  const known = options.find(({ value }) => same(value, chosen));
  const all = [{ value: "", words: any }, ...(chosen && !known ? [{ value: chosen, words: `${chosen} (0)` }] : []), ...options];
  const mark = all.map(({ words }) => words).join("\n");
  if (box.dataset.mark !== mark) {
    box.replaceChildren(...all.map(({ value, words }) => el("option", { value }, words)));
    box.dataset.mark = mark;
  }
  write(box, known?.value ?? chosen);
}

function write(box, value) {
  if (box.value !== value) box.value = value;
}

function showStyles(wanted, vehicles) {
  const place = byId("body-styles");
  const offered = BODY_KINDS.filter((kind) =>
    wanted.bodyStyle.includes(kind) || vehicles.some((vehicle) => vehicle.kind === kind));
  place.hidden = offered.length < 2 && !wanted.bodyStyle.length;
  const list = /** @type {HTMLElement} */ (place.querySelector(".styles"));
  if (list.dataset.mark !== offered.join()) {
    list.replaceChildren(...offered.map(styleBox));
    list.dataset.mark = offered.join();
  }
  const found = select(vehicles, wanted, ["bodyStyle"]);
  for (const box of list.querySelectorAll("input")) {
    const count = found.filter((vehicle) => vehicle.kind === box.value).length;
    box.checked = wanted.bodyStyle.includes(box.value);
    box.parentElement.querySelector(".style-count").textContent = String(count);
    box.parentElement.classList.toggle("style-none", count === 0);
  }
}

function styleBox(kind) {
  return el("label", { class: "style" },
    el("input", { type: "checkbox", name: "bodyStyle", value: kind }),
    silhouette(kind),
    el("span", { class: "style-name" }, term(kind)),
    el("span", { class: "style-count" }));
}
