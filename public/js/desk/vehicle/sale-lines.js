/** What is on a sale besides the car: entered when it is sold, and shown above a sold vehicle. */

import { BadText, amount as typed, dollars } from "../fields.js";
import { html } from "../html.js";
import { Icon } from "../icons.js";
import { lookup } from "../lookup.js";
import { Field } from "../parts.js";
import { link } from "../route.js";
import { LINES } from "../words/sales.js";
import { amount } from "../words.js";

const KINDS = lookup(LINES.kinds);
const TAKEN_OFF = new Set(["tradeIn", "deposit", "discount"]);

/** The fields of the lines. `entered` is a signal with an array of `{kind, description, text}`. */
export function EnterLines({ entered }) {
  const alter = (number, values) => {
    entered.value = entered.value.map((line, each) => (each === number ? { ...line, ...values } : line));
  };
  const add = () => { entered.value = [...entered.value, { kind: "fee", description: "", text: "" }]; };
  return html`
    ${entered.value.map((line, number) => html`
      <fieldset class="sale-line" key=${number}>
        <legend class="unseen">${LINES.line(number + 1)}</legend>
        <${Field} label=${LINES.kind}>${(input) => html`
          <select ...${input} value=${line.kind} onChange=${(event) => alter(number, { kind: event.currentTarget.value })}>
            ${Object.keys(KINDS).map((kind) => html`<option key=${kind} value=${kind}>${KINDS[kind]}</option>`)}
          </select>`}<//>
        <${Field} label=${TAKEN_OFF.has(line.kind) ? LINES.takenOff : LINES.amount} unit="$" inputmode="decimal" autocomplete="off" required
          value=${line.text} onInput=${(event) => alter(number, { text: event.currentTarget.value })} />
        <${Field} label=${LINES.description} optional maxlength="200" autocomplete="off" value=${line.description}
          onInput=${(event) => alter(number, { description: event.currentTarget.value })} />
        <button type="button" class="icon-button" aria-label=${LINES.remove(number + 1)}
          onClick=${() => { entered.value = entered.value.filter((_, each) => each !== number); }}><${Icon} name="cross" /></button>
      </fieldset>`)}
    <div><button type="button" class="button" onClick=${add}>${LINES.add}</button></div>`;
}

/** The lines of a sale as they are entered. */
export function enteredLines(lines) {
  return lines.map(({ kind, description, amount: value }) => ({ kind, description: description ?? "", text: typed(Math.abs(value)) }));
}

/** The lines of a sale as they are sent. */
export function plainLines(lines) {
  return lines.map(({ kind, description, amount: value }) => ({ kind, description, amount: value }));
}

/** The lines as they are sent. Throws `BadText`. */
export function readLines(entered) {
  return entered.map(({ kind, description, text }) => {
    const value = dollars(text);
    if (value === null) throw new BadText(LINES.noAmount(KINDS[kind]));
    const words = description.trim() ? { description: description.trim() } : {};
    return { kind, ...words, amount: TAKEN_OFF.has(kind) ? -value : value };
  });
}

/** The lines of a sale and its total. A traded car is taken in from here. */
export function ShownLines({ sale }) {
  if (!sale.lines?.length) return null;
  const from = link("vehicle", "new", `sale=${encodeURIComponent(sale.id)}`);
  return html`
    <ul class="sale-lines">
      ${sale.lines.map((line, number) => html`
        <li key=${number}>${line.description} <span class="number">${amount(line.amount)}</span>
          ${line.kind === "tradeIn" && sale.state !== "voided" && html` <a href=${from}>${LINES.takeIn}</a>`}
        </li>`)}
      <li><strong>${LINES.total}</strong> <span class="number">${amount(sale.total)}</span></li>
    </ul>`;
}
