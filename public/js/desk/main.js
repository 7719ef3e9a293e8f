/** The dealer's desk. */

import { ERRANDS } from "./errands.js";
import { html, render } from "./html.js";
import { load } from "./lot.js";
import { begin as beginOutbox } from "./outbox.js";
import { comeBack } from "./partners/connecting.js";
import { begin as beginSession, session } from "./session.js";
import { watchStandings } from "./standing.js";
import { askStatus, watchStatus } from "./status.js";
import { Toasts } from "./toasts.js";
import { Desk } from "./views/shell.js";
import { Entrance } from "./views/entrance.js";

function Page() {
  return html`${session.value === "in" ? html`<${Desk} />` : html`<main class="main-alone" id="main"><${Entrance} /></main>`}<${Toasts} />`;
}

render(html`<${Page} />`, document.getElementById("desk"));
beginSession(open);
beginOutbox(ERRANDS);
watchStatus();
watchStandings();

/** Open with the first vehicles; the rest of the lot comes while they are looked at. */
async function open() {
  askStatus().catch(() => {});
  const { promise, resolve, reject } = Promise.withResolvers();
  load(/** @type {any} */ (resolve)).then(resolve, reject);
  await promise;
  comeBack();
}
