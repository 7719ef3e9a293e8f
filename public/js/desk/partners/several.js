/** Retry or discard all failed or waiting syncs of a partner or a kind, with the number said first. */

import { html, useEffect, useSignal } from "../html.js";
import { Dialog, Field, Working } from "../parts.js";
import { errand, partner } from "../task-words.js";
import { blocked, countSeveral, dead, doSeveral } from "./tasks.js";
import { SEVERAL as TEXT } from "../words/partners.js";

/** The dialog. */
export function Several({ onClose }) {
  const choices = filters();
  const chosen = useSignal(choices[0]?.[0] ?? "");
  const counts = useSignal(/** @type {{ retry: number, discard: number } | null} */ (null));
  const fault = useSignal("");
  const filter = choices.find(([words]) => words === chosen.value)?.[1] ?? null;
  useEffect(() => {
    let left = false;
    counts.value = null;
    fault.value = "";
    if (filter) {
      Promise.all([countSeveral("retry", filter), countSeveral("discard", filter)]).then(
        ([retry, discard]) => { if (!left) counts.value = { retry, discard }; },
        (problem) => { if (!left) fault.value = problem.message; });
    }
    return () => { left = true; };
  }, [chosen.value]);
  const run = async (act) => {
    await doSeveral(act, filter);
    onClose();
  };
  return html`
    <${Dialog} title=${TEXT.title} onClose=${onClose}>
      <form class="form" onSubmit=${(event) => event.preventDefault()}>
        <${Field} label=${TEXT.which} fault=${fault.value} value=${chosen.value} onChange=${(event) => { chosen.value = event.currentTarget.value; }}>
          ${(common) => html`<select ...${common}>${choices.map(([words]) => html`<option key=${words} value=${words}>${words}</option>`)}</select>`}
        <//>
        <p class="soft">${TEXT.note}</p>
        ${!counts.value ? html`<p role="status">${fault.value ? "" : TEXT.counting}</p>` : html`
          <div class="form-actions">
            <${Working} run=${() => run("discard")}>${TEXT.dismiss(counts.value.discard)}<//>
            <${Working} class="button button-strong" run=${() => run("retry")}>${TEXT.retry(counts.value.retry)}<//>
          </div>`}
      </form>
    <//>`;
}

/** What can be chosen: `[words, filter]`, the wide ones first. */
function filters() {
  const failed = dead.value ?? [];
  const waiting = blocked.value ?? [];
  /** @type {[string, any][]} */
  const all = failed.length ? [[TEXT.allFailedSyncs, { state: "dead" }]] : [];
  const each = (tasks, state, lead) => {
    const targets = [...new Set(tasks.map((task) => task.target))];
    for (const target of targets) {
      all.push([`${lead} ${partner(target)}`, { state, target }]);
      const kinds = [...new Set(tasks.filter((task) => task.target === target).map((task) => task.kind))];
      for (const kind of kinds) all.push([`${lead} ${partner(target)}: ${errand({ target, kind }, "a vehicle")}`, { state, target, kind }]);
    }
  };
  each(failed, "dead", TEXT.failedAt);
  each(waiting, "blocked", TEXT.waitingFor);
  return all;
}
