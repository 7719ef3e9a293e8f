/** Changing a sale that was entered wrong: its price, date, customer or lines. */

import { same } from "../clash.js";
import { html, useSignal } from "../html.js";
import { lot } from "../lot.js";
import { entries, put } from "../outbox.js";
import { go } from "../route.js";
import { dismiss, toast } from "../toasts.js";
import { CHANGE_SALE } from "../words/sales.js";
import { called } from "../words.js";
import { plainLines } from "./sale-lines.js";
import { SaleForm } from "./sale-form.js";

/** A sale with the changes that this desk has yet to send. */
export function expectedSale(sale) {
  return Object.assign({}, sale, ...entries.value.filter((entry) => entry.saleId === sale.id && entry.kind === "saleChange").map((entry) => entry.body));
}

/** The button that changes a sale that stands. A price that is not known yet is entered under Needs you. */
export function ChangeSale({ sale }) {
  const opened = useSignal(false);
  if (sale.state === "voided" || sale.state === "asked") return null;
  const vehicle = lot.value.get(sale.vehicleId);
  const car = called(vehicle, sale.vin);
  const close = () => { opened.value = false; };
  return html`
    <button type="button" class="button" onClick=${() => { opened.value = true; }}>${CHANGE_SALE.button}<span class="unseen"> ${car}</span></button>
    ${opened.value && html`
      <${SaleForm} title=${CHANGE_SALE.title(car)} words=${CHANGE_SALE.save} note=${CHANGE_SALE.note} start=${sale}
        cost=${vehicle?.purchasePrice ?? null} onSave=${(values) => change(sale, values, car)} onClose=${close} />`}`;
}

function change(sale, values, car) {
  const before = written(sale);
  const fields = Object.keys(before).filter((field) => !same(before[field], values[field]));
  if (!fields.length) return;
  const undo = () => send(sale, pick(before, fields), car, CHANGE_SALE.changedBack(car));
  send(sale, pick(values, fields), car, CHANGE_SALE.changed(car), undo);
}

/** Send a change, and say what became of it: of a sale that was paid on, the server asks first. */
async function send(sale, body, car, words, undo = null) {
  const said = toast({ words, undo });
  const entry = { kind: "saleChange", lane: `edit/${sale.vehicleId}`, vehicleId: sale.vehicleId, saleId: sale.id, words: CHANGE_SALE.entry(car), body };
  const { answer, problem } = await put(entry).fate;
  const asked = answer && !Object.keys(body).every((field) => AGREES[field](answer[field], body[field]));
  if (problem || asked) dismiss(said);
  if (asked) toast({ words: CHANGE_SALE.asked, action: { words: CHANGE_SALE.look, run: () => go("failed") } });
}

/** Whether the answer has what was sent. The server knows customers by name and names lines that have no description. */
const AGREES = {
  salePrice: same,
  saleDate: same,
  customer: (one, sent) => same(one?.name.toLowerCase(), sent?.name.toLowerCase()),
  lines: (all, sent) => all.length === sent.length && all.every((line, place) => {
    const { kind, amount, description = line.description } = sent[place];
    return same([line.kind, line.amount, line.description], [kind, amount, description]);
  }),
};

/** What can be changed of a sale, as it is sent. */
function written({ salePrice, saleDate, customer, lines }) {
  const { name, email, phone } = customer ?? {};
  return { salePrice, saleDate, customer: name ? { name, email, phone } : null, lines: plainLines(lines ?? []) };
}

function pick(values, fields) {
  return Object.fromEntries(fields.map((field) => [field, values[field]]));
}
