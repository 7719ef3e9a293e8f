/** Pulls from Wayne Reeves: the current one with its progress, earlier ones, and the records they rejected. */

import { at, call } from "../api.js";
import { html, signal, useEffect, useSignal } from "../html.js";
import { load } from "../lot.js";
import { Badge, Working } from "../parts.js";
import { onChange } from "../rounds.js";
import { askStatus, startPull } from "../status.js";
import { Reason } from "../reason.js";
import { toast } from "../toasts.js";
import { RUN, many, number, when } from "../words.js";
import { RUNS as TEXT } from "../words/partners.js";

const POLL_MS = 800;
const SHOWN = 10;

const runs = signal(null);
/** The run that is being watched. */
const going = signal(null);
let watching = false;

/** The button. */
export function SyncNow({ disabled }) {
  const start = async () => {
    try {
      await watch(await startPull());
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
  };
  return html`<${Working} class="button button-strong" disabled=${disabled || going.value !== null} run=${start}>${TEXT.syncNow}<//>`;
}

/** The progress of the current run, and the earlier runs. */
export function Runs() {
  useEffect(() => {
    ask();
    return onChange((topic) => topic === "runs" && ask());
  }, []);
  return html`
    ${going.value && html`<${Progress} run=${going.value} />`}
    ${runs.value?.length > 0 && html`
      <h3>${TEXT.last}</h3>
      <ul class="runs">${runs.value.filter((run) => run.id !== going.value?.id).map((run) => html`<${Run} key=${run.id} run=${run} />`)}</ul>`}`;
}

function Progress({ run }) {
  const far = run.total ? TEXT.far(number(run.seen), number(run.total)) : number(run.seen);
  return html`
    <div class="progress">
      <progress aria-label=${TEXT.syncFromWayneReeves} max=${run.total || 1} value=${run.total ? run.seen : undefined}></progress>
      <p role="status">${run.status === "queued" ? TEXT.queued : TEXT.progress(run.pages, far, tally(run))}</p>
      ${run.error && html`<div class="soft"><${Reason} words=${run.error} /></div>`}
    </div>`;
}

function Run({ run }) {
  const open = useSignal(false);
  const rejected = useSignal(null);
  const count = run.rejectedCount ?? 0;
  const show = async () => {
    open.value = !open.value;
    if (!open.value || rejected.value) return;
    try {
      rejected.value = (await call("GET", at("integrations", "runs", run.id))).rejected;
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
  };
  return html`
    <li class="run">
      <p class="run-line"><${Badge} of=${RUN} state=${run.status} /><span>${when(run.createdAt)}</span><span class="soft">${run.startedBy === "cron" ? TEXT.automatic : TEXT.manual}</span></p>
      <div class="soft">${TEXT.seen(many(run.seen, TEXT.vehicle), tally(run), run.removed ? TEXT.removed(number(run.removed)) : "")}${run.message && html` <${Reason} words=${run.message} />`}</div>
      ${count > 0 && html`<button type="button" class="button-quiet" aria-expanded=${open.value ? "true" : "false"} onClick=${show}>${TEXT.rejected(many(count, TEXT.record))}</button>`}
      ${open.value && html`<${Rejected} records=${rejected.value} />`}
    </li>`;
}

function Rejected({ records }) {
  if (records === null) return html`<p class="soft" role="status">${TEXT.loading}</p>`;
  return html`
    <div class="scroll" role="region" aria-label=${TEXT.rejectedRecords} tabindex="0">
      <table class="plain-table">
        <thead><tr><th scope="col">${TEXT.stock}</th><th scope="col">${TEXT.field}</th><th scope="col">${TEXT.why}</th></tr></thead>
        <tbody>${records.map((record, index) => html`<tr key=${index}><td>${record.stockNumber ?? TEXT.none}</td><td>${record.field ?? ""}</td><td>${record.message ?? ""}</td></tr>`)}</tbody>
      </table>
    </div>`;
}

function tally(run) {
  const rejected = run.rejectedCount ?? run.rejected?.length ?? 0;
  return TEXT.tally(number(run.created), number(run.updated), number(run.unchanged), number(rejected));
}

async function ask() {
  try {
    runs.value = (await call("GET", `/api/integrations/runs?limit=${SHOWN}`)).runs;
    const live = runs.value.find(isGoing);
    if (live) await watch(live.id);
  } catch (problem) {
    if (problem.status) toast({ words: problem.message, bad: true });
  }
}

/** Follow a run to its end, even when the dealer opens another view. A lost connection only delays it. */
async function watch(id) {
  if (watching) return;
  watching = true;
  try {
    for (;;) {
      const run = await call("GET", at("integrations", "runs", id)).catch((problem) => (problem.passing ? null : Promise.reject(problem)));
      if (run) going.value = run;
      if (run && !isGoing(run)) break;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    finished(going.value);
  } finally {
    watching = false;
    going.value = null;
  }
}

function finished(run) {
  const bad = run.status !== "completed";
  toast({ words: bad ? TEXT.failed(run.status === "degraded", run.message ?? run.error ?? "") : TEXT.finished(tally(run)), bad });
  load().catch(() => {});
  askStatus().catch(() => {});
  ask();
}

function isGoing(run) {
  return run.status === "queued" || run.status === "running";
}
