/** The state of all syncs in one line and a few figures. Nothing that waits or has failed stands under a green check. */

import { html } from "../html.js";
import { Icon } from "../icons.js";
import { link } from "../route.js";
import { many, number } from "../words.js";
import { PARTNERS as TEXT } from "../words/partners.js";
import { PULSE } from "../words/standing.js";

/** The headline of a status: `{words, kind, icon, more}`; `more` is whether the inbox says more. */
export function headline({ queue, questions, partners, deadlines }) {
  const waits = partners.filter((partner) => partner.blocked).map(waiting);
  const failed = queue.dead ? [TEXT.failed(many(queue.dead, TEXT.sync))] : [];
  const words = [...failed, ...waits, ...(questions ? [PULSE.questions(many(questions, PULSE.question))] : [])];
  if (words.length) return { words: words.join(", "), kind: queue.dead || deadlines.overdue ? "bad" : "warn", icon: "alert", more: true };
  if (queue.pending) return { words: TEXT.onTheWay(many(queue.pending, TEXT.change)), kind: deadlines.overdue ? "bad" : "good", icon: "sync", more: false };
  return { words: TEXT.upToDate, kind: deadlines.overdue ? "bad" : "good", icon: "check", more: false };
}

function waiting({ target, name, configured, blocked }) {
  const items = many(blocked, PULSE.item);
  return configured && target === "quickbooks" ? PULSE.signIn(items) : PULSE.setUp(items, name);
}

/** The headline and the figures. */
export function Pulse({ status }) {
  const { queue, deadlines, listings } = status;
  const { words, kind, icon, more } = headline(status);
  const figures = [
    [TEXT.published, listings.totalPublished], [TEXT.invoicesDue, deadlines.invoicesDue],
    [TEXT.expensesDue, deadlines.expensesDue], [TEXT.removalsDue, deadlines.removalsDue],
    [TEXT.overdue, deadlines.overdue], [TEXT.queued, queue.backlog],
  ];
  return html`
    <section class=${`pulse pulse-${kind}`} aria-label=${TEXT.pulse}>
      <p class="pulse-words"><${Icon} name=${icon} /><strong>${words}</strong>${more && html`<a href=${link("failed")}>${TEXT.why}</a>`}</p>
      <dl class="figures">${figures.map(([label, count]) => html`<div key=${label} class=${label === TEXT.overdue && count ? "figure-bad" : ""}><dt>${label}</dt><dd>${number(count)}</dd></div>`)}</dl>
      ${queue.oldestMessageSeconds > 120 && html`<p class="soft">${TEXT.oldest(many(Math.round(queue.oldestMessageSeconds / 60), TEXT.minute))}</p>`}
    </section>`;
}
