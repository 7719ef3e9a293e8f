/** The website and the listing sites of a vehicle, with the reasons why it is not listed. */

import { call } from "../api.js";
import { LABELS, flip } from "../edits.js";
import { html } from "../html.js";
import { Badge, Switch, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { link } from "../route.js";
import { listingSites, partnerNamed } from "../status.js";
import { partner } from "../task-words.js";
import { toast } from "../toasts.js";
import { LISTING, STATUS, amount, away, list, when } from "../words.js";

/** The card. */
export function Publishing({ vehicle, about }) {
  const listings = about.listings.value;
  return html`
    <section class="card" aria-labelledby="publishing-title">
      <h2 id="publishing-title">Publishing</h2>
      <div class="publish">
        <${Switch} on=${vehicle.publishToWebsite} label=${LABELS.publishToWebsite} describedby="website-words"
          onFlip=${() => flip(vehicle, "publishToWebsite")} />
        <p class="soft" id="website-words"><${Website} vehicle=${vehicle} /></p>
        <${Switch} on=${vehicle.publishToThirdParty} label=${LABELS.publishToThirdParty} describedby="third-words"
          onFlip=${() => flip(vehicle, "publishToThirdParty")} />
        <p class="soft" id="third-words">${vehicle.publishToThirdParty ? `${list(listingSites().map((site) => site.name)) || "Listing sites"} get it when it is complete.` : "It stays off the listing sites."}</p>
      </div>
      ${listings && html`<ul class="sites">${Object.entries(listings).map(([site, listing]) => html`<${Site} key=${site} site=${site} listing=${listing} />`)}</ul>`}
      ${(vehicle.status === "available" || vehicle.status === "pending") && html`<${Working} class="button" run=${() => publish(vehicle)}>Publish to Listing Sites<//>`}
    </section>`;
}

function Website({ vehicle }) {
  if (vehicle.status !== "available") return `Not on show: ${STATUS[vehicle.status][0].toLowerCase()}.`;
  if (!vehicle.publishToWebsite) return "Visitors do not see it.";
  return html`Visitors see it. <a href=${vehicle.url} target="_blank" rel="noopener">Look at it</a>`;
}

/** One site: the state of the listing, and the reasons why the car is not listed. */
function Site({ site, listing }) {
  const reasons = listing.state === "live" ? [] : listing.reasons;
  return html`
    <li class="site">
      <div class="site-line">
        <span class="site-name">${partner(site)}</span>
        ${listing.configured || listing.state !== "absent" ? html`<${Badge} of=${LISTING} state=${listing.state} />` : html`<a class="badge badge-plain" href=${link("integrations", partnerNamed(site)?.target ?? site)}>Not set up</a>`}
      </div>
      ${listing.state === "live" && html`<p class="soft">At ${amount(listing.price)} since ${when(listing.updatedAt)}${listing.verifiedAt ? `, seen there ${when(listing.verifiedAt)}` : ""}.</p>`}
      ${reasons.length > 0 && html`
        <details class="why" open=${listing.configured}>
          <summary>Why is it not listed?</summary>
          <ul>${reasons.map((reason) => html`<li key=${reason}>${reason}</li>`)}</ul>
        </details>`}
      ${listing.removeBy && html`<p class="soft">It is off by itself ${away(listing.removeBy)} at the latest.</p>`}
    </li>`;
}

async function publish(vehicle) {
  try {
    const { platforms } = await call("POST", "/api/integrations/listings/publish", { vehicleId: vehicle.id });
    const names = (state) => Object.keys(platforms).filter((site) => platforms[site] === state).map(partner);
    const [queued, absent] = [names("queued"), names("not_configured")];
    toast({ words: queued.length ? `On its way to ${queued.join(", ")}.` : `No listing site is set up: ${absent.join(", ")}.` });
    changed("vehicle", vehicle.id);
  } catch (problem) {
    toast({ words: `It cannot be published: ${problem.message}`, bad: true });
  }
}
