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

const DEMO = "/demo/lot.csv";

/** Four ways to add the first vehicles. */
export function FirstSteps({ onImport }) {
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
    <${Empty} icon="car" title="The lot is empty">
      <p>Bring in what you have, or look around with sixty made-up cars first.</p>
      <div class="empty-actions">
        ${connected
          ? html`<${Working} class="button button-strong" run=${pull}>Sync from Wayne Reeves<//>`
          : html`<a class="button button-strong" href=${link("integrations")}>Connect Wayne Reeves</a>`}
        <button type="button" class="button" onClick=${onImport}>Import a CSV file</button>
        <a class="button" href=${link("vehicle", "new")}>Add a vehicle</a>
        <${Working} class="button" run=${loadDemo}>Load the demo lot<//>
      </div>
    <//>`;
}

async function loadDemo() {
  try {
    const text = await (await fetch(DEMO)).text();
    // This installation serves the pictures itself.
    const file = new Blob([text.replaceAll("/demo/", `${location.origin}/demo/`)], { type: "text/csv" });
    const report = await call("POST", "/api/vehicles/import", file);
    await load();
    const ids = [...lot.peek().keys()];
    const undo = () => editAll(ids, () => ({ status: "archived" }), { done: "Off the lot", errand: "Taking off the lot" });
    toast({ words: `The demo lot is here: ${number(report.created)} vehicles.`, undo });
  } catch (problem) {
    toast({ words: `The demo lot could not be loaded: ${problem.message}`, bad: true });
  }
}
