/** `#/integrations`: every partner, the queue, the deadlines. */

import { call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { lookup } from "../lookup.js";
import { Badge, Copyable, Dialog, Head, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { link, route } from "../route.js";
import { askStatus, listingSites, partnerNamed, status } from "../status.js";
import { partner as nameOf } from "../task-words.js";
import { toast } from "../toasts.js";
import { PARTNER, many, number, when } from "../words.js";
import { leave } from "./connecting.js";
import { Feeds } from "./feeds.js";
import { Runs, SyncNow } from "./runs.js";
import { EMBED, stepsOf } from "./steps.js";

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
  if (!now) return html`<${Head} title="Integrations" /><p class="loading" role="status">Asking how things stand…</p>`;
  return html`
    <${Head} title="Integrations" />
    <${Pulse} status=${now} />
    <div class="partners">
      ${now.partners.filter((partner) => !partner.site && partner.needs.length).map((partner) => html`
        <${CARDS[partner.target] ?? Plain} key=${partner.target} partner=${partner} status=${now} />`)}
      <${Sites} />
      <${Feeds} />
      <section class="card" aria-labelledby="embed-title"><h2 id="embed-title">Your website</h2><p class="soft">Paste this where the lot is to stand. <a href="/inventory.html" target="_blank" rel="noopener">See the lot</a></p><${Copyable} text=${EMBED} label="the code for your website" /></section>
    </div>`;
}

/** The overall state in one line and a few figures. */
function Pulse({ status: { queue, deadlines, listings } }) {
  const words = queue.dead ? `${many(queue.dead, "sync")} failed` : queue.pending ? `${many(queue.pending, "change")} on the way` : "Everything is in step";
  const figures = [["Published", listings.totalPublished], ["Invoices due", deadlines.invoicesDue], ["Expenses due", deadlines.expensesDue], ["Removals due", deadlines.removalsDue], ["Overdue", deadlines.overdue], ["In the queue", queue.backlog]];
  return html`
    <section class=${`pulse${queue.dead || deadlines.overdue ? " pulse-bad" : ""}`} aria-label="State of all syncs">
      <p class="pulse-words"><${Icon} name=${queue.dead ? "alert" : queue.pending ? "sync" : "check"} /><strong>${words}</strong>${queue.dead > 0 && html`<a href=${link("failed")}>See what and why</a>`}</p>
      <dl class="figures">${figures.map(([label, count]) => html`<div key=${label} class=${label === "Overdue" && count ? "figure-bad" : ""}><dt>${label}</dt><dd>${number(count)}</dd></div>`)}</dl>
      ${queue.oldestMessageSeconds > 120 && html`<p class="soft">The oldest has waited ${many(Math.round(queue.oldestMessageSeconds / 60), "minute")}.</p>`}
    </section>`;
}

/** One partner: its state, its actions, its set-up steps. */
function Partner({ partner, purpose, state, last, message, action, children }) {
  const id = partner.target;
  return html`
    <section class="card partner" id=${`partner-${id}`} aria-labelledby=${`title-${id}`}>
      <div class="card-head"><h2 id=${`title-${id}`}>${nameOf(id)}</h2><${Badge} of=${PARTNER} state=${state} /><span class="card-action">${action}</span></div>
      ${(purpose || last) && html`<p class="soft">${purpose}${last ? ` Last sync ${when(last)}.` : ""}</p>`}
      ${message && html`<p class=${`note${state === "connected" ? "" : " note-warn"}`}>${message}</p>`}
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
    <${Partner} partner=${partner} purpose="Your dealer management system: inventory in, sales and edits back."
      state=${dms.status} last=${dms.lastSync} message=${dms.message} action=${html`<${SyncNow} disabled=${!dms.configured} />`}>
      <${Runs} />
    <//>`;
}

function Sites() {
  return html`
    <section class="card" aria-labelledby="sites-title">
      <h2 id="sites-title">Listing sites</h2>
      <p class="soft">They get every vehicle that is switched to Publish to Third Party and has a right VIN, a price and a photo. A sold one leaves them at once.</p>
      <div>${listingSites().map((site) => html`
        <div class="partner-site" key=${site.target} id=${`partner-${site.target}`}>
          <div class="site-line"><h3>${site.name}</h3><${Badge} of=${PARTNER} state=${stateOf(site)} /></div>
          <${Setup} partner=${site} open=${isHere(site)} />
        </div>`)}</div>
    </section>`;
}

function Setup({ partner, open }) {
  return html`
    <details class="setup" open=${open}>
      <summary>Set up</summary>
      <ol class="steps">${stepsOf(partner).map((step, index) => html`<li key=${index}>${step.words && html`<p>${step.words}</p>`}${step.command && html`<${Copyable} text=${step.command} />`}</li>`)}</ol>
    </details>`;
}

function stateOf(partner) {
  return partner.configured ? "connected" : "not_configured";
}

/** Whether the address of the page names this partner. */
function isHere(partner) {
  return partnerNamed(route.value.id) === partner;
}

function QuickBooks({ partner, status: { quickbooks: books } }) {
  const asking = useSignal(false);
  const connect = html`<a class="button button-strong" href="/api/integrations/quickbooks/authorize" onClick=${leave}>Connect to QuickBooks</a>`;
  const action = !books.configured ? null : books.authenticated ? html`<${Working} run=${postAll}>Sync now<//>` : connect;
  const message = books.status === "reauth_required" ? `${books.message} What waits is posted as soon as you have signed in at Intuit.` : books.message;
  return html`
    <${Partner} partner=${partner} purpose="Sales become invoices, service becomes expenses, payments come back."
      state=${books.status} last=${books.lastSync} message=${message} action=${action}>
      ${books.authenticated && html`<${SignInHolds} books=${books} /><p><button type="button" class="button-quiet" onClick=${() => { asking.value = true; }}>Disconnect…</button></p>`}
      ${asking.value && html`
        <${Dialog} title="Disconnect QuickBooks?" onClose=${() => { asking.value = false; }}>
          <div class="form"><p>CarLot Manager's access is revoked at Intuit. What is in QuickBooks stays; new sales and expenses wait here until you connect again.</p>
            <div class="form-actions"><button type="button" class="button" onClick=${() => { asking.value = false; }}>Stay connected</button><${Working} class="button button-strong" run=${async () => { await disconnect(); asking.value = false; }}>Disconnect<//></div></div>
        <//>`}
    <//>`;
}

/** The cards of the partners that offer more than their settings. */
const CARDS = lookup({ wayne_reeves: WayneReeves, quickbooks: QuickBooks });

/** The days until the sign-in expires, when they are few. */
function SignInHolds({ books }) {
  const left = Math.min(books.daysLeftUnused ?? Infinity, books.daysLeft ?? Infinity);
  if (left > SOON_DAYS) return null;
  return html`<p class="note note-warn">The sign-in at Intuit ends in ${many(left, "day")}: disconnect and connect again before.</p>`;
}

async function postAll() {
  try {
    const { queued } = await call("POST", "/api/integrations/quickbooks/sync");
    toast({ words: queued ? `${many(queued, "document")} on the way to QuickBooks.` : "QuickBooks has everything already." });
    changed("sales");
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
  await askStatus().catch(() => {});
}

async function disconnect() {
  try {
    await call("POST", "/api/integrations/quickbooks/disconnect");
    toast({ words: "QuickBooks is disconnected." });
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
  await askStatus().catch(() => {});
}
