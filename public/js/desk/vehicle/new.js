/** `#/vehicle/new`: a vehicle entered by hand. */

import { BadText, FIELDS } from "../fields.js";
import { html, useEffect, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { alter, put } from "../outbox.js";
import { Field } from "../parts.js";
import { go, link } from "../route.js";
import { toast } from "../toasts.js";
import { Suggestions } from "./details.js";

const NEEDED = ["vin", "year", "make", "model"];
const FIRST = [...NEEDED, "trim", "stockNumber", "mileage", "price", "purchasePrice", "location"];
const ANSWER_MS = 8000;

/** The form. What the server finds wrong is shown at its field. */
export function NewVehicle() {
  const text = useSignal(Object.fromEntries(FIRST.map((field) => [field, ""])));
  const faults = useSignal({});
  const busy = useSignal(false);
  const form = useRef(null);
  useKeys({ Escape: () => go("inventory") });
  useEffect(() => form.current.querySelector("input").focus(), []);
  const save = async (event) => {
    event.preventDefault();
    if (busy.value) return;
    const found = read(text.value);
    faults.value = found.faults;
    if (Object.keys(found.faults).length) return focusFault(form.current);
    busy.value = true;
    const problem = await enter(found.body);
    busy.value = false;
    if (!problem) return undefined;
    faults.value = Object.keys(problem.fields ?? {}).length ? problem.fields : { vin: problem.message };
    return focusFault(form.current);
  };
  return html`
    <nav class="vehicle-top" aria-label="Way back"><a class="vehicle-back" href=${link("inventory")}><${Icon} name="back" />Inventory</a></nav>
    <form class="card new" ref=${form} onSubmit=${save} novalidate aria-labelledby="new-title">
      <h1 id="new-title" tabindex="-1">Add a vehicle</h1>
      <p class="soft">These are enough to begin with. Photos and everything else come on its page.</p>
      <div class="new-fields">
        ${FIRST.map((field) => {
          const spec = FIELDS[field];
          const type = (event) => {
            text.value = { ...text.value, [field]: event.currentTarget.value };
            faults.value = { ...faults.value, [field]: null };
          };
          return html`<${Field} key=${field} label=${spec.label} optional=${!NEEDED.includes(field)} unit=${spec.unit} inputmode=${spec.inputmode} autocapitalize=${spec.autocapitalize} list=${spec.suggest ? `values-${field}` : undefined} autocomplete="off" value=${text.value[field]} fault=${faults.value[field]} onInput=${type} />`;
        })}
      </div>
      <div class="form-actions"><a class="button" href=${link("inventory")}>Cancel</a><button class="button button-strong" aria-busy=${busy.value ? "true" : undefined}>${busy.value ? "Adding…" : "Add vehicle"}</button></div>
      <${Suggestions} />
    </form>`;
}

function read(text) {
  const body = {};
  const faults = {};
  for (const field of [...FIRST].sort((one) => (one === "year" ? -1 : 0))) {
    try {
      const value = text[field].trim() ? FIELDS[field].read(text[field], { year: body.year }) : null;
      if (value === null && NEEDED.includes(field)) faults[field] = "This is needed.";
      if (value !== null) body[field] = value;
    } catch (problem) {
      if (!(problem instanceof BadText)) throw problem;
      faults[field] = problem.message;
    }
  }
  return { body, faults };
}

/** Add the vehicle and open its page, or return the problem if it is refused. Without a connection, the outbox adds it later. */
async function enter(body) {
  const words = `${body.year} ${body.make} ${body.model}`;
  const { id, fate } = put({ kind: "vehicle", lane: `vehicle/${body.vin}`, vehicleId: null, words: `Adding ${words}`, body, atField: true });
  const late = new Promise((resolve) => setTimeout(resolve, ANSWER_MS, {}));
  const { answer, problem } = await Promise.race([fate, late]);
  if (problem) return problem;
  if (answer) go("vehicle", answer.id);
  else {
    // The form is gone by the time this may be refused.
    alter(id, { atField: false });
    toast({ words: `${words} is kept here and added when there is a connection.` });
    go("inventory");
  }
  return null;
}

function focusFault(form) {
  setTimeout(() => form?.querySelector("[aria-invalid=true]")?.focus());
}
