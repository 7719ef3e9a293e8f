/** The latest sync task of a vehicle for each partner, in words. */

import { html } from "../html.js";
import { lookup } from "../lookup.js";
import { errand, heardAt, partner, standing } from "../task-words.js";
import { retry } from "../partners/tasks.js";

/** The card. */
export function History({ about }) {
  const tasks = about.tasks.value;
  return html`
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">Sync history</h2>
      ${tasks === null ? html`<p class="soft">Asking…</p>` : !tasks.length ? html`<p class="soft">No partner has had to hear of it yet.</p>` : html`
        <ol class="history">${tasks.map((task) => html`<${Heard} key=${task.id} task=${task} />`)}</ol>`}
    </section>`;
}

const WHAT = lookup({ sale: "Sale", edits: "Edits", invoice: "Invoice", expense: "Service cost" });

function Heard({ task }) {
  const [words, kind] = standing(task);
  return html`
    <li class=${`heard heard-${kind}`} title=${errand(task, "this vehicle")}>
      <p><strong>${partner(task.target)}</strong>${WHAT[task.kind] ? ` · ${WHAT[task.kind]}` : ""}: ${words}</p>
      <p class="soft"><time datetime=${task.updatedAt}>${heardAt(task)}</time>${["dead", "blocked"].includes(task.state) && html` · <button type="button" class="button-quiet" onClick=${() => retry(task)}>Retry</button>`}</p>
    </li>`;
}
