/** The lines above the vehicles: their number, the filters in use, and the reason when the list is empty. */

import { byId, el } from "./dom.js";
import { inUse } from "./inventory-filters.js";
import { phoneLink } from "./inventory-vehicle.js";
import { say } from "./inventory-words.js";

const SPOKEN_AFTER_MS = 400;

let speaking;

/** Show the number of vehicles. With `aloud`, a screen reader announces it. */
export function showCount(words, aloud = true) {
  byId("count").textContent = words;
  clearTimeout(speaking);
  // Announce the number when the typing pauses, not for every letter.
  speaking = setTimeout(() => { byId("count-spoken").textContent = aloud ? words : ""; }, SPOKEN_AFTER_MS);
}

/** Show each filter in use. `without(wanted)` removes one, `clear` removes all. */
export function showChips(wanted, without, clear) {
  const chips = inUse(wanted).map(({ words, without: rest }) =>
    el("li", {}, el("button", { type: "button", class: "chip", "aria-label": say("removeFilter", { words }), click: () => take(rest) },
      words, el("span", { "aria-hidden": "true" }, "×"))));
  if (chips.length) chips.push(el("li", {}, el("button", { type: "button", class: "button button-quiet", click: clear }, say("clearAll"))));
  byId("chips").replaceChildren(...chips);

  function take(rest) {
    without(rest);
    (byId("chips").querySelector("button") ?? byId("results")).focus();
  }
}

/** Remove the message. */
export function hideMessage() {
  byId("message").hidden = true;
}

/** Say that the lot could not be loaded at all. */
export function sayFailed(retry) {
  const words = say(navigator.onLine ? "connectionDroppedAgain" : "offlineWait");
  show(say("lotFailed"), words, strong(say("tryAgain"), retry));
}

/** Say that only a part of the lot was loaded. */
export function sayCut(retry) {
  show(say("lotCut"), say("lotCutWords"), strong(say("loadRest"), retry));
}

/** Say that no vehicle is for sale. */
export function sayEmpty(phone) {
  show(say("lotEmpty"), say("lotEmptyWords"), phoneLink(phone, "button button-strong", say("call")));
}

/** Say that no vehicle passes the filters. */
export function sayNoMatch(clear) {
  show(say("noMatch"), say("noMatchWords"), strong(say("clearFilters"), clear));
}

function strong(words, click) {
  return el("button", { class: "button button-strong", type: "button", click }, words);
}

function show(title, words, action) {
  byId("message").replaceChildren(el("h3", {}, title), el("p", {}, words), action ? el("p", { class: "actions" }, action) : "");
  byId("message").hidden = false;
}
