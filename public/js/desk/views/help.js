/** The keys, and the switch that turns them off. */

import { html } from "../html.js";
import { listen, listening } from "../keys.js";
import { Dialog, Switch } from "../parts.js";

/** @type {[string, string[][]][]} */
const KEYS = [
  ["Anywhere", [["?", "These keys"], ["u", "Undo the last thing"], ["g i", "Inventory"], ["g s", "Sales"], ["g w", "Service"], ["g c", "Customers"], ["g p", "Integrations"], ["g f", "Failed syncs"]]],
  ["In the inventory", [["/", "Search"], ["j k", "Next, previous vehicle"], ["Enter", "Open it"], ["x", "Select it"], ["n", "Add a vehicle"], ["Esc", "Clear selection, then filters"]]],
  ["On a vehicle", [["s", "Sell"], ["w", "Publish to Website"], ["t", "Publish to Third Party"], ["[ ]", "Previous, next vehicle"], ["Esc", "Back to the list"]]],
  ["While typing", [["Enter", "Save the field"], ["Esc", "Take back what was typed"]]],
  ["On a photo's handle", [["← →", "Move it"], ["Home", "Make it the cover"]]],
];

/** The dialog. */
export function Help({ onClose }) {
  return html`
    <${Dialog} title="Keys" wide onClose=${onClose}>
      <div class="keys">
        ${KEYS.map(([where, keys]) => html`
          <section key=${where}><h3>${where}</h3>
            <dl>${keys.map(([key, words]) => html`<div key=${key}><dt>${key.split(" ").map((each) => html`<kbd key=${each}>${each}</kbd>`)}</dt><dd>${words}</dd></div>`)}</dl>
          </section>`)}
      </div>
      <${Switch} on=${listening.value} label="Single keys do things" onFlip=${() => listen(!listening.value)} />
    <//>`;
}
