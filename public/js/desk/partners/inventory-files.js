/** Files from the DMS: the address that they are sent to, the last one, and which field each of its columns is. */

import { at, call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { lookup } from "../lookup.js";
import { Badge, Copyable, Working } from "../parts.js";
import { onChange } from "../rounds.js";
import { Reason } from "../reason.js";
import { toast } from "../toasts.js";
import { COLUMNS, PREVIEW } from "../words/import.js";
import { FILES as TEXT } from "../words/partners.js";
import { RUN, vehicles, when } from "../words.js";

const LABELS = lookup(COLUMNS);
/** What an import may set, and no file of the DMS says. */
const OURS = new Set(["publishToWebsite", "publishToThirdParty", "id"]);
const FIELDS = Object.keys(LABELS).filter((name) => !OURS.has(name));

/** The card. */
export function InventoryFiles() {
  const shown = useSignal(null);
  const ask = () => call("GET", at("inventory-files")).then((answer) => { shown.value = answer; }, () => {});
  useEffect(() => {
    ask();
    return onChange((topic) => topic === "runs" && ask());
  }, []);
  const change = async (method, path, done, body) => {
    try {
      shown.value = await call(method, path, body);
      toast({ words: done });
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
  };
  if (!shown.value) return null;
  const { url, files } = shown.value;
  const rotate = () => change("POST", `${at("inventory-files")}/rotate`, TEXT.rotated);
  const match = (file, columns) => change("PUT", at("inventory-files", "columns", file.headingsId), TEXT.kept, { columns });
  return html`
    <section class="card" aria-labelledby="files-title">
      <h2 id="files-title">${TEXT.title}</h2>
      <p class="soft">${TEXT.intro}</p>
      <${Copyable} text=${url} label=${TEXT.address} />
      <p class="soft">${TEXT.secret} <${Working} class="button-quiet" run=${rotate}>${TEXT.rotate}<//></p>
      ${files.length > 0 && html`<${Last} file=${files[0]} match=${match} />`}
    </section>`;
}

function Last({ file, match }) {
  const known = file.program ? TEXT.from(file.program) : "";
  return html`
    <div class="site-line"><h3>${TEXT.last}</h3><${Badge} of=${RUN} state=${file.status} /></div>
    <p class="soft">${TEXT.lastFile(when(file.receivedAt), vehicles(file.rows), known)}</p>
    ${file.message && html`<div class=${`note${file.status === "completed" ? "" : " note-warn"}`}><${Reason} words=${file.message} /></div>`}
    <details class="setup">
      <summary>${TEXT.columns}</summary>
      <p class="soft">${TEXT.columnsNote}</p>
      <table class="ledger">
        <thead><tr><th scope="col">${PREVIEW.column}</th><th scope="col">${PREVIEW.field}</th></tr></thead>
        <tbody>${file.columns.map(({ heading, field }, place) => html`
          <tr key=${place}>
            <th scope="row">${heading}</th>
            <td data-label=${PREVIEW.field}><${Choice} heading=${heading} field=${field} pick=${(name) => match(file, matched(file, heading, name))} /></td>
          </tr>`)}
        </tbody>
      </table>
    </details>`;
}

function Choice({ heading, field, pick }) {
  const choose = (event) => pick(event.currentTarget.value || null);
  return html`
    <select class="control" aria-label=${PREVIEW.pick(heading)} value=${field ?? ""} onChange=${choose}>
      <option value="">${TEXT.leftOut}</option>
      ${FIELDS.map((name) => html`<option key=${name} value=${name}>${LABELS[name]}</option>`)}
    </select>`;
}

/** Every column with its field, one of them changed: what is shown is what counts from now on. */
function matched(file, heading, name) {
  const columns = Object.fromEntries(file.columns.map((each) => [each.heading, OURS.has(each.field) ? null : each.field]));
  return { ...columns, [heading]: name };
}
