/** The unsent changes: a strip while there is no connection, and a list that it opens. */

import { html, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { reachable } from "../network.js";
import { drop, entries, pump, safe, unsent } from "../outbox.js";
import { Dialog } from "../parts.js";
import { link } from "../route.js";
import { many } from "../words.js";
import { UNSENT as TEXT } from "../words/desk.js";

/** The strip. It is empty while everything is sent. */
export function Unsent() {
  const open = useSignal(false);
  const count = unsent.value;
  const clashes = entries.value.filter((entry) => entry.state === "clash");
  const stuck = entries.value.some((entry) => entry.trouble && entry.state !== "held");
  const list = open.value && html`<${List} onClose=${() => { open.value = false; }} />`;
  if (reachable.value && !stuck && !clashes.length) return count > 1 ? html`<p class="saving" role="status">${TEXT.saving(many(count, TEXT.change))}</p>${list}` : list;
  return html`
    <div class="strip strip-warn offline" role="status">
      <${Icon} name="cloud" />
      <p>${words(count, clashes.length)}${!safe.value ? TEXT.keepOpen : ""}</p>
      ${count > 0 && html`<button type="button" class="button-quiet" onClick=${() => { open.value = true; }}>${TEXT.show(count === 1 ? TEXT.it : TEXT.them)}</button>`}
      ${stuck && reachable.value && html`<button type="button" class="button-quiet" onClick=${() => pump(true)}>${TEXT.sendNow}</button>`}
    </div>
    ${list}`;
}

function words(count, clashes) {
  if (!reachable.value) {
    const state = navigator.onLine ? TEXT.noAnswer : TEXT.offline;
    return count ? TEXT.saved(state, many(count, TEXT.oneChangeIs, TEXT.manyChangesAre)) : TEXT.willBeSaved(state);
  }
  if (clashes) return TEXT.conflict(many(clashes, TEXT.change), clashes === 1 ? TEXT.conflicts : TEXT.conflictMany);
  return TEXT.retrying(many(count, TEXT.change), count === 1 ? TEXT.is : TEXT.are);
}

function List({ onClose }) {
  const rows = entries.value.filter((entry) => entry.state !== "held");
  return html`
    <${Dialog} title=${TEXT.notSentYet} onClose=${onClose}>
      ${!rows.length ? html`<p class="soft">${TEXT.allSent}</p>` : html`
        <ul class="unsent">${rows.map((entry) => html`
          <li key=${entry.id}>
            <div><p>${entry.vehicleId ? html`<a href=${link("vehicle", entry.vehicleId)} onClick=${onClose}>${entry.words}</a>` : entry.words}</p><p class="soft">${stateOf(entry)}</p></div>
            ${entry.state !== "sending" && html`<button type="button" class="button button-small" onClick=${() => drop(entry.id)}>${TEXT.discard}</button>`}
          </li>`)}
        </ul>`}
    <//>`;
}

function stateOf(entry) {
  if (entry.state === "clash") return TEXT.changedByOther;
  if (entry.state === "sending") return TEXT.sending;
  return entry.trouble ? TEXT.tried(entry.trouble, many(entry.attempts, TEXT.time)) : TEXT.waiting;
}

