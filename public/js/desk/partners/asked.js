/** The questions of the inbox: a sentence, a button for each choice, and a small form where a choice needs more. */

import { BadText, dollars } from "../fields.js";
import { html, useSignal } from "../html.js";
import { lot } from "../lot.js";
import { Dialog, Field, Working } from "../parts.js";
import { link } from "../route.js";
import { called, many, today, when } from "../words.js";
import { Letter } from "./letter.js";
import { answer } from "./questions.js";
import { ASKED as TEXT } from "../words/partners.js";

const INPUTS = {
  salePrice: { label: TEXT.salePrice, unit: "$", inputmode: "decimal", autocomplete: "off", required: true },
  saleDate: { label: TEXT.saleDate, type: "date", min: "1950-01-01", max: "2099-12-31", required: true },
  date: { label: TEXT.fromDay, type: "date", min: "1950-01-01", max: "2099-12-31", required: true },
  customer: { label: TEXT.customer, optional: true, maxlength: "200", autocomplete: "off" },
};

/** A question as an entry of the inbox. */
export function Question({ question }) {
  const form = useSignal(null);
  const several = question.vehicleIds?.length > 0;
  const choose = async (choice) => {
    if (choice.needs.some((need) => need in INPUTS)) form.value = choice;
    else await answer(question, choice);
  };
  const actions = question.choices.map((choice, place) => html`
    <${Working} key=${choice.choice} class=${`button button-small${place === 0 ? " button-strong" : ""}`}
      aria-label=${`${choice.label}: ${question.text}`} run=${() => choose(choice)}>${choice.label}<//>`);
  const more = html`
    ${several && html`<${Cars} question=${question} />`}
    ${form.value && html`<${Form} question=${question} choice=${form.value} onClose=${() => { form.value = null; }} />`}`;
  return html`
    <${Letter} vehicle=${lot.value.get(question.vehicleId)} icon="help" title=${question.text} actions=${actions} more=${more}>
      <p class="soft">${TEXT.asked} ${when(question.createdAt)}</p>
    <//>`;
}

/** The cars of one question, each to be answered for by itself. */
function Cars({ question }) {
  return html`
    <details class="letter-cars">
      <summary>${TEXT.oneByOne(many(question.vehicleIds.length, TEXT.vehicle))}</summary>
      <ul>${question.vehicleIds.map((id) => html`
        <li key=${id}>
          <a href=${link("vehicle", id)}>${called(lot.value.get(id), id)}</a>
          <span class="letter-actions">${question.choices.map((choice) => html`
            <${Working} key=${choice.choice} class="button button-small" aria-label=${`${choice.label}: ${called(lot.value.get(id), id)}`}
              run=${() => answer(question, choice, { vehicleIds: [id] })}>${choice.label}<//>`)}</span>
        </li>`)}</ul>
    </details>`;
}

/** What a choice needs to know. */
function Form({ question, choice, onClose }) {
  const entered = useSignal({ saleDate: today(), date: today() });
  const faults = useSignal({});
  const set = (name, value) => { entered.value = { ...entered.value, [name]: value }; };
  const send = async (event) => {
    event.preventDefault();
    try {
      await answer(question, choice, given(choice.needs, entered.value));
      onClose();
    } catch (problem) {
      faults.value = problem instanceof BadText ? { salePrice: problem.message } : problem.fields;
    }
  };
  return html`
    <${Dialog} title=${choice.label} onClose=${onClose}>
      <form class="form" onSubmit=${send}>
        <p>${question.text}</p>
        ${choice.needs.filter((need) => need in INPUTS).map((need) => html`
          <${Field} key=${need} ...${INPUTS[need]} value=${entered.value[need] ?? ""} fault=${faults.value[need]}
            onInput=${(event) => set(need, event.currentTarget.value)} />`)}
        ${choice.needs.includes("customer") && entered.value.customer?.trim() && html`
          <div class="pair">
            <${Field} label=${TEXT.email} optional type="email" maxlength="200" autocomplete="off" value=${entered.value.email ?? ""}
              onInput=${(event) => set("email", event.currentTarget.value)} />
            <${Field} label=${TEXT.phone} optional type="tel" maxlength="200" autocomplete="off" value=${entered.value.phone ?? ""}
              onInput=${(event) => set("phone", event.currentTarget.value)} />
          </div>`}
        <div class="form-actions"><button class="button button-strong">${choice.label}</button></div>
      </form>
    <//>`;
}

function given(needs, entered) {
  const found = {};
  for (const need of needs) {
    const text = entered[need]?.trim();
    if (!text) continue;
    if (need === "salePrice") found.salePrice = dollars(text);
    else if (need === "customer") found.customer = { name: text, email: entered.email?.trim() || null, phone: entered.phone?.trim() || null };
    else found[need] = text;
  }
  return found;
}
