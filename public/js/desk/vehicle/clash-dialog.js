/** Two people changed the same field: both versions side by side, and the dealer chooses. */

import { FIELDS } from "../fields.js";
import { html, useSignal } from "../html.js";
import { lot } from "../lot.js";
import { alter, drop, entries } from "../outbox.js";
import { Dialog } from "../parts.js";
import { STATUS, name } from "../words.js";
import { CLASH_DIALOG as TEXT } from "../words/vehicle.js";

/** The edit of a vehicle that clashes, or `undefined`. */
export function clashOf(vehicleId) {
  return entries.value.find((entry) => entry.state === "clash" && entry.vehicleId === vehicleId);
}

/** The dialog; closing it leaves the edit waiting, to be decided later. */
export function ClashDialog({ entry }) {
  const later = useSignal(false);
  const { theirs, fields } = entry.clash;
  const choice = useSignal(Object.fromEntries(fields.map((field) => [field, "mine"])));
  if (later.value) {
    return html`<p class="strip strip-warn">${TEXT.changedToo(fields.map(label).join(" and "))} <button type="button" class="button-quiet" onClick=${() => { later.value = false; }}>${TEXT.compare}</button></p>`;
  }
  const decide = (event) => {
    event.preventDefault();
    resolve(entry, fields.filter((field) => choice.value[field] === "mine"));
  };
  return html`
    <${Dialog} title=${TEXT.title} wide onClose=${() => { later.value = true; }}>
      <form class="form" onSubmit=${decide}>
        <p class="soft">${TEXT.choose(name(lot.value.get(entry.vehicleId) ?? theirs))}</p>
        ${fields.map((field) => html`
          <fieldset class="clash" key=${field}>
            <legend>${label(field)}</legend>
            ${[["mine", TEXT.yours, entry.changes[field]], ["theirs", TEXT.theirs, theirs[field]]].map(([side, words, value]) => html`
              <label class="clash-side" key=${side}>
                <input type="radio" name=${field} value=${side} checked=${choice.value[field] === side}
                  onChange=${() => { choice.value = { ...choice.value, [field]: side }; }} />
                <span class="clash-who">${words}</span><span class="clash-value">${shown(field, value)}</span>
              </label>`)}
          </fieldset>`)}
        <div class="form-actions"><button class="button button-strong">${TEXT.keep}</button></div>
      </form>
    <//>`;
}

/** Send the fields for which the dealer chose the own version; the other user's version stays in the others. */
function resolve(entry, mine) {
  const kept = Object.entries(entry.changes).filter(([field]) => mine.includes(field) || !entry.clash.fields.includes(field));
  if (!kept.length) return drop(entry.id);
  const { theirs } = entry.clash;
  const before = Object.fromEntries(kept.map(([field]) => [field, theirs[field]]));
  return alter(entry.id, { changes: Object.fromEntries(kept), before, version: theirs.version, state: "waiting", due: 0, clash: null });
}

const LABELS = { status: TEXT.status, publishToWebsite: TEXT.publishToWebsite, publishToThirdParty: TEXT.publishToThirdParty };

function label(field) {
  return FIELDS[field]?.label ?? LABELS[field] ?? field;
}

function shown(field, value) {
  if (field === "status") return STATUS[value]?.[0] ?? value;
  if (typeof value === "boolean") return value ? TEXT.on : TEXT.off;
  if (value === null || value === "") return TEXT.empty;
  const text = FIELDS[field]?.write(value) ?? String(value);
  return FIELDS[field]?.unit === "$" ? `$${text}` : text;
}

