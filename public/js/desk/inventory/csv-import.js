/** The import of a CSV file: a preview first, then its good rows. */

import { call } from "../api.js";
import { html, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { load } from "../lot.js";
import { Dialog, Working } from "../parts.js";
import { toast } from "../toasts.js";
import { many, number } from "../words.js";

const SHOWN_REMARKS = 50;

/** The dialog. */
export function CsvImport({ onClose }) {
  const file = useSignal(null);
  const report = useSignal(null);
  const taken = useSignal(null);
  const fault = useSignal("");
  const input = useRef(null);
  const look = async (chosen) => {
    if (!chosen) return;
    file.value = chosen;
    report.value = null;
    taken.value = null;
    fault.value = "";
    try {
      report.value = await send(chosen, true);
    } catch (problem) {
      fault.value = problem.message;
    }
  };
  const drop = (event) => {
    event.preventDefault();
    look(event.dataTransfer.files[0]);
  };
  const take = async () => {
    try {
      const done = await send(file.value, false);
      toast({
        words: `Taken over: ${number(done.created)} new, ${number(done.updated)} changed.`,
        undo: () => undo(done.importId),
      });
      load().catch(() => {});
      taken.value = done;
      if (done.rejected.length === 0) onClose();
    } catch (problem) {
      fault.value = problem.message;
    }
  };
  return html`
    <${Dialog} title="Import vehicles" wide onClose=${onClose}>
      <div class="form">
        <p class="soft">A CSV file with a heading line; the usual names of columns are understood. A vehicle whose VIN is on the lot is changed, any other is added. An empty cell changes nothing. <a href="/api/vehicles/export.csv" download="vehicles.csv">Export the lot</a> to see how it looks.</p>
        <div class="drop" onDragOver=${(event) => event.preventDefault()} onDrop=${drop}>
          <${Icon} name="upload" />
          <button type="button" class="button" onClick=${() => input.current.click()}>Choose a file</button>
          <p class="soft">${file.value ? file.value.name : "or drop it here"}</p>
          <input ref=${input} class="unseen" type="file" tabindex="-1" aria-label="CSV file" accept=".csv,text/csv,text/plain"
            onChange=${(event) => look(event.currentTarget.files[0])} />
        </div>
        ${fault.value && html`<p class="fault" role="alert">${fault.value}</p>`}
        ${file.value && !report.value && !fault.value && html`<p class="soft" role="status">Reading it…</p>`}
        ${report.value && html`<${Report} report=${report.value} />`}
        <div class="form-actions">
          ${taken.value
            ? html`<a class="button button-strong" href=${`/api/vehicles/imports/${taken.value.importId}/rejected.csv`} download="rejected.csv">Download the rejected rows</a>`
            : html`<${Working} class="button button-strong" disabled=${!report.value || report.value.created + report.value.updated === 0} run=${take}>Take it over<//>`}
        </div>
      </div>
    <//>`;
}

function Report({ report }) {
  const ignored = report.columns.filter(({ field }) => !field).map(({ heading }) => heading);
  const rejected = new Set(report.rejected.map(({ row }) => row)).size;
  return html`
    <div role="status">
      <p><strong>${number(report.created)} new</strong>, ${number(report.updated)} to change, ${number(report.unchanged)} already so.</p>
      ${ignored.length > 0 && html`<p class="soft">Left out: ${ignored.join(", ")}.</p>`}
      ${report.changes.length > 0 && html`<p class="soft">Changes: ${report.changes.map(inWords).join("; ")}.</p>`}
      ${rejected > 0 && html`<p class="fault">${many(rejected, "row")} cannot be taken over. The other rows can.</p>`}
    </div>
    <${Remarks} label="Rejected rows" remarks=${report.rejected} />
    <${Remarks} label="Warnings" remarks=${report.warnings} />`;
}

function Remarks({ label, remarks }) {
  if (remarks.length === 0) return null;
  return html`
    <div class="scroll" role="region" aria-label=${label} tabindex="0">
      <table class="plain-table">
        <thead><tr><th scope="col" class="number">Row</th><th scope="col">Column</th><th scope="col">Value</th><th scope="col">${label}</th></tr></thead>
        <tbody>${remarks.slice(0, SHOWN_REMARKS).map((each, index) => html`<tr key=${index}><td class="number">${each.row}</td><td>${each.column}</td><td>${each.value}</td><td>${each.message}</td></tr>`)}</tbody>
      </table>
    </div>`;
}

function inWords({ field, changed, cleared }) {
  return `${field} ${[changed && `${number(changed)} new`, cleared && `${number(cleared)} emptied`].filter(Boolean).join(", ")}`;
}

function send(file, dryRun) {
  return call("POST", `/api/vehicles/import?dryRun=${dryRun}`, file.slice(0, file.size, "text/csv"));
}

async function undo(importId) {
  try {
    const { putBack, left } = await call("POST", `/api/vehicles/imports/${importId}/undo`);
    const more = left.length > 0 ? ` ${many(left.length, "vehicle")} changed since then: left alone.` : "";
    toast({ words: `The import is undone: ${many(putBack, "vehicle")} put back.${more}` });
  } catch (problem) {
    toast({ words: `The import could not be undone: ${problem.message}`, bad: true });
  }
  load().catch(() => {});
}
