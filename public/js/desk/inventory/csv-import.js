/** The import of a CSV file: a preview first, then the whole file. */

import { call } from "../api.js";
import { html, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { load } from "../lot.js";
import { Dialog, Working } from "../parts.js";
import { toast } from "../toasts.js";
import { many, number } from "../words.js";

const SHOWN_FAULTS = 50;

/** The dialog. */
export function CsvImport({ onClose }) {
  const file = useSignal(null);
  const report = useSignal(null);
  const fault = useSignal("");
  const input = useRef(null);
  const look = async (chosen) => {
    if (!chosen) return;
    file.value = chosen;
    report.value = null;
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
      toast({ words: `Taken over: ${number(done.created)} new, ${number(done.updated)} changed.` });
      load().catch(() => {});
      onClose();
    } catch (problem) {
      fault.value = problem.message;
    }
  };
  return html`
    <${Dialog} title="Import vehicles" wide onClose=${onClose}>
      <div class="form">
        <p class="soft">A CSV file with a heading line. The column <code>vin</code> is needed; the names of an export are understood, and most others. A vehicle whose VIN is on the lot is changed, any other is added. <a href="/api/vehicles/export.csv" download="vehicles.csv">Export the lot</a> to see how it looks.</p>
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
          <${Working} class="button button-strong"
            disabled=${!report.value || report.value.errors.length > 0 || report.value.created + report.value.updated === 0} run=${take}>Take it over<//>
        </div>
      </div>
    <//>`;
}

function Report({ report }) {
  const ignored = Object.entries(report.columns).filter(([, field]) => !field).map(([header]) => header);
  return html`
    <div role="status">
      <p><strong>${many(report.rows, "row")}</strong>: ${number(report.created)} new, ${number(report.updated)} to change, ${number(report.unchanged)} already so.</p>
      ${ignored.length > 0 && html`<p class="soft">Left out: ${ignored.join(", ")}.</p>`}
      ${report.errors.length > 0 && html`<p class="fault">${many(report.errors.length, "fault")}: nothing is taken over until the file is right.</p>`}
    </div>
    ${report.errors.length > 0 && html`
      <div class="scroll" role="region" aria-label="Faults" tabindex="0">
        <table class="plain-table">
          <thead><tr><th scope="col" class="number">Row</th><th scope="col">Column</th><th scope="col">What is wrong</th></tr></thead>
          <tbody>${report.errors.slice(0, SHOWN_FAULTS).map((each, index) => html`<tr key=${index}><td class="number">${each.row}</td><td>${each.field}</td><td>${each.message}</td></tr>`)}</tbody>
        </table>
      </div>`}`;
}

function send(file, dryRun) {
  return call("POST", `/api/vehicles/import?dryRun=${dryRun}`, file.slice(0, file.size, "text/csv"));
}
