/** A sentence of the Worker. What names a setting is for the person who runs the installation. */

import { html } from "./html.js";
import { REASON as TEXT } from "./words/desk.js";

const SETTING = /\b[A-Z][A-Z0-9]+(_[A-Z0-9]+)+\b/;

/** The sentence, for a block of its own. */
export function Reason({ words }) {
  if (!SETTING.test(words)) return words;
  return html`${TEXT.needed}<details class="setup"><summary>${TEXT.webPerson}</summary>${words}</details>`;
}
