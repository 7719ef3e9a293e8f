/** The webhook events that were received, with what became of them and a button to replay one. */

import { at, call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { lookup } from "../lookup.js";
import { Badge, Working } from "../parts.js";
import { changed } from "../rounds.js";
import { Reason } from "../reason.js";
import { toast } from "../toasts.js";
import { when } from "../words.js";
import { EVENTS as TEXT } from "../words/partners.js";

const MOST = 20;
const EVENT = lookup({ stored: [TEXT.waiting, "plain"], applied: [TEXT.applied, "good"], ignored: [TEXT.ignored, "plain"], failed: [TEXT.failed, "bad"] });
const SOURCE = lookup({ wayne_reeves: TEXT.wayneReeves, quickbooks: TEXT.quickbooks });

/** The card. Its list is fetched when it is opened. */
export function Events() {
  const opened = useSignal(false);
  const state = useSignal("");
  const events = useSignal(/** @type {any[] | null} */ (null));
  const ask = async () => {
    try {
      events.value = (await call("GET", `/api/integrations/events?limit=${MOST}${state.value ? `&state=${state.value}` : ""}`)).events;
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
  };
  useEffect(() => { if (opened.value) ask(); }, [opened.value, state.value]);
  return html`
    <section class="card" aria-labelledby="events-title">
      <h2 id="events-title">${TEXT.title}</h2>
      <details class="setup" onToggle=${(event) => { opened.value = event.currentTarget.open; }}>
        <summary>${TEXT.summary}</summary>
        <p><label>${TEXT.show} <select class="control" value=${state.value} onChange=${(event) => { state.value = event.currentTarget.value; }}>
          <option value="">${TEXT.all}</option>${Object.entries(EVENT).map(([name, [words]]) => html`<option key=${name} value=${name}>${words.toLowerCase()}</option>`)}</select></label></p>
        ${events.value === null ? html`<p class="soft">${TEXT.loading}</p>` : !events.value.length ? html`<p class="soft">${TEXT.none}</p>` : html`
          <ol class="history">${events.value.map((event) => html`<${Received} key=${event.id} event=${event} onReplayed=${ask} />`)}</ol>`}
      </details>
    </section>`;
}

function Received({ event, onReplayed }) {
  const replay = async () => {
    try {
      await call("POST", `${at("integrations", "events", event.id)}/replay`);
      toast({ words: TEXT.replayed });
      changed("tasks");
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
    await onReplayed();
  };
  return html`
    <li class="heard heard-plain">
      <p><strong>${SOURCE[event.source] ?? event.source}</strong>: ${event.type} <${Badge} of=${EVENT} state=${event.state} /></p>
      ${(event.note || event.task?.error) && html`<div class="soft"><${Reason} words=${event.task?.error ?? event.note} /></div>`}
      <p class="soft"><time datetime=${event.receivedAt}>${when(event.receivedAt)}</time> · <${Working} class="button-quiet" run=${replay}>${TEXT.replay}<//></p>
      ${event.body && html`<details><summary>${TEXT.body}</summary><pre>${JSON.stringify(event.body, null, 2)}</pre></details>`}
    </li>`;
}
