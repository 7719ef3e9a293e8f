/** The import of a CSV file: choose it, check what it will change, import its good rows, and undo that. */

import { html, useEffect, useRef } from "../html.js";
import { Icon } from "../icons.js";
import { Head, Working } from "../parts.js";
import { link } from "../route.js";
import { IMPORT, PREVIEW, RESULT } from "../words/import.js";
import { called } from "../words.js";
import { lot } from "../lot.js";
import { clearEmpty, look, matchAnew, reset, skipped, state, take, undo } from "./file.js";
import { Columns } from "./columns.js";
import { Remarks } from "./remarks.js";

/** `#/import`. */
export function Import() {
  const { stage, fault } = state.value;
  return html`
    <a class="vehicle-back" href=${link("inventory")}><${Icon} name="back" />${IMPORT.back}</a>
    <${Head} title=${IMPORT.title} />
    <div class="import">
      ${stage === "choose" && html`<p class="soft">${IMPORT.intro} <a href="/api/vehicles/export.csv" download="vehicles.csv">${IMPORT.example}</a>${IMPORT.exampleNote}</p>`}
      ${["choose", "preview"].includes(stage) && html`<${Choose} />`}
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      ${["reading", "importing"].includes(stage) && html`<${Busy} />`}
      ${stage === "preview" && html`<${Preview} />`}
      ${["done", "undone"].includes(stage) && html`<${Result} />`}
    </div>`;
}

function Choose() {
  const input = useRef(null);
  const { file, stage } = state.value;
  const drop = (event) => {
    event.preventDefault();
    look(event.dataTransfer.files[0]);
  };
  const choose = (event) => {
    look(event.currentTarget.files[0]);
    // The same file, corrected, is chosen again.
    event.currentTarget.value = "";
  };
  return html`
    <div class=${`drop${stage === "preview" ? " drop-small" : ""}`} onDragOver=${(event) => event.preventDefault()} onDrop=${drop}>
      <${Icon} name="upload" />
      ${file && html`<strong>${file.name}</strong>`}
      <button type="button" class="button" onClick=${() => input.current.click()}>${file ? IMPORT.chooseOther : IMPORT.choose}</button>
      <p class="soft">${IMPORT.drop}</p>
      <input ref=${input} class="unseen" type="file" tabindex="-1" aria-label=${IMPORT.file} accept=".csv,.txt,text/csv,text/plain" onChange=${choose} />
    </div>`;
}

function Busy() {
  const { stage, file, sent } = state.value;
  const words = stage === "importing" ? IMPORT.importing : sent < 1 ? IMPORT.uploading(file.name) : IMPORT.reading(file.name);
  // The upload is measured; the rest is as long as the server needs.
  return html`
    <div class="import-busy">
      <p role="status">${words}</p>
      <progress max="1" value=${sent < 1 ? sent : undefined} aria-label=${words}></progress>
    </div>`;
}

function Preview() {
  const { report, remembered, emptyClears, checking } = state.value;
  const skip = skipped(report);
  const count = report.created + report.updated;
  const title = useRef(null);
  useEffect(() => title.current.focus(), []);
  return html`
    <section class="card" aria-labelledby="import-title">
      <h2 id="import-title" tabindex="-1" ref=${title}>${PREVIEW.title}</h2>
      <div role="status">
        <p><strong>${PREVIEW.summary(report.created, report.updated, report.unchanged)}</strong>${checking && html` <span class="soft">${PREVIEW.checking}</span>`}</p>
        ${skip > 0 && html`<p class="fault">${PREVIEW.skipped(skip)}</p>`}
      </div>
      ${remembered && html`<p class="note">${PREVIEW.remembered} <button type="button" class="button-quiet" onClick=${matchAnew}>${PREVIEW.forget}</button></p>`}
      <${Columns} />
      <label class="check"><input type="checkbox" checked=${emptyClears} onChange=${(event) => clearEmpty(event.currentTarget.checked)} /><span>${PREVIEW.emptyClears} <span class="soft">${PREVIEW.emptyClearsNote}</span></span></label>
      <div class="form-actions">
        <button type="button" class="button" onClick=${reset}>${PREVIEW.cancel}</button>
        <${Working} class="button button-strong" disabled=${!count || checking} run=${take}>${count ? PREVIEW.import(count, skip) : PREVIEW.nothingToDo}<//>
      </div>
    </section>
    <${Remarks} report=${report} />`;
}

function Result() {
  const { stage, report, left } = state.value;
  const title = useRef(null);
  useEffect(() => title.current.focus(), [stage]);
  const skip = skipped(report);
  return html`
    <section class="card" aria-labelledby="import-title">
      <h2 id="import-title" tabindex="-1" ref=${title}>${stage === "done" ? RESULT.title : RESULT.undoneTitle}</h2>
      ${stage === "done" && html`<p role="status"><strong>${RESULT.imported(report.created, report.updated, skip)}</strong></p>`}
      ${stage === "done" && skip > 0 && html`<p class="soft">${RESULT.downloadNote}</p>`}
      ${left.length > 0 && html`<p>${RESULT.left(left.length)}</p><ul>${left.map(({ vehicleId, vin, stockNumber }) => html`
        <li key=${vehicleId}><a href=${link("vehicle", vehicleId)}>${called(lot.value.get(vehicleId), vin)}</a>${stockNumber && ` (${stockNumber})`}</li>`)}</ul>`}
      <div class="form-actions">
        <button type="button" class="button" onClick=${reset}>${RESULT.another}</button>
        ${stage === "done" && html`<${Working} run=${() => undo(report.importId)}>${RESULT.undo}<//>`}
        ${stage === "done" && skip > 0 && html`<a class="button" href=${`/api/vehicles/imports/${encodeURIComponent(report.importId)}/rejected.csv`} download="rejected.csv">${RESULT.download}</a>`}
        <a class="button button-strong" href=${link("inventory")}>${RESULT.inventory}</a>
      </div>
    </section>
    <${Remarks} report=${report} />`;
}
