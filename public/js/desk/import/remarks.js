/** The rows that are not imported, and those to check, in the order of the file. */

import { html, useSignal } from "../html.js";
import { ROWS } from "../words/import.js";
import { number } from "../words.js";

const FIRST = 50;
const STEP = 200;

/** Both lists. */
export function Remarks({ report }) {
  return html`
    <${List} title=${ROWS.problems} label=${ROWS.problem} remarks=${report.rejected} />
    <${List} title=${ROWS.warnings} note=${ROWS.warningsNote} label=${ROWS.warning} remarks=${report.warnings} />`;
}

function List({ title, note = "", label, remarks }) {
  const shown = useSignal(FIRST);
  if (remarks.length === 0) return null;
  const sorted = [...remarks].sort((one, other) => one.row - other.row);
  const rest = sorted.length - shown.value;
  return html`
    <section class="card" aria-label=${title}>
      <h2>${title}</h2>
      ${note && html`<p class="soft">${note}</p>`}
      <table class="ledger">
        <thead><tr><th scope="col" class="number">${ROWS.row}</th><th scope="col">${ROWS.column}</th><th scope="col">${ROWS.value}</th><th scope="col">${label}</th></tr></thead>
        <tbody>${sorted.slice(0, shown.value).map((each, place) => html`
          <tr key=${place}><td data-label=${ROWS.row} class="number">${number(each.row)}</td><td data-label=${ROWS.column}>${each.column || "–"}</td><td data-label=${ROWS.value}>${each.value || "–"}</td><td data-label=${label}>${each.message}</td></tr>`)}</tbody>
      </table>
      ${rest > 0 && html`<button type="button" class="button" onClick=${() => { shown.value += STEP; }}>${ROWS.more(Math.min(rest, STEP))}</button>`}
    </section>`;
}
