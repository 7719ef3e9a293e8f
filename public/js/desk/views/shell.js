/** The frame around every view: navigation, unsent changes, messages. */

import { html, signal, useEffect } from "../html.js";
import { Icon } from "../icons.js";
import { useKeys } from "../keys.js";
import { lookup } from "../lookup.js";
import { Menu } from "../menu.js";
import { go, link, route } from "../route.js";
import { signOut } from "../session.js";
import { status } from "../status.js";
import { nextScheme, scheme } from "../theme.js";
import { toast, undoLast } from "../toasts.js";
import { Failed } from "../partners/failed.js";
import { Integrations } from "../partners/view.js";
import { Inventory } from "../inventory/view.js";
import { NewVehicle } from "../vehicle/new.js";
import { Vehicle } from "../vehicle/view.js";
import { Customers } from "./customers.js";
import { Help } from "./help.js";
import { Sales } from "./sales.js";
import { Service } from "./service.js";
import { Unsent } from "./unsent.js";

const PLACES = [
  ["inventory", "Inventory", "car", "i"],
  ["sales", "Sales", "sale", "s"],
  ["service", "Service", "wrench", "w"],
  ["customers", "Customers", "people", "c"],
  ["integrations", "Integrations", "plug", "p"],
  ["failed", "Failed syncs", "alert", "f"],
];
const VIEWS = lookup({
  inventory: Inventory, sales: Sales, service: Service, customers: Customers, integrations: Integrations, failed: Failed,
});
const SCHEMES = { auto: ["As the system", "half"], light: ["Light", "sun"], dark: ["Dark", "moon"] };

const helping = signal(false);

/** The desk. */
export function Desk() {
  const { view, id } = route.value;
  useKeys({
    "?": () => { helping.value = true; },
    u: undoLast,
    ...Object.fromEntries(PLACES.map(([name, , , key]) => [`g ${key}`, () => go(name)])),
  });
  useEffect(() => {
    if (view === "vehicle") return;
    document.title = `${PLACES.find(([name]) => name === view)?.[1] ?? "Inventory"} · CarLot Manager`;
    if (view !== "inventory") window.scrollTo(0, 0);
  }, [view]);
  return html`
    <a class="skip" href="#desk" onClick=${skip}>Skip to the content</a>
    <${Side} />
    <main class="main" id="main" tabindex="-1">
      <${Unsent} />
      ${view === "vehicle" ? (id === "new" ? html`<${NewVehicle} />` : html`<${Vehicle} id=${id} />`) : html`<${VIEWS[view] ?? Inventory} />`}
    </main>
    ${helping.value && html`<${Help} onClose=${() => { helping.value = false; }} />`}`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

/** The navigation: beside the page on a desktop, below it on a phone. */
function Side() {
  const failed = status.value?.queue.dead ?? 0;
  const here = route.value.view === "vehicle" ? "inventory" : route.value.view in VIEWS ? route.value.view : "inventory";
  const [words, icon] = SCHEMES[scheme.value];
  const more = [["Failed syncs", () => go("failed")], ["Keys", () => { helping.value = true; }], [`Colors: ${words}`, nextScheme], ["The public lot", null, "/inventory.html"], ["Sign out", leave]];
  return html`
    <header class="side">
      <a class="brand" href=${link("inventory")}><img src="/favicon.svg" alt="" width="28" height="28" /><span>CarLot Manager</span></a>
      <nav class="places" aria-label="Desk">
        ${PLACES.map(([name, label, symbol]) => html`
          <a key=${name} class=${`place place-${name}`} href=${link(name)} aria-current=${here === name ? "page" : undefined}>
            <${Icon} name=${symbol} /><span>${label}</span>
            ${(name === "failed" || name === "integrations") && failed > 0 && html`<span class=${`count count-bad count-${name}`} aria-hidden="true">${failed}</span><span class="unseen">(${failed} failed)</span>`}
          </a>`)}
      </nav>
      <div class="side-foot">
        <a class="place" href="/inventory.html" target="_blank"
          rel="noopener"><${Icon} name="out" /><span>The public lot</span></a>
        <button type="button" class="place"
          onClick=${nextScheme}><${Icon} name=${icon} /><span>Colors: ${words.toLowerCase()}</span></button>
        <button type="button" class="place"
          onClick=${() => { helping.value = true; }}><${Icon} name="keys" /><span>Keys</span><kbd>?</kbd></button>
        <button type="button" class="place" onClick=${leave}><${Icon} name="leave" /><span>Sign out</span></button>
      </div>
      <div class="side-more"><${Menu} label="More" items=${more} /></div>
    </header>`;
}

async function leave() {
  try {
    await signOut();
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
}
