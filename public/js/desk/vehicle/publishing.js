/** The website and the listing sites of a vehicle, with the reasons why it is not listed. */

import { call } from "../api.js";
import { LABELS, edit, flip } from "../edits.js";
import { html } from "../html.js";
import { Badge, Switch, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { link } from "../route.js";
import { listingSites, partnerNamed } from "../status.js";
import { partner } from "../task-words.js";
import { toast } from "../toasts.js";
import { LISTING, STATUS, amount, away, list, name, when } from "../words.js";
import { PUBLISHING as TEXT } from "../words/vehicle.js";

/** The card. */
export function Publishing({ vehicle, about }) {
  const listings = about.listings.value;
  return html`
    <section class="card" aria-labelledby="publishing-title">
      <h2 id="publishing-title">${TEXT.publishing}</h2>
      <div class="publish">
        <${Switch} on=${vehicle.publishToWebsite} label=${LABELS.publishToWebsite} describedby="website-words"
          onFlip=${() => flip(vehicle, "publishToWebsite")} />
        <p class="soft" id="website-words"><${Website} vehicle=${vehicle} /></p>
        <${Switch} on=${vehicle.publishToThirdParty} label=${LABELS.publishToThirdParty} describedby="third-words"
          onFlip=${() => flip(vehicle, "publishToThirdParty")} />
        <p class="soft" id="third-words">${vehicle.publishToThirdParty ? TEXT.sitesOn(list(listingSites().map((site) => site.name)) || TEXT.listingSites) : TEXT.sitesOff}</p>
      </div>
      ${listings && html`<ul class="sites">${Object.entries(listings).map(([site, listing]) => html`<${Site} key=${site} site=${site} listing=${listing} />`)}</ul>`}
      ${(vehicle.status === "available" || vehicle.status === "pending") && html`<${Working} class="button" run=${() => (vehicle.publishToThirdParty ? publish(vehicle) : turnOn(vehicle))}>${vehicle.publishToThirdParty ? TEXT.publishToListingSites : TEXT.turnOnAndPublish}<//>`}
    </section>`;
}

function Website({ vehicle }) {
  if (vehicle.status !== "available") return TEXT.notOnWebsite(STATUS[vehicle.status][0].toLowerCase());
  if (!vehicle.publishToWebsite) return TEXT.websiteOff;
  return html`${TEXT.websiteOn} <a href=${vehicle.url} target="_blank" rel="noopener">${TEXT.look}</a>`;
}

/** One site: the state of the listing, and the reasons why the car is not listed. */
function Site({ site, listing }) {
  const reasons = listing.state === "live" ? [] : listing.reasons;
  return html`
    <li class="site">
      <div class="site-line">
        <span class="site-name">${partner(site)}</span>
        ${listing.standing.state !== "not_configured" ? html`<${Badge} of=${LISTING} state=${listing.standing.state} />` : html`<a class="badge badge-plain" href=${link("integrations", partnerNamed(site)?.target ?? site)}>${TEXT.notSetUp}</a>`}
      </div>
      ${listing.state === "live" && html`<p class="soft">${TEXT.listedAt(amount(listing.price), when(listing.updatedAt), listing.verifiedAt ? TEXT.checked(when(listing.verifiedAt)) : "")}</p>`}
      ${reasons.length > 0 && html`
        <details class="why" open=${listing.configured}>
          <summary>${TEXT.why}</summary>
          <ul>${reasons.map((reason) => html`<li key=${reason}>${reason}</li>`)}</ul>
        </details>`}
      ${listing.removeBy && html`<p class="soft">${TEXT.removedBy(away(listing.removeBy))}</p>`}
    </li>`;
}

/** The switch comes first; what is missing is said after that. */
async function turnOn(vehicle) {
  const { problem } = await (edit(vehicle.id, { publishToThirdParty: true }, { words: TEXT.turningOn(name(vehicle)) }) ?? {});
  if (!problem) await publish(vehicle);
}

async function publish(vehicle) {
  try {
    const { platforms } = await call("POST", "/api/integrations/listings/publish", { vehicleId: vehicle.id });
    const names = (state) => Object.keys(platforms).filter((site) => platforms[site] === state).map(partner);
    const [queued, absent] = [names("queued"), names("not_configured")];
    toast({ words: queued.length ? TEXT.onItsWay(queued.join(", ")) : TEXT.noSites(absent.join(", ")) });
    changed("vehicle", vehicle.id);
  } catch (problem) {
    toast({ words: TEXT.failed(problem.message), bad: true });
  }
}
