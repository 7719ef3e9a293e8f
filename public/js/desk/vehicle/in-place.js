/** A field of a vehicle that is edited in place and saved when it loses focus. Escape restores the old text. */

import { edit, fate, forgive } from "../edits.js";
import { refusals } from "../errands.js";
import { BadText, FIELDS } from "../fields.js";
import { html, useEffect, useId, useRef, useSignal } from "../html.js";
import { lot } from "../lot.js";
import { name } from "../words.js";
import { TwinFault, twin } from "./vin-offer.js";
import { IN_PLACE as TEXT, VIN_OFFER as OFFER } from "../words/vehicle.js";

const SAVED_MS = 7000;

/** `label: input`, with its unit, the state of the last change, and its error. */
export function InPlace({ vehicle, field, fromVin = false }) {
  const spec = FIELDS[field];
  const id = useId();
  const typing = useTyping(vehicle.id, field);
  const refusal = refusals.value[`${vehicle.id}/${field}`];
  const text = typing.draft.value ?? (refusal ? spec.write(refusal.value) : spec.write(vehicle[field]));
  const fault = typing.fault.value ?? refusal?.message;
  const input = {
    id,
    class: `quiet${spec.number ? " quiet-number" : ""}${spec.code ? " quiet-code" : ""}`,
    value: text,
    autocomplete: "off",
    "aria-invalid": fault ? "true" : undefined,
    "aria-describedby": `${id}-note`,
    onInput: (event) => typing.type(event.currentTarget.value),
    onChange: spec.type === "date" ? () => typing.commit() : undefined,
    onBlur: () => typing.commit(),
    onKeyDown: (event) => keyed(event, spec, typing),
  };
  const edited = vehicle.externalDmsId !== null && vehicle.editedFields.includes(field);
  return html`
    <div class=${`line${spec.long ? " line-long" : ""}`}>
      <label for=${id}>${spec.label}${edited && html`<span class="edited" title=${TEXT.editedNote}><span class="unseen"> ${TEXT.editedHere}</span></span>`}${fromVin && html` <span class="soft">${OFFER.fromVin}</span>`}</label>
      <div class=${`line-value${spec.unit ? ` line-${spec.unit === "$" ? "dollars" : "miles"}` : ""}`}>
        ${spec.long
          ? html`<textarea rows="3" maxlength="10000" placeholder=${TEXT.none} ...${input}></textarea>`
          : html`<input type=${spec.type ?? "text"} inputmode=${spec.inputmode} autocapitalize=${spec.autocapitalize} list=${spec.suggest ? `values-${field}` : undefined} placeholder="–" ...${input} />`}
      </div>
      <p class=${fault ? "fault line-note" : "line-note"} id=${`${id}-note`} role=${fault ? "alert" : "status"}>
        ${fault && field === "vin" && twin(text, vehicle.id) ? html`<${TwinFault} car=${twin(text, vehicle.id)} />` : fault ?? html`<${State} vehicleId=${vehicle.id} field=${field} saved=${typing.saved} />`}
      </p>
    </div>`;
}

function State({ vehicleId, field, saved }) {
  const state = fate(vehicleId, field);
  if (state === "clash") return TEXT.clash;
  if (state) return state === "sending" ? TEXT.saving : TEXT.kept;
  if (!saved.value) return null;
  const undo = () => {
    const { before } = saved.value;
    saved.value = null;
    edit(vehicleId, { [field]: before }, { words: TEXT.undoing(FIELDS[field].label), atField: true });
  };
  return html`${TEXT.saved} <button type="button" class="button-quiet" onClick=${undo}>${TEXT.undo}</button>`;
}

function keyed(event, spec, typing) {
  if (event.key === "Escape") {
    event.stopPropagation();
    typing.forget();
    event.currentTarget.blur();
  } else if (event.key === "Enter" && (!spec.long || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    typing.commit();
  }
}

/** The draft of a field. It is committed when the field disappears for any reason. */
function useTyping(vehicleId, field) {
  const draft = useSignal(null);
  const fault = useSignal(null);
  const saved = useSignal(null);
  const timer = useRef(null);
  const commit = () => {
    if (draft.peek() === null) return;
    const vehicle = lot.peek().get(vehicleId);
    let value;
    try {
      value = FIELDS[field].read(draft.peek(), vehicle);
    } catch (problem) {
      if (!(problem instanceof BadText)) throw problem;
      fault.value = problem.message;
      return;
    }
    draft.value = null;
    const before = vehicle[field];
    const words = TEXT.of(FIELDS[field].label, name(vehicle));
    edit(vehicleId, { [field]: value }, { words, atField: true })?.then(({ answer }) => answer && told(before));
  };
  const told = (before) => {
    saved.value = { before };
    clearTimeout(timer.current);
    timer.current = setTimeout(() => { saved.value = null; }, SAVED_MS);
  };
  useEffect(() => {
    window.addEventListener("pagehide", commit);
    return () => {
      window.removeEventListener("pagehide", commit);
      clearTimeout(timer.current);
      commit();
    };
  }, [vehicleId, field]);
  const type = (text) => {
    draft.value = text;
    fault.value = null;
    saved.value = null;
    forgive(vehicleId, [field]);
  };
  const forget = () => {
    draft.value = null;
    fault.value = null;
    forgive(vehicleId, [field]);
  };
  return { draft, fault, saved, commit, type, forget };
}
