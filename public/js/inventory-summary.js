/** What stands above the vehicles: how many there are, which filters are in use, and why there are none to see. */

import { byId, el } from "./dom.js";
import { inUse } from "./inventory-filters.js";
import { phoneLink } from "./inventory-vehicle.js";

const SPOKEN_AFTER_MS = 400;

/** Show how many there are; `aloud`: a screen reader says it. */
export function showCount(words, aloud = true) {
  byId("count").textContent = words;
  clearTimeout(showCount.timer);
  // Spoken when the typing pauses, not for every letter.
  showCount.timer = setTimeout(() => { byId("count-spoken").textContent = aloud ? words : ""; }, SPOKEN_AFTER_MS);
}

/** Show each filter in use; `without(wanted)` takes one away, `clear` all. */
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

/** No message. */
export function hideMessage() {
  byId("message").hidden = true;
}

/** The lot could not be loaded at all. */
export function sayFailed(retry) {
  const words = navigator.onLine
    ? "The connection may have dropped for a moment. Please try again."
    : "You are offline. The lot comes back by itself when you are connected again.";
  say("The lot could not be loaded", words, strong("Try again", retry));
}

/** A part of the lot came, and the rest did not. */
export function sayCut(retry) {
  say("Part of the lot is still missing", "The connection dropped on the way. What came is shown.", strong("Load the rest", retry));
}

/** There is nothing on show. */
export function sayEmpty(phone) {
  const words = "New arrivals show up here the moment they are ready. Look in again soon, or call and say what you are after.";
  say("The lot is empty just now", words, phoneLink(phone, "button button-strong", "Call"));
}

/** Nothing fits what is asked for. */
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
