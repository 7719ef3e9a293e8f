/** The DMS connection: how it stands, a pull now, the last pulls and what they rejected. */

import { call } from "./desk-api.js";
import { byId, el } from "./dom.js";

const POLL_MS = 1000;
const NUMBER = new Intl.NumberFormat("en-US");
const WHEN = new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeStyle: "short" });
const STATES = {
  connected: ["Connected", "good"],
  not_configured: ["Not set up", "warn"],
  degraded: ["Degraded", "warn"],
  reauth_required: ["Needs you to sign in again", "bad"],
  error: ["Not working", "bad"],
  queued: ["Queued", ""],
  running: ["Running", ""],
  completed: ["Completed", "good"],
  failed: ["Failed", "bad"],
};

let polling = 0;

/** Wire the panel up: `failed` hears of every `Problem`, `finished` when a pull has ended. */
export function listenDms(failed, finished) {
  byId("sync-now").addEventListener("click", async () => {
    byId("sync-now").disabled = true;
    try {
      const { runId } = await call("POST", "/api/integrations/wayne-reeves/sync");
      await follow(runId, finished);
    } catch (problem) {
      failed(problem);
    }
    await showDms(failed, finished);
  });
}

/** Show how things stand, and follow a pull that is going. */
export async function showDms(failed, finished) {
  try {
    const [status, { runs }] = await Promise.all([call("GET", "/api/integrations/status"), call("GET", "/api/integrations/runs?limit=10")]);
    showStatus(status.wayneReeves);
    showRuns(runs);
    const going = runs.find((run) => isGoing(run));
    if (going) {
      await follow(going.id, finished);
      await showDms(failed, finished);
    } else if (runs.length) {
      showOutcome(await call("GET", `/api/integrations/runs/${encodeURIComponent(runs[0].id)}`));
    }
  } catch (problem) {
    failed(problem);
  }
}

/** Stop following. */
export function stopDms() {
  polling += 1;
}

async function follow(runId, finished) {
  const mine = ++polling;
  byId("sync-now").disabled = true;
  byId("run-going").hidden = false;
  try {
    while (mine === polling) {
      const run = await call("GET", `/api/integrations/runs/${encodeURIComponent(runId)}`);
      showProgress(run);
      showRejected(run.rejected ?? []);
      if (!isGoing(run)) {
        finished();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    byId("run-going").hidden = true;
  }
}

function isGoing(run) {
  return run.status === "queued" || run.status === "running";
}

function showStatus(dms) {
  const place = byId("dms-state");
  place.replaceWith(el("p", { class: `state state-${STATES[dms.status]?.[1]}`, id: "dms-state" }, STATES[dms.status]?.[0] ?? dms.status));
  const last = dms.lastSync ? `Last pulled ${WHEN.format(new Date(dms.lastSync))}.` : "Nothing has been pulled yet.";
  byId("dms-words").textContent = [dms.message, last].filter(Boolean).join(" ");
  byId("sync-now").disabled = !dms.configured;
}

function showProgress(run) {
  const bar = byId("run-progress");
  if (run.total) {
    bar.max = run.total;
    bar.value = run.seen;
  } else bar.removeAttribute("value");
  const far = run.total ? `${NUMBER.format(run.seen)} of ${NUMBER.format(run.total)}` : NUMBER.format(run.seen);
  say(run.status === "queued" ? "Waiting for its turn…" : `Page ${run.pages}: ${far} seen, ${tally(run)}.${run.error ? ` ${run.error}` : ""}`);
}

function showOutcome(run) {
  const words = run.message ?? run.error ?? "";
  say(`Last pull: ${(STATES[run.status]?.[0] ?? run.status).toLowerCase()}. ${NUMBER.format(run.seen)} seen, ${tally(run)}, ${NUMBER.format(run.removed ?? 0)} removed. ${words}`.trim());
  showRejected(run.rejected ?? []);
}

function say(words) {
  if (byId("run-words").textContent !== words) byId("run-words").textContent = words;
}

function tally(run) {
  return `${NUMBER.format(run.created)} new, ${NUMBER.format(run.updated)} updated, ${NUMBER.format(run.unchanged)} unchanged, ${NUMBER.format(rejectedCount(run))} rejected`;
}

function rejectedCount(run) {
  return run.rejectedCount ?? run.rejected?.length ?? 0;
}

function showRejected(rejected) {
  byId("rejected").hidden = !rejected.length;
  byId("rejected").querySelector("tbody").replaceChildren(
    ...rejected.map((record) => el("tr", {}, el("td", {}, record.stockNumber ?? "none"), el("td", {}, record.field ?? ""), el("td", { class: "why" }, record.message ?? ""))));
}

function showRuns(runs) {
  const rows = runs.map((run) => {
    const [words, kind] = STATES[run.status] ?? [run.status, ""];
    const counts = [run.seen, run.created, run.updated, run.unchanged, run.removed ?? 0, rejectedCount(run)];
    return el("tr", {},
      el("td", {}, WHEN.format(new Date(run.createdAt))),
      el("td", { title: run.message ?? run.error }, el("span", { class: `state state-${kind}` }, words)),
      counts.map((count) => el("td", { class: "number" }, NUMBER.format(count))));
  });
  byId("runs").tBodies[0].replaceChildren(...(rows.length ? rows : [el("tr", {}, el("td", { colspan: "8", class: "none" }, "No pulls yet."))]));
}
