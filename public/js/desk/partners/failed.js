/** `#/failed`: what needs the dealer: his questions, and failed syncs in plain words, with buttons to retry or dismiss them. */

import { html, useEffect, useSignal } from "../html.js";
import { whenLacking } from "../lot.js";
import { Empty, Head, Loading, Working } from "../parts.js";
import { Reason } from "../reason.js";
import { onChange } from "../rounds.js";
import { link } from "../route.js";
import { byVin } from "../standing.js";
import { errand, partner } from "../task-words.js";
import { away, many, when } from "../words.js";
import { Question } from "./asked.js";
import { Letter } from "./letter.js";
import { askQuestions, questions } from "./questions.js";
import { Several } from "./several.js";
import { askTasks, blocked, carOf, dead, discard, retry, retryAll } from "./tasks.js";
import { partnerNamed } from "../status.js";
import { FAILED as TEXT } from "../words/partners.js";

const ROUND_MS = 10_000;

/** The inbox: one list, newest first. */
export function Failed() {
  useEffect(() => {
    askTasks();
    askQuestions();
    const round = setInterval(() => document.visibilityState === "visible" && Promise.all([askTasks(), askQuestions()]), ROUND_MS);
    const unlisten = onChange((topic) => {
      if (topic === "tasks" || topic === "inbox") askTasks();
      if (topic === "inbox") askQuestions();
    });
    const unname = whenLacking(() => dead.value?.some((task) => task.vin && !byVin.value.has(task.vin)));
    return () => {
      clearInterval(round);
      unname();
      unlisten();
    };
  }, []);
  const choosing = useSignal(false);
  const failed = dead.value;
  const letters = inOrder(questions.value ?? [], failed ?? [], blocked.value ?? []);
  const count = (failed?.length ?? 0) + (questions.value?.length ?? 0);
  return html`
    <${Head} title=${TEXT.needsYou} note=${count ? TEXT.note(many(count, TEXT.item)) : ""}>
      ${failed?.length > 0 && html`<${Working} run=${() => retryAll()}>${TEXT.retryAll}<//>`}
    <//>
    ${choosing.value && html`<${Several} onClose=${() => { choosing.value = false; }} />`}
    ${(failed?.length > 1 || blocked.value?.length > 1) && html`
      <p><button type="button" class="button button-small" onClick=${() => { choosing.value = true; }}>${TEXT.chooseSeveral}</button></p>`}
    ${letters.length > 0 && html`<ul class="inbox" aria-label=${TEXT.needsYou}>${letters.map(({ key, part, of }) => html`<${part} key=${key} ...${of} />`)}</ul>`}
    ${failed === null ? html`<${Loading} words=${TEXT.loading} />` : !letters.length && html`
      <${Empty} icon="check" title=${TEXT.empty}><p>${TEXT.emptyNote}</p><//>`}`;
}

/** Questions, failed syncs, and for each partner what waits for it to be set up, newest first. */
function inOrder(asked, failed, waiting) {
  const groups = [...Map.groupBy(waiting, (task) => task.target)];
  const all = [
    ...asked.map((question) => ({ at: question.createdAt, key: question.id, part: Question, of: { question } })),
    ...failed.map((task) => ({ at: task.updatedAt, key: task.id, part: Refused, of: { task } })),
    ...groups.map(([target, tasks]) => ({ at: latest(tasks), key: target, part: Waiting, of: { target, tasks } })),
  ];
  return all.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}

function latest(tasks) {
  return tasks.map((task) => task.updatedAt).sort().at(-1);
}

/** What a partner has refused for good. */
function Refused({ task }) {
  const actions = html`
    <${Working} class="button button-strong button-small" aria-label=${TEXT.retryNamed(errand(task, carOf(task)))}
      run=${() => retry(task)}>${TEXT.retry}<//>
    <${Working} class="button button-small" aria-label=${TEXT.dismissNamed(errand(task, carOf(task)))}
      run=${() => discard(task)}>${TEXT.dismiss}<//>`;
  return html`
    <${Letter} vehicle=${byVin.value.get(task.vin)} title=${errand(task, carOf(task))} actions=${actions}>
      <div class="letter-why"><${Reason} words=${task.error ?? TEXT.noReason} /></div>
      <p class="soft">${partner(task.target)} ${TEXT.failedAt} ${when(task.updatedAt)} ${TEXT.after} ${many(task.attempts, TEXT.try, TEXT.tries)}${task.deadlineAt ? html` · <${Deadline} at=${task.deadlineAt} />` : ""}</p>
    <//>`;
}

function Deadline({ at }) {
  return Date.parse(at) < Date.now() ? html`<span class="late">${TEXT.wasDue(away(at))}</span>` : html`${TEXT.due(away(at))}`;
}

/** Tasks that continue by themselves once the dealer has signed in or set up the partner. */
function Waiting({ target, tasks }) {
  const actions = html`<a class="button button-small" href=${link("integrations", target)}>${TEXT.setUp}</a>`;
  const cars = [...new Set(tasks.map((task) => byVin.value.get(task.vin)).filter(Boolean))];
  const title = TEXT.waiting(partner(target), many(tasks.length, TEXT.item));
  return html`
    <${Letter} vehicle=${cars.length === 1 ? cars[0] : null} icon="plug" title=${title} actions=${actions}>
      <div class="letter-why letter-waits"><${Reason} words=${reason(target, tasks[0])} /></div>
      <p class="soft">${TEXT.blockedNote}</p>
    <//>`;
}

/** Why it waits; what is to be set is under the setup. */
function reason(target, task) {
  return partnerNamed(target)?.configured === false ? TEXT.notSetUp : (task.error ?? TEXT.blocked);
}
