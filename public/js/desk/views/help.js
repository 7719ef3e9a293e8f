/** The keys, and the switch that turns them off. */

import { html } from "../html.js";
import { listen, listening } from "../keys.js";
import { Dialog, Switch } from "../parts.js";
import { HELP as TEXT } from "../words/keys.js";

/** @type {[string, string[][]][]} */
const KEYS = [
  [TEXT.anywhere, [["?", TEXT.help], ["u", TEXT.undo], ["g i", TEXT.inventory], ["g s", TEXT.sales], ["g w", TEXT.service], ["g c", TEXT.customers], ["g p", TEXT.integrations], ["g f", TEXT.needsYou]]],
  [TEXT.inTheInventory, [["/", TEXT.search], ["j k", TEXT.nextPreviousVehicle], ["Enter", TEXT.openIt], ["x", TEXT.selectIt], ["n", TEXT.addAVehicle], [TEXT.esc, TEXT.clearSelectionThenFilters]]],
  [TEXT.onAVehicle, [["s", TEXT.sell], ["w", TEXT.publishToWebsite], ["t", TEXT.publishToThirdParty], ["[ ]", TEXT.previousNextVehicle], [TEXT.esc, TEXT.backToTheList]]],
  [TEXT.whileTyping, [["Enter", TEXT.saveTheField], [TEXT.esc, TEXT.revert]]],
  [TEXT.onHandle, [["← →", TEXT.moveIt], ["Home", TEXT.makeItTheCover]]],
];

/** The dialog. */
export function Help({ onClose }) {
  return html`
    <${Dialog} title=${TEXT.title} wide onClose=${onClose}>
      <div class="keys">
        ${KEYS.map(([where, keys]) => html`
          <section key=${where}><h3>${where}</h3>
            <dl>${keys.map(([key, words]) => html`<div key=${key}><dt>${key.split(" ").map((each) => html`<kbd key=${each}>${each}</kbd>`)}</dt><dd>${words}</dd></div>`)}</dl>
          </section>`)}
      </div>
      <${Switch} on=${listening.value} label=${TEXT.singleKeys} onFlip=${() => listen(!listening.value)} />
    <//>`;
}
