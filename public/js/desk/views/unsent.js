/** The unsent changes: a strip while there is no connection, and a list that it opens. */

import { html, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { reachable } from "../network.js";
import { drop, entries, pump, safe, unsent } from "../outbox.js";
import { Dialog } from "../parts.js";
import { link } from "../route.js";
import { many } from "../words.js";

/** The strip. It is empty while everything is sent. */
export function Unsent() {
  const open = useSignal(false);
  const count = unsent.value;
  const clashes = entries.value.filter((entry) => entry.state === "clash");
  const stuck = entries.value.some((entry) => entry.trouble && entry.state !== "held");
  const list = open.value && html`<${List} onClose=${() => { open.value = false; }} />`;
  if (reachable.value && !stuck && !clashes.length) return count > 1 ? html`<p class="saving" role="status">Saving ${many(count, "change")}…</p>${list}` : list;
  return html`
    <div class="strip strip-warn offline" role="status">
      <${Icon} name="cloud" />
      <p>${words(count, clashes.length)}${!safe.value ? " This browser cannot keep them: leave this page open." : ""}</p>
      ${count > 0 && html`<button type="button" class="button-quiet" onClick=${() => { open.value = true; }}>Show ${count === 1 ? "it" : "them"}</button>`}
      ${stuck && reachable.value && html`<button type="button" class="button-quiet" onClick=${() => pump(true)}>Send now</button>`}
    </div>
    ${list}`;
}

function words(count, clashes) {
  if (!reachable.value) {
    const state = navigator.onLine ? "CarLot Manager does not answer." : "You are offline.";
    return count ? `${state} ${many(count, "change is", "changes are")} kept here and sent when it is back.` : `${state} What you change is kept here and sent when it is back.`;
  }
  if (clashes) return `${many(clashes, "change")} of yours ${clashes === 1 ? "meets" : "meet"} somebody else's: choose what stays.`;
  return `${many(count, "change")} could not be sent yet, and ${count === 1 ? "is" : "are"} tried again.`;
}

function List({ onClose }) {
  const rows = entries.value.filter((entry) => entry.state !== "held");
  return html`
    <${Dialog} title="Not sent yet" onClose=${onClose}>
      ${!rows.length ? html`<p class="soft">Everything is sent.</p>` : html`
        <ul class="unsent">${rows.map((entry) => html`
          <li key=${entry.id}>
            <div><p>${entry.vehicleId ? html`<a href=${link("vehicle", entry.vehicleId)} onClick=${onClose}>${entry.words}</a>` : entry.words}</p><p class="soft">${stateOf(entry)}</p></div>
            ${entry.state !== "sending" && html`<button type="button" class="button button-small" onClick=${() => drop(entry.id)}>Forget</button>`}
          </li>`)}
        </ul>`}
    <//>`;
}

function stateOf(entry) {
  if (entry.state === "clash") return "Changed by somebody else too";
  if (entry.state === "sending") return "Being sent…";
  return entry.trouble ? `${entry.trouble} Tried ${many(entry.attempts, "time")}.` : "Waits";
}

