/** Everything that happened to a vehicle, newest first: who did what, what each partner heard, which document. */

import { html, useSignal } from "../html.js";
import { lookup } from "../lookup.js";
import { errand, heardAt, partner, standing } from "../task-words.js";
import { retry } from "../partners/tasks.js";
import { Reason } from "../reason.js";
import { when } from "../words.js";
import { HISTORY as TEXT } from "../words/vehicle.js";
import { InvoiceLink } from "./sold.js";

const FIRST = 12;
const DEED = lookup({
  "vehicle.added": TEXT.added, "vehicle.changed": TEXT.changed, "sale.made": TEXT.sold, "sale.changed": TEXT.saleChanged, "sale.voided": TEXT.saleVoided, "invoice.posted": TEXT.invoicePosted,
  "service.recorded": TEXT.serviceRecorded, "service.changed": TEXT.serviceChanged, "service.voided": TEXT.serviceVoided, "expense.posted": TEXT.expensePosted,
  "question.answered": TEXT.questionAnswered, "task.retried": TEXT.syncRetried, "task.discarded": TEXT.syncDiscarded,
});

const NOBODY = lookup({
  token: TEXT.byToken, "CSV (token)": TEXT.byFile, session: TEXT.byDesk, "CSV (session)": TEXT.byFile, "dev-open": TEXT.byDesk, "CSV (dev-open)": TEXT.byFile,
  CSV: TEXT.byFile, DMS: TEXT.byDms, cron: TEXT.byProgram, CarLot: TEXT.byProgram, database: TEXT.byNobody,
});

const WHAT = lookup({ sale: TEXT.sale, edits: TEXT.edits, invoice: TEXT.invoice, expense: TEXT.serviceCost });

/** The card. */
export function History({ about }) {
  const whole = useSignal(false);
  const entries = about.history.value;
  const tasks = new Map((about.tasks.value ?? []).map((task) => [task.id, task]));
  const shown = (entries ?? []).slice(0, whole.value ? undefined : FIRST);
  return html`
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">${TEXT.timeline}</h2>
      ${entries === null ? html`<p class="soft">${TEXT.loading}</p>` : !entries.length ? html`<p class="soft">${TEXT.none}</p>` : html`
        <ol class="history">${shown.map((entry, index) => html`<${Entry} key=${index} entry=${entry} task=${tasks.get(lastOf(entry.link))} about=${about} />`)}</ol>`}
      ${entries?.length > shown.length && html`<p><button type="button" class="button-quiet" onClick=${() => { whole.value = true; }}>${TEXT.showAll(entries.length)}</button></p>`}
    </section>`;
}

/** The id at the end of an address of the API. */
function lastOf(address) {
  return decodeURIComponent(address?.split("/").at(-1) ?? "");
}

function Entry({ entry, task, about }) {
  if (entry.partner && task) return html`<${Heard} task=${task} about=${about} />`;
  const words = DEED[entry.what] ?? entry.what;
  const sale = entry.what === "invoice.posted" ? about.sales.value?.find((each) => each.id === lastOf(entry.link)) : null;
  return html`
    <li class="heard heard-plain">
      <p><strong>${entry.partner ? partner(entry.partner) : NOBODY[entry.author] ?? entry.author}</strong>: ${sale ? html`<${InvoiceLink} sale=${sale}>${words} ${sale.docNumber}<//>` : words}${entry.detail && !sale && html` <span class="soft">${entry.detail}</span>`}</p>
      <p class="soft"><time datetime=${entry.at}>${when(entry.at)}</time></p>
    </li>`;
}

function Heard({ task, about }) {
  const [words, kind] = standing(task);
  const sale = task.kind === "invoice" ? about.sales.value?.find((each) => each.id === task.subjectId) : null;
  const what = WHAT[task.kind];
  return html`
    <li class=${`heard heard-${kind}`} title=${errand(task, TEXT.thisVehicle)}>
      <div><strong>${partner(task.target)}</strong>${what && html` · ${sale ? html`<${InvoiceLink} sale=${sale}>${what}<//>` : what}`}: <${Reason} words=${words} /></div>
      <p class="soft"><time datetime=${task.updatedAt}>${heardAt(task)}</time>${["dead", "blocked"].includes(task.state) && html` · <button type="button" class="button-quiet" onClick=${() => retry(task)}>${TEXT.retry}</button>`}</p>
    </li>`;
}
