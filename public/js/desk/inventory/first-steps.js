/** The first steps on an empty lot. */

import { call } from "../api.js";
import { editAll } from "../edits.js";
import { html } from "../html.js";
import { load, lot } from "../lot.js";
import { Empty, Working } from "../parts.js";
import { go, link } from "../route.js";
import { startPull, status } from "../status.js";
import { toast } from "../toasts.js";
import { number } from "../words.js";
import { FIRST_STEPS as TEXT } from "../words/inventory.js";

const DEMO = "/demo/lot.csv";
const IMPORT = "/api/vehicles/import";
const REAL = ["wayne_reeves", "quickbooks"];
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];
const OFF = JSON.stringify({ publish_to_website: null });

/** Four ways to add the first vehicles. */
export function FirstSteps() {
  const connected = status.value?.wayneReeves.configured;
  const pull = async () => {
    try {
      await startPull();
      go("integrations");
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
  };
  return html`
    <${Empty} icon="car" title=${TEXT.empty}>
      <p>${TEXT.intro}</p>
      <div class="empty-actions">
        ${connected
          ? html`<${Working} class="button button-strong" run=${pull}>${TEXT.syncFromWayneReeves}<//>`
          : html`<a class="button button-strong" href=${link("integrations")}>${TEXT.connectWayneReeves}</a>`}
        <a class="button" href=${link("import")}>${TEXT.importACsvFile}</a>
        <a class="button" href=${link("vehicle", "new")}>${TEXT.addAVehicle}</a>
        ${offersSamples(location.hostname, status.value?.partners) && html`<${Working} class="button" run=${loadDemo}>${TEXT.loadDemo}<//>`}
      </div>
    <//>`;
}

/** Whether nothing real is configured yet: no DMS, no books, no listing site. A local instance has nothing real. */
export function offersSamples(host, partners) {
  if (LOCAL.includes(host)) return true;
  return Boolean(partners) && !partners.some((partner) => partner.configured && (partner.site || REAL.includes(partner.target)));
}

/** Where the sample cars are sent: on a deployed instance they are not shown to the public. */
export function sampleImport(host) {
  return LOCAL.includes(host) ? IMPORT : `${IMPORT}?columns=${encodeURIComponent(OFF)}`;
}

async function loadDemo() {
  try {
    const text = await (await fetch(DEMO)).text();
    // This installation serves the pictures itself.
    const file = new Blob([text.replaceAll("/demo/", `${location.origin}/demo/`)], { type: "text/csv" });
    const report = await call("POST", sampleImport(location.hostname), file);
    await load();
    const ids = [...lot.peek().keys()];
    const undo = () => editAll(ids, () => ({ status: "archived" }), { done: TEXT.archived, errand: TEXT.archiving });
    const loaded = LOCAL.includes(location.hostname) ? TEXT.demoLoaded : TEXT.demoLoadedUnlisted;
    toast({ words: loaded(number(report.created)), undo });
  } catch (problem) {
    toast({ words: TEXT.demoFailed(problem.message), bad: true });
  }
}
