/** `#/vehicle/new`: a vehicle entered by hand. */

import { at, call } from "../api.js";
import { BadText, FIELDS, amount } from "../fields.js";
import { html, useEffect, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { alter, put } from "../outbox.js";
import { Field } from "../parts.js";
import { go, link, route } from "../route.js";
import { toast } from "../toasts.js";
import { modelYear, vinFault } from "../vin.js";
import { Suggestions } from "./details.js";
import { TwinFault, VinOffer, twin, useOffer } from "./vin-offer.js";
import { NEW as TEXT } from "../words/vehicle.js";

const NEEDED = ["vin", "year", "make", "model"];
const FIRST = [...NEEDED, "trim", "stockNumber", "mileage", "price", "purchasePrice", "location"];
// What a VIN tells besides; shown once it stands there.
const FURTHER = ["bodyStyle", "engine", "fuelType", "drivetrain", "transmission"];
const ANSWER_MS = 8000;

/** The form. What the server finds wrong is shown at its field. */
export function NewVehicle() {
  const text = useSignal(Object.fromEntries([...FIRST, ...FURTHER].map((field) => [field, ""])));
  const left = useSignal("");
  const offer = useOffer(left.value);
  const faults = useSignal({});
  const busy = useSignal(false);
  const form = useRef(null);
  useKeys({ Escape: () => go("inventory") });
  useEffect(() => form.current.querySelector("input").focus(), []);
  const saleId = route.value.query.get("sale");
  useEffect(() => { if (saleId) knowTradeIn(saleId, text); }, [saleId]);
  const save = async (event) => {
    event.preventDefault();
    if (busy.value) return;
    const found = read(text.value);
    faults.value = found.faults;
    if (Object.keys(found.faults).length) return focusFault(form.current);
    busy.value = true;
    const problem = await enter(found.body, saleId);
    busy.value = false;
    if (!problem) return undefined;
    faults.value = Object.keys(problem.fields ?? {}).length ? problem.fields : { vin: problem.message };
    const other = faults.value.vin && twin(text.value.vin);
    if (other) faults.value = { ...faults.value, vin: html`<${TwinFault} car=${other} />` };
    return focusFault(form.current);
  };
  // A whole VIN tells the year while it is typed: whoever tabs on finds it there, selected.
  const tellYear = () => {
    const vin = text.value.vin.trim().toUpperCase();
    const year = text.value.year.trim() || vinFault(vin) ? null : modelYear(vin);
    if (year) text.value = { ...text.value, year: String(year) };
  };
  // It is checked when its field is left, and tells the rest a moment later.
  const leaveVin = () => {
    const vin = text.value.vin.trim().toUpperCase();
    const fault = vin && (vinFault(vin, Number(text.value.year)) ?? null);
    const other = vin && twin(vin);
    left.value = !vin || fault || other ? "" : vin;
    if (fault || other) faults.value = { ...faults.value, vin: fault || html`<${TwinFault} car=${other} />` };
  };
  const take = (details) => {
    const fields = Object.keys(details);
    text.value = { ...text.value, ...Object.fromEntries(fields.map((field) => [field, String(details[field])])) };
    faults.value = { ...faults.value, ...Object.fromEntries(fields.map((field) => [field, null])) };
  };
  return html`
    <nav class="vehicle-top" aria-label=${TEXT.back}><a class="vehicle-back" href=${link("inventory")}><${Icon} name="back" />${TEXT.inventory}</a></nav>
    <form class="card new" ref=${form} onSubmit=${save} novalidate aria-labelledby="new-title">
      <h1 id="new-title" tabindex="-1">${saleId ? TEXT.tradeInTitle : TEXT.addAVehicle}</h1>
      <p class="soft">${saleId ? TEXT.tradeInNote : TEXT.intro}</p>
      <div class="new-fields">
        ${[...FIRST, ...FURTHER.filter((each) => text.value[each])].map((field) => {
          const spec = FIELDS[field];
          const type = (event) => {
            text.value = { ...text.value, [field]: event.currentTarget.value };
            if (field === "vin") tellYear();
            faults.value = { ...faults.value, [field]: null };
          };
          return html`<${Field} key=${field} label=${spec.label} optional=${!NEEDED.includes(field)} unit=${spec.unit} inputmode=${spec.inputmode} autocapitalize=${spec.autocapitalize} list=${spec.suggest ? `values-${field}` : undefined} autocomplete="off" value=${text.value[field]} fault=${faults.value[field]} onInput=${type} onBlur=${field === "vin" ? leaveVin : undefined} />`;
        })}
      </div>
      <${VinOffer} offer=${offer} has=${text.value} take=${take} />
      <div class="form-actions"><a class="button" href=${link("inventory")}>${TEXT.cancel}</a><button class="button button-strong" aria-busy=${busy.value ? "true" : undefined}>${busy.value ? TEXT.adding : TEXT.addVehicle}</button></div>
      <${Suggestions} />
    </form>`;
}

/** Begin with what the customer was given for the car. */
async function knowTradeIn(saleId, text) {
  try {
    const sale = await call("GET", at("sales", saleId));
    const traded = sale.lines.find((line) => line.kind === "tradeIn");
    if (traded && !text.peek().purchasePrice) text.value = { ...text.peek(), purchasePrice: amount(-traded.amount) };
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
}

function read(text) {
  const body = {};
  const faults = {};
  for (const field of [...FIRST, ...FURTHER].sort((one) => (one === "year" ? -1 : 0))) {
    try {
      const value = text[field].trim() ? FIELDS[field].read(text[field], { year: body.year }) : null;
      if (value === null && NEEDED.includes(field)) faults[field] = TEXT.required;
      if (value !== null) body[field] = value;
    } catch (problem) {
      if (!(problem instanceof BadText)) throw problem;
      faults[field] = problem.message;
    }
  }
  return { body, faults };
}

/** Add the vehicle and open its page, or return the problem if it is refused. Without a connection, the outbox adds it later. */
async function enter(body, saleId) {
  const words = `${body.year} ${body.make} ${body.model}`;
  const { id, fate } = put({ kind: "vehicle", lane: `vehicle/${body.vin}`, vehicleId: null, words: TEXT.entry(words), body, atField: true, ...(saleId ? { saleId } : {}) });
  const late = new Promise((resolve) => setTimeout(resolve, ANSWER_MS, {}));
  const { answer, problem } = await Promise.race([fate, late]);
  if (problem) return problem;
  if (answer) go("vehicle", answer.id);
  else {
    // The form is gone by the time this may be refused.
    alter(id, { atField: false });
    toast({ words: TEXT.kept(words) });
    go("inventory");
  }
  return null;
}

function focusFault(form) {
  setTimeout(() => form?.querySelector("[aria-invalid=true]")?.focus());
}
