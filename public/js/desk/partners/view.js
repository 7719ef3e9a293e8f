/** `#/integrations`: every partner, the queue, the deadlines. */

import { at, call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { lookup } from "../lookup.js";
import { Badge, Copyable, Dialog, Head, Loading, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { Reason } from "../reason.js";
import { route } from "../route.js";
import { askStatus, listingSites, partnerNamed, status } from "../status.js";
import { partner as nameOf } from "../task-words.js";
import { toast } from "../toasts.js";
import { PARTNER, many, vehicles, when } from "../words.js";
import { leave } from "./connecting.js";
import { Events } from "./events.js";
import { Feeds } from "./feeds.js";
import { InventoryFiles } from "./inventory-files.js";
import { Runs, SyncNow } from "./runs.js";
import { Pulse } from "./pulse.js";
import { SiteCounts } from "./standings.js";
import { EMBED, stepsOf } from "./steps.js";
import { PARTNERS as TEXT } from "../words/partners.js";

const ROUND_MS = 5000;
const SOON_DAYS = 14;

/** The view. */
export function Integrations() {
  useEffect(() => {
    const ask = () => document.visibilityState === "visible" && askStatus().catch(() => {});
    ask();
    const round = setInterval(ask, ROUND_MS);
    return () => clearInterval(round);
  }, []);
  const now = status.value;
  const wanted = partnerNamed(route.value.id)?.target;
  useEffect(() => {
    if (wanted) document.getElementById(`partner-${wanted}`)?.scrollIntoView();
  }, [wanted]);
  if (!now) return html`<${Head} title=${TEXT.integrations} /><${Loading} words=${TEXT.loading} />`;
  return html`
    <${Head} title=${TEXT.integrations} />
    <${Pulse} status=${now} />
    <div class="partners">
      ${now.partners.filter((partner) => !partner.site && partner.needs.length).map((partner) => html`
        <${CARDS[partner.target] ?? Plain} key=${partner.target} partner=${partner} status=${now} />`)}
      <${Sites} />
      <${InventoryFiles} />
      <${Feeds} />
      <${Events} />
      <section class="card" aria-labelledby="embed-title"><h2 id="embed-title">${TEXT.yourWebsite}</h2><p class="soft">${TEXT.embed} <a href="/inventory.html" target="_blank" rel="noopener">${TEXT.seePage}</a></p><${Copyable} text=${EMBED} label=${TEXT.theCodeForYourWebsite} /></section>
    </div>`;
}

/** One partner: its state, its actions, its set-up steps. */
function Partner({ partner, purpose, state, last, message, action, children }) {
  const id = partner.target;
  return html`
    <section class="card partner" id=${`partner-${id}`} aria-labelledby=${`title-${id}`}>
      <div class="card-head"><h2 id=${`title-${id}`}>${nameOf(id)}</h2><${Badge} of=${PARTNER} state=${state} /><span class="card-action">${action}</span></div>
      ${partner.configured && html`<p><${Pause} partner=${partner} /></p>`}
      ${(purpose || last) && html`<p class="soft">${purpose}${last ? TEXT.lastSync(when(last)) : ""}</p>`}
      ${message && html`<div class=${`note${state === "connected" ? "" : " note-warn"}`}><${Reason} words=${message} /></div>`}
      ${children}
      <${Setup} partner=${partner} open=${state === "not_configured" && isHere(partner)} />
    </section>`;
}

/** A partner that needs nothing but its settings. */
function Plain({ partner }) {
  return html`<${Partner} partner=${partner} state=${stateOf(partner)} />`;
}

function WayneReeves({ partner, status: { wayneReeves: dms } }) {
  return html`
    <${Partner} partner=${partner} purpose=${TEXT.dmsPurpose}
      state=${dms.status} last=${dms.lastSync} message=${dms.message} action=${html`<${SyncNow} disabled=${!dms.configured} />`}>
      <${Runs} />
    <//>`;
}

function Sites() {
  return html`
    <section class="card" aria-labelledby="sites-title">
      <h2 id="sites-title">${TEXT.listingSites}</h2>
      <p class="soft">${TEXT.sitesNote}</p>
      <div>${listingSites().map((site) => html`
        <div class="partner-site" key=${site.target} id=${`partner-${site.target}`}>
          <div class="site-line"><h3>${site.name}</h3><${Badge} of=${PARTNER} state=${stateOf(site)} />${site.configured && html`<${Pause} partner=${site} />`}</div>
          <${SiteCounts} site=${site} />
          <${LastFile} of=${status.value.listings[site.wire]} />
          <${Setup} partner=${site} open=${isHere(site)} />
        </div>`)}</div>
    </section>`;
}

/** What was sent last to a site that takes files. */
function LastFile({ of: { delivery, lastFile } }) {
  if (delivery !== "file") return null;
  return html`<p class="soft">${lastFile ? TEXT.lastFile(when(lastFile.at), vehicles(lastFile.cars)) : TEXT.noFileYet}</p>`;
}

function Setup({ partner, open }) {
  return html`
    <details class="setup" open=${open}>
      <summary>${TEXT.setUp}</summary>
      <ol class="steps">${stepsOf(partner).map((step, index) => html`<li key=${index}>${step.words && html`<p>${step.words}</p>`}${step.command && html`<${Copyable} text=${step.command} />`}</li>`)}</ol>
    </details>`;
}

/** Pause a partner by hand, or let it go again. */
function Pause({ partner }) {
  const act = partner.paused ? "resume" : "pause";
  const run = async () => {
    try {
      await call("POST", `${at("integrations", "partners", partner.target)}/${act}`);
      toast({ words: partner.paused ? TEXT.resumed(partner.name) : TEXT.paused(partner.name) });
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
    await askStatus().catch(() => {});
  };
  return html`<${Working} class="button-quiet" run=${run}>${partner.paused ? TEXT.resume : TEXT.pause}<span class="unseen"> ${partner.name}</span><//>`;
}

function stateOf(partner) {
  if (partner.paused) return "paused";
  return partner.configured ? "connected" : "not_configured";
}

/** Whether the address of the page names this partner. */
function isHere(partner) {
  return partnerNamed(route.value.id) === partner;
}

function QuickBooks({ partner, status: { quickbooks: books } }) {
  const asking = useSignal(false);
  const connect = html`<a class="button button-strong" href="/api/integrations/quickbooks/authorize" onClick=${leave}>${TEXT.connectToQuickbooks}</a>`;
  const action = !books.configured ? null : books.authenticated ? html`<${Working} run=${postAll}>${TEXT.syncNow}<//>` : connect;
  // What is to be set is under the setup.
  const message = books.configured ? books.message : null;
  return html`
    <${Partner} partner=${partner} purpose=${TEXT.quickbooksPurpose}
      state=${books.status} last=${books.lastSync} message=${message} action=${action}>
      ${books.authenticated && html`<${SignInHolds} books=${books} /><p><button type="button" class="button-quiet" onClick=${() => { asking.value = true; }}>${TEXT.disconnectAsk}</button></p>`}
      ${asking.value && html`
        <${Dialog} title=${TEXT.disconnectQuickbooks} onClose=${() => { asking.value = false; }}>
          <div class="form"><p>${TEXT.disconnectNote}</p>
            <div class="form-actions"><button type="button" class="button" onClick=${() => { asking.value = false; }}>${TEXT.stayConnected}</button><${Working} class="button button-strong" run=${async () => { await disconnect(); asking.value = false; }}>${TEXT.disconnect}<//></div></div>
        <//>`}
    <//>`;
}

/** The cards of the partners that offer more than their settings. */
const CARDS = lookup({ wayne_reeves: WayneReeves, quickbooks: QuickBooks });

/** The days until the sign-in expires, when they are few. */
function SignInHolds({ books }) {
  const left = Math.min(books.daysLeftUnused ?? Infinity, books.daysLeft ?? Infinity);
  if (left > SOON_DAYS) return null;
  return html`<p class="note note-warn">${TEXT.signInEnds(many(left, TEXT.day))}</p>`;
}

async function postAll() {
  try {
    const { queued } = await call("POST", "/api/integrations/quickbooks/sync");
    toast({ words: queued ? TEXT.posting(many(queued, TEXT.document)) : TEXT.allPosted });
    changed("sales");
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
  await askStatus().catch(() => {});
}

async function disconnect() {
  try {
    await call("POST", "/api/integrations/quickbooks/disconnect");
    toast({ words: TEXT.disconnected });
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
  await askStatus().catch(() => {});
}
