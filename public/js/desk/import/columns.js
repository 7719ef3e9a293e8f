/** The columns of the file: an example of each, the field that it goes to, and what that changes. */

import { html } from "../html.js";
import { lookup } from "../lookup.js";
import { COLUMNS, PREVIEW } from "../words/import.js";
import { amount, number } from "../words.js";
import { match, state } from "./file.js";

const LABELS = lookup(COLUMNS);
const LONGEST = 60;
const dollars = (value) => amount(Number(value));
const WRITTEN = lookup({ price: dollars, purchasePrice: dollars, mileage: (value) => number(Number(value)) });

/** The table. */
export function Columns() {
  const { report, samples } = state.value;
  const changes = new Map(report.changes.map((change) => [change.field, change]));
  // A field that several columns go to shows its changes once.
  const first = new Map([...report.columns].reverse().map(({ heading, field }) => [field, heading]));
  return html`
    <table class="ledger import-columns">
      <thead><tr><th scope="col">${PREVIEW.column}</th><th scope="col">${PREVIEW.example}</th><th scope="col">${PREVIEW.field}</th><th scope="col">${PREVIEW.changes}</th></tr></thead>
      <tbody>${report.columns.map(({ heading, field }, place) => html`
        <tr key=${place} class=${field ? "" : "import-unused"}>
          <th scope="row">${heading}</th>
          <td data-label=${PREVIEW.example}>${samples.get(heading) || "–"}</td>
          <td data-label=${PREVIEW.field}><${Choice} heading=${heading} field=${field} /></td>
          <td data-label=${PREVIEW.changes}>${field && first.get(field) === heading && changes.has(field) ? html`<${Changes} of=${changes.get(field)} />` : "–"}</td>
        </tr>`)}
      </tbody>
    </table>`;
}

function Choice({ heading, field }) {
  return html`
    <select class="control" aria-label=${PREVIEW.pick(heading)} value=${field ?? ""} onChange=${(event) => match(heading, event.currentTarget.value || null)}>
      <option value="">${PREVIEW.notImported}</option>
      ${Object.keys(LABELS).map((name) => html`<option key=${name} value=${name}>${LABELS[name]}</option>`)}
    </select>`;
}

function Changes({ of: { field, changed, cleared, examples } }) {
  const shown = (value) => (value === null ? PREVIEW.nothing : WRITTEN[field]?.(value) ?? shorten(value));
  return html`
    <div>
      ${changed > 0 && PREVIEW.changed(changed)}${changed > 0 && cleared > 0 && ", "}${cleared > 0 && html`<strong class="loss">${PREVIEW.emptied(cleared)}</strong>`}
      ${examples.map(({ row, before, after }) => html`<span class="second" key=${row}>${PREVIEW.from(row, shown(before), shown(after))}</span>`)}
    </div>`;
}

function shorten(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
