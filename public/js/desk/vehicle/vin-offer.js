/** What a VIN says of its car: asked from the server, offered, and put in only when the dealer takes it. */

import { at, call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { lot } from "../lot.js";
import { link } from "../route.js";
import { ALIASES } from "../../search.js";
import { name } from "../words.js";
import { VIN_OFFER as TEXT } from "../words/vehicle.js";

/** How long it waits before each time it asks. A decoder that takes longer offers nothing. */
const WAITS_MS = [0, 600, 900, 1500, 2500, 4000];
const NAMING = ["year", "make", "model"];

/** What the server says of a VIN, `null` until then and where it offers nothing. `vin` is empty where there is nothing to ask. */
export function useOffer(vin) {
  const offer = useSignal(null);
  useEffect(() => {
    let over = false;
    offer.value = null;
    if (vin) ask(vin, () => over).then((found) => { if (!over) offer.value = found; });
    return () => { over = true; };
  }, [vin]);
  return offer.value?.vin === vin ? offer.value : null;
}

async function ask(vin, over) {
  for (const wait of WAITS_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (over()) return null;
    try {
      const found = await call("GET", at("vin", vin));
      if (found.state !== "on_its_way") return found;
    } catch {
      return null;
    }
  }
  return null;
}

/** The offer: `has` are the texts that stand in the fields, `take` gets the values of those that are empty. */
export function VinOffer({ offer, has, take }) {
  const said = Object.entries(offer?.suggestions ?? {}).filter(([, value]) => value !== null);
  const missing = said.filter(([field]) => !has[field]);
  const other = said.some(([field, value]) => NAMING.includes(field) && has[field] && !alike(has[field], value));
  const shown = missing.length > 0 || other || (offer?.valid && offer.hint);
  return html`
    <div class="vin-offer" role="status">
      ${shown && html`
        <div class="note">
          ${missing.length > 0 && html`<p>${TEXT.says(said.map(([, value]) => value).join(", "))}</p>`}
          ${other && html`<p>${TEXT.belongs(name(offer.suggestions))}</p>`}
          ${offer.hint && html`<p>${offer.hint}</p>`}
          ${missing.length > 0 && html`<button type="button" class="button" onClick=${() => take(Object.fromEntries(missing))}>${TEXT.use}</button>`}
        </div>`}
    </div>`;
}

/** Whether two texts may name one year, make or model: a Chevy is a Chevrolet, an F150 XLT an F-150; a series has many models. */
function alike(typed, said) {
  const [ones, others] = [typed, said].map((value) => {
    const plain = String(value).toLowerCase().replace(/\band\b|[^a-z0-9]/g, "");
    return ALIASES.get(plain) ?? [plain];
  });
  return /series|class/i.test(`${typed} ${said}`) || ones.some((one) => others.some((other) => one.includes(other) || other.includes(one)));
}

/** The other car on the lot that has this VIN. */
export function twin(vin, ownId = null) {
  const plain = vin.trim().toUpperCase();
  return [...lot.value.values()].find((each) => each.vin === plain && each.id !== ownId && (each.status === "available" || each.status === "pending"));
}

/** The fault of a VIN that another car has, with the way to that car. */
export function TwinFault({ car }) {
  const called = [name(car), car.stockNumber].filter(Boolean).join(", ");
  return html`${TEXT.taken} <a href=${link("vehicle", car.id)}>${called}</a>`;
}
