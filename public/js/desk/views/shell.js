/** The frame around every view: navigation, unsent changes, messages. */

import { html, signal, useEffect } from "../html.js";
import { useFocus } from "../focus.js";
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
import { Import } from "../import/view.js";
import { Integrations } from "../partners/view.js";
import { Inventory } from "../inventory/view.js";
import { NewVehicle } from "../vehicle/new.js";
import { Vehicle } from "../vehicle/view.js";
import { Customers } from "./customers.js";
import { Help } from "./help.js";
import { Profit } from "./profit.js";
import { Sales } from "./sales.js";
import { Service } from "./service.js";
import { Unsent } from "./unsent.js";
import { SHELL as TEXT } from "../words/desk.js";

const PLACES = [
  ["inventory", TEXT.inventory, "car", "i"],
  ["sales", TEXT.sales, "sale", "s"],
  ["service", TEXT.service, "wrench", "w"],
  ["customers", TEXT.customers, "people", "c"],
  ["integrations", TEXT.integrations, "plug", "p"],
  ["failed", TEXT.needsYou, "alert", "f"],
];
const VIEWS = lookup({
  inventory: Inventory, sales: Sales, service: Service, customers: Customers, integrations: Integrations,
  failed: Failed, profit: Profit, import: Import,
});
/** Views that have no place of their own: their titles, and the places that they are part of. */
const TITLES = lookup({ profit: TEXT.profit, import: TEXT.importVehicles });
const WITHIN = lookup({ profit: "sales", import: "inventory" });
const SCHEMES = { auto: [TEXT.system, "half"], light: [TEXT.light, "sun"], dark: [TEXT.dark, "moon"] };

const helping = signal(false);

/** The desk. */
export function Desk() {
  const { view, id } = route.value;
  useFocus({ view, id });
  useKeys({
    "?": () => { helping.value = true; },
    u: undoLast,
    ...Object.fromEntries(PLACES.map(([name, , , key]) => [`g ${key}`, () => go(name)])),
  });
  useEffect(() => {
    if (view === "vehicle") return;
    const title = TITLES[view] ?? PLACES.find(([name]) => name === view)?.[1];
    document.title = `${title ?? TEXT.inventory} · CarLot Manager`;
    if (view !== "inventory") window.scrollTo(0, 0);
  }, [view]);
  return html`
    <a class="skip" href="#desk" onClick=${skip}>${TEXT.skip}</a>
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
  // On a phone, where the inbox is under More, the count stands beside the integrations.
  const count = (status.value?.queue.dead ?? 0) + (status.value?.questions ?? 0);
  const waiting = lookup({ failed: count, integrations: count });
  const here = route.value.view in VIEWS ? (WITHIN[route.value.view] ?? route.value.view) : "inventory";
  const [words, icon] = SCHEMES[scheme.value];
  const more = [[TEXT.needsYou, () => go("failed")], [TEXT.shortcuts, () => { helping.value = true; }], [TEXT.appearance(words), nextScheme], [TEXT.website, null, "/inventory.html"], [TEXT.signOut, leave]];
  return html`
    <header class="side">
      <a class="brand" href=${link("inventory")}><img src="/favicon.svg" alt="" width="28" height="28" /><span>${TEXT.carlotManager}</span></a>
      <nav class="places" aria-label=${TEXT.desk}>
        ${PLACES.map(([name, label, symbol]) => html`
          <a key=${name} class=${`place place-${name}`} href=${link(name)} aria-current=${here === name ? "page" : undefined}>
            <${Icon} name=${symbol} /><span>${label}</span>
            ${waiting[name] > 0 && html`<span class=${`count count-bad count-${name}`} aria-hidden="true">${waiting[name]}</span><span class="unseen">${TEXT.waiting(waiting[name])}</span>`}
          </a>`)}
      </nav>
      <div class="side-foot">
        <a class="place" href="/inventory.html" target="_blank"
          rel="noopener"><${Icon} name="out" /><span>${TEXT.website}</span></a>
        <button type="button" class="place"
          onClick=${nextScheme}><${Icon} name=${icon} /><span>${TEXT.appearance(words.toLowerCase())}</span></button>
        <button type="button" class="place"
          onClick=${() => { helping.value = true; }}><${Icon} name="keys" /><span>${TEXT.shortcutsShort}</span><kbd>?</kbd></button>
        <button type="button" class="place" onClick=${leave}><${Icon} name="leave" /><span>${TEXT.signOut}</span></button>
      </div>
      <div class="side-more"><${Menu} label=${TEXT.more} items=${more} /></div>
    </header>`;
}

async function leave() {
  try {
    await signOut();
  } catch (problem) {
    toast({ words: problem.message, bad: true });
  }
}
