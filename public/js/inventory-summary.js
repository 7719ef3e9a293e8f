/** The lines above the vehicles: their number, the filters in use, and the reason when the list is empty. */

import { byId, el } from "./dom.js";
import { inUse } from "./inventory-filters.js";
import { phoneLink } from "./inventory-vehicle.js";

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
    el("li", {}, el("button", { type: "button", class: "chip", "aria-label": `Remove filter: ${words}`, click: () => take(rest) },
      words, el("span", { "aria-hidden": "true" }, "×"))));
  if (chips.length) chips.push(el("li", {}, el("button", { type: "button", class: "button button-quiet", click: clear }, "Clear all")));
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
  const words = navigator.onLine
    ? "The connection may have dropped for a moment. Please try again."
    : "You are offline. The lot comes back by itself when you are connected again.";
  say("The lot could not be loaded", words, strong("Try again", retry));
}

/** Say that only a part of the lot was loaded. */
export function sayCut(retry) {
  say("Part of the lot is still missing", "The connection dropped on the way. What came is shown.", strong("Load the rest", retry));
}

/** Say that no vehicle is for sale. */
export function sayEmpty(phone) {
  const words = "New arrivals show up here the moment they are ready. Look in again soon, or call and say what you are after.";
  say("The lot is empty just now", words, phoneLink(phone, "button button-strong", "Call"));
}

/** Say that no vehicle passes the filters. */
export function sayNoMatch(clear) {
  say("Nothing matches all of that", "Take away a filter above, or start over.", strong("Clear all filters", clear));
}

function strong(words, click) {
  return el("button", { class: "button button-strong", type: "button", click }, words);
}

function say(title, words, action) {
  byId("message").replaceChildren(el("h3", {}, title), el("p", {}, words), action ? el("p", { class: "actions" }, action) : "");
  byId("message").hidden = false;
}
