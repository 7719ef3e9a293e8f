/** One import from the chosen file to its undo. It is kept while the dealer looks at other pages. */

import { at, call, upload } from "../api.js";
import { signal } from "../html.js";
import { keep, kept } from "../kept.js";
import { load } from "../lot.js";
import { toast } from "../toasts.js";
import { IMPORT, RESULT } from "../words/import.js";
import { examples } from "./sample.js";

const MOST_BYTES = 10 * 1024 * 1024;
const MOST_LAYOUTS = 20;

/**
 * `stage` is `choose`, `reading`, `preview`, `importing`, `done` or `undone`; in `preview`, `checking` says that the file is
 * looked at once more. `report` is the server's answer, `choices` a map of heading to field (`null`: not imported) where the
 * dealer chose, `sent` the uploaded share, 0 to 1.
 */
const NOTHING = {
  stage: "choose", file: null, fault: "", report: null, choices: {}, remembered: false, emptyClears: false, checking: false,
  samples: new Map(), sent: 0, left: [],
};
export const state = signal(NOTHING);

/** Only the answer to the last look counts. */
let turn = 0;

const become = (values) => { state.value = { ...state.peek(), ...values }; };

/** Begin again. */
export function reset() {
  turn += 1;
  state.value = NOTHING;
}

/** Look at a file: nothing is saved. Columns are matched as the dealer matched them in the last file with these headings. */
export async function look(file) {
  if (!file) return;
  state.value = { ...NOTHING, file, stage: "reading" };
  if (file.size > MOST_BYTES || !file.size) return become({ stage: "choose", fault: file.size ? IMPORT.tooBig : IMPORT.empty });
  const report = await check({});
  if (!report) return;
  const choices = remembered(report.columns);
  const samples = await examples(file, headingsOf(report.columns)).catch(() => new Map());
  if (state.peek().file !== file) return;
  if (Object.keys(choices).length && !(await check({ choices, remembered: true }))) return;
  become({ samples, stage: "preview" });
}

/** Match a column to a field, or to none, and look at the file again. */
export function match(heading, field) {
  return again({ choices: { ...state.peek().choices, [heading]: field }, remembered: false });
}

/** Match every column as the server does by itself. */
export function matchAnew() {
  return again({ choices: {}, remembered: false });
}

/** Say whether an empty cell clears its field. */
export function clearEmpty(emptyClears) {
  return again({ emptyClears });
}

async function again(values) {
  const { columns } = state.peek().report;
  become({ checking: true });
  if (await check(values) && values.choices) remember(columns, values.choices);
}

/** What the server would do, as `report`. Of a file that it refuses, what was shown before stays, to choose something else. */
async function check(values) {
  const before = state.peek();
  const mine = ++turn;
  become({ ...values, fault: "", sent: 0 });
  try {
    const report = await send(true);
    if (mine !== turn) return null;
    become({ report, checking: false });
    return report;
  } catch (problem) {
    if (mine === turn) become({ ...before, checking: false, stage: before.report ? "preview" : "choose", fault: problem.message });
    return null;
  }
}

/** Import the good rows. */
export async function take() {
  become({ stage: "importing", fault: "", sent: 0 });
  try {
    const report = await send(false);
    become({ report, stage: "done" });
    toast({ words: RESULT.imported(report.created, report.updated, skipped(report)), undo: () => undo(report.importId) });
    load().catch(() => {});
  } catch (problem) {
    become({ stage: "preview", fault: problem.message });
  }
}

/** Put everything back that has not been changed since. */
export async function undo(importId) {
  try {
    const { putBack, left } = await call("POST", at("vehicles", "imports", importId, "undo"));
    if (state.peek().report?.importId === importId) become({ stage: "undone", left });
    toast({ words: `${RESULT.undone(putBack)}${left.length ? RESULT.leftShort(left.length) : ""}` });
  } catch (problem) {
    toast({ words: RESULT.undoFailed(problem.message), bad: true });
  }
  load().catch(() => {});
}

/** The number of rows that are not imported. */
export function skipped(report) {
  return new Set(report.rejected.map(({ row }) => row)).size;
}

function send(dryRun) {
  const { file, choices, emptyClears } = state.peek();
  const columns = JSON.stringify(choices);
  const query = new URLSearchParams({ dryRun: String(dryRun), columns, emptyClears: String(emptyClears) });
  return upload(`/api/vehicles/import?${query}`, file.slice(0, file.size, "text/csv"), (sent) => become({ sent }));
}

/** The choices of the last file with the same headings. */
function remembered(columns) {
  return kept("imports", []).find(([layout]) => layout === layoutOf(columns))?.[1] ?? {};
}

function remember(columns, choices) {
  const layout = layoutOf(columns);
  const others = kept("imports", []).filter(([other]) => other !== layout);
  keep("imports", [...(Object.keys(choices).length ? [[layout, choices]] : []), ...others].slice(0, MOST_LAYOUTS));
}

function layoutOf(columns) {
  return JSON.stringify(headingsOf(columns));
}

function headingsOf(columns) {
  return columns.map(({ heading }) => heading);
}
