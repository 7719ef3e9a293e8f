/** How many vehicles stand how with a listing site, each count a link to them. */

import { html } from "../html.js";
import { link } from "../route.js";
import { status } from "../status.js";
import { COUNTS } from "../words/standing.js";

const MEMBERS = [["live", "live"], ["onTheirWay", "on_its_way"], ["refused", "refused"], ["incomplete", "incomplete"]];

/** The counts of one site, by its row in the status. */
export function SiteCounts({ site }) {
  const counts = status.value?.listings[site.wire];
  const shown = MEMBERS.filter(([member, state]) => counts?.[member] > 0 || (state === "live" && site.configured));
  if (!counts || !shown.length) return null;
  return html`
    <ul class="site-counts" aria-label=${COUNTS.label(site.name)}>
      ${shown.map(([member, state]) => html`
        <li key=${state}><a class=${`site-count site-count-${state}`} href=${link("inventory", null, `listing=${state}&site=${site.wire}`)}>${COUNTS[state](counts[member])}</a></li>`)}
    </ul>`;
}
