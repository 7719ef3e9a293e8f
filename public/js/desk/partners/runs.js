/** Pulls from Wayne Reeves: the current one with its progress, earlier ones, and the records they rejected. */

import { at, call } from "../api.js";
import { html, signal, useEffect, useSignal } from "../html.js";
import { load } from "../lot.js";
import { Badge, Working } from "../parts.js";
import { onChange } from "../rounds.js";
import { askStatus, startPull } from "../status.js";
import { toast } from "../toasts.js";
import { RUN, many, number, when } from "../words.js";

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
  return html`<${Working} class="button button-strong" disabled=${disabled || going.value !== null} run=${start}>Sync now<//>`;
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
      <h3>Last runs</h3>
      <ul class="runs">${runs.value.filter((run) => run.id !== going.value?.id).map((run) => html`<${Run} key=${run.id} run=${run} />`)}</ul>`}`;
}

function Progress({ run }) {
  const far = run.total ? `${number(run.seen)} of ${number(run.total)}` : number(run.seen);
  return html`
    <div class="progress">
      <progress aria-label="Sync from Wayne Reeves" max=${run.total || 1} value=${run.total ? run.seen : undefined}></progress>
      <p role="status">${run.status === "queued" ? "Waiting for its turn…" : `Page ${run.pages}: ${far} vehicles seen, ${tally(run)}.`}</p>
      ${run.error && html`<p class="soft">${run.error}</p>`}
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
      <p class="run-line"><${Badge} of=${RUN} state=${run.status} /><span>${when(run.createdAt)}</span><span class="soft">${run.startedBy === "cron" ? "by itself" : "by you"}</span></p>
      <p class="soft">${many(run.seen, "vehicle")} seen: ${tally(run)}${run.removed ? `, ${number(run.removed)} removed` : ""}.${run.message ? ` ${run.message}` : ""}</p>
      ${count > 0 && html`<button type="button" class="button-quiet" aria-expanded=${open.value ? "true" : "false"} onClick=${show}>${many(count, "record")} rejected</button>`}
      ${open.value && html`<${Rejected} records=${rejected.value} />`}
    </li>`;
}

function Rejected({ records }) {
  if (records === null) return html`<p class="soft" role="status">Fetching them…</p>`;
  return html`
    <div class="scroll" role="region" aria-label="Rejected records" tabindex="0">
      <table class="plain-table">
        <thead><tr><th scope="col">Stock</th><th scope="col">Field</th><th scope="col">Why</th></tr></thead>
        <tbody>${records.map((record, index) => html`<tr key=${index}><td>${record.stockNumber ?? "none"}</td><td>${record.field ?? ""}</td><td>${record.message ?? ""}</td></tr>`)}</tbody>
      </table>
    </div>`;
}

function tally(run) {
  return `${number(run.created)} new, ${number(run.updated)} changed, ${number(run.unchanged)} as before, ${number(run.rejectedCount ?? run.rejected?.length ?? 0)} rejected`;
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
  toast({ words: bad ? `The sync is ${run.status}: ${run.message ?? run.error ?? ""}` : `Synced: ${tally(run)}.`, bad });
  load().catch(() => {});
  askStatus().catch(() => {});
  ask();
}

function isGoing(run) {
  return run.status === "queued" || run.status === "running";
}
