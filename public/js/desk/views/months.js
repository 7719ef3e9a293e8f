/** The month that a list of entries is looked at by, with a file of the sums of every month. */

import { html, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { monthOf } from "../words.js";
import { MONTHS as TEXT } from "../words/standing.js";

/** `{shown, picker}`: the rows of the chosen month, of all months at first; `dayOf(row)` is its day. */
export function useMonths(rows, dayOf, file) {
  const month = useSignal("");
  const months = [...new Set((rows ?? []).map((row) => dayOf(row).slice(0, 7)))].sort().reverse();
  const shown = rows && month.value ? rows.filter((row) => dayOf(row).startsWith(month.value)) : rows;
  const picker = months.length > 0 && html`
    <label class="months"><span class="unseen">${TEXT.label}</span>
      <select class="control" value=${month.value} onChange=${(event) => { month.value = event.currentTarget.value; }}>
        <option value="">${TEXT.all}</option>
        ${months.map((each) => html`<option key=${each} value=${each}>${monthOf(each)}</option>`)}
      </select>
    </label>
    <a class="button button-fold" href=${file} download><${Icon} name="download" /><span>${TEXT.file}</span></a>`;
  return { shown, picker };
}
