/** How long the vehicles of the lot have been here, as a bar whose parts are links to them. */

import { computed, html } from "../html.js";
import { complete, lot, total } from "../lot.js";
import { link } from "../route.js";
import { daysOnLot, many, number } from "../words.js";
import { AGING as TEXT } from "../words/standing.js";
import { filters } from "./filters.js";
import { ageOf, AGES } from "./ages.js";

const counts = computed(() => {
  const tally = new Map(AGES.map((age) => [age, 0]));
  for (const vehicle of lot.value.values()) {
    if (vehicle.status !== "available" && vehicle.status !== "pending") continue;
    const age = ageOf(daysOnLot(vehicle));
    tally.set(age, (tally.get(age) ?? 0) + 1);
  }
  return tally;
});

/** The bar. Its place is kept while a large lot is being fetched. */
export function Aging() {
  if (!total.value) return null;
  return html`
    <nav class="aging" aria-label=${TEXT.title}>
      ${complete.value && AGES.map((age) => html`<${Part} key=${age} age=${age} count=${counts.value.get(age)} />`)}
    </nav>`;
}

function Part({ age, count }) {
  const on = filters.value.age === age;
  return html`
    <a class=${`aging-part aging-${age}`} style=${{ flexGrow: count }} href=${link("inventory", null, on ? "" : `age=${age}`)}
      aria-current=${on ? "true" : undefined} title=${TEXT.part(TEXT.days[age], many(count, TEXT.vehicle))}>
      <span class="aging-days">${TEXT.days[age]}<span class="aging-unit"> ${TEXT.unit}</span></span> <strong>${number(count)}</strong>
    </a>`;
}
