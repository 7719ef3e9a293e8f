/** `#/failed`: failed syncs in plain words, with buttons to retry or discard them. */

import { html, useEffect } from "../html.js";
import { Empty, Head, Working } from "../parts.js";
import { onChange } from "../rounds.js";
import { link } from "../route.js";
import { errand, partner } from "../task-words.js";
import { away, many, when } from "../words.js";
import { askTasks, blocked, carOf, dead, discard, retry, retryAll } from "./tasks.js";

const ROUND_MS = 10_000;

/** The inbox. */
export function Failed() {
  useEffect(() => {
    askTasks();
    const round = setInterval(() => document.visibilityState === "visible" && askTasks(), ROUND_MS);
    const unlisten = onChange((topic) => topic === "tasks" && askTasks());
    return () => {
      clearInterval(round);
      unlisten();
    };
  }, []);
  const failed = dead.value;
  return html`
    <${Head} title="Failed syncs" note=${failed?.length ? `${many(failed.length, "thing")} to look at` : ""}>
      ${failed?.length > 0 && html`<${Working} run=${() => retryAll()}>Retry all<//>`}
    <//>
    ${failed === null ? html`<p class="loading" role="status">Asking…</p>` : !failed.length && !blocked.value?.length ? html`
      <${Empty} icon="check" title="Nothing has failed"><p>What a partner refuses for good shows up here, with the reason.</p><//>` : html`
      ${failed.length > 0 && html`<ul class="inbox">${failed.map((task) => html`<${Letter} key=${task.id} task=${task} />`)}</ul>`}
      ${blocked.value?.length > 0 && html`<${Waiting} tasks=${blocked.value} />`}`}`;
}

function Letter({ task }) {
  return html`
    <li class="letter">
      <div>
        <h2>${errand(task, carOf(task))}</h2>
        <p class="letter-why">${task.error ?? "No reason was given."}</p>
        <p class="soft">${partner(task.target)} · failed ${when(task.updatedAt)} after ${many(task.attempts, "try", "tries")}${task.deadlineAt ? html` · <${Deadline} at=${task.deadlineAt} />` : ""}</p>
      </div>
      <div class="letter-actions">
        <${Working} class="button button-strong button-small" aria-label=${`Retry: ${errand(task, carOf(task))}`}
          run=${() => retry(task)}>Retry<//>
        <${Working} class="button button-small" aria-label=${`Discard: ${errand(task, carOf(task))}`}
          run=${() => discard(task)}>Discard<//>
      </div>
    </li>`;
}

function Deadline({ at }) {
  return Date.parse(at) < Date.now() ? html`<span class="late">was due ${away(at)}</span>` : html`due ${away(at)}`;
}

/** Tasks that continue by themselves once the dealer has signed in or set up the partner. */
function Waiting({ tasks }) {
  const groups = Map.groupBy(tasks, (task) => task.target);
  return html`
    <section aria-labelledby="waiting-title">
      <h2 class="section-title" id="waiting-title">Waiting for you</h2>
      <ul class="inbox">
        ${[...groups].map(([target, group]) => html`
          <li class="letter" key=${target}>
            <div><h3>${partner(target)}: ${many(group.length, "thing")}</h3><p class="letter-why letter-waits">${group[0].error ?? "It needs you."}</p><p class="soft">They go by themselves when that is done.</p></div>
            <div class="letter-actions"><a class="button button-small" href=${link("integrations", target)}>Set up</a></div>
          </li>`)}
      </ul>
    </section>`;
}
