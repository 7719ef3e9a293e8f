/** Keyboard shortcuts of one or two letters, inactive while the dealer types. */

import { signal, useLayoutEffect } from "./html.js";
import { keep, kept } from "./kept.js";

const PATIENCE_MS = 1200;

/** Whether single keys are heard. Source: WCAG 2.2, 2.1.4: there must be a way to turn them off. */
export const listening = signal(kept("keys", true));

const bound = [];
let begun = "";
let begunAt = 0;

/**
 * Register the shortcuts of a component, `{"/": run, "g i": run}`, again whenever `inputs` change. The latest registration of a
 * key wins. They work from the first frame on.
 */
export function useKeys(table, inputs = []) {
  useLayoutEffect(() => {
    bound.unshift(table);
    return () => bound.splice(bound.indexOf(table), 1);
  }, inputs);
}

/** Turn single keys on or off. */
export function listen(on) {
  listening.value = on;
  keep("keys", on);
}

window.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !listening.value) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const way = Date.now() - begunAt < PATIENCE_MS ? `${begun} ${event.key}` : event.key;
  const run = find(way) ?? find(event.key);
  begun = "";
  if (run) {
    event.preventDefault();
    run(event);
  } else if (bound.some((table) => Object.keys(table).some((each) => each.startsWith(`${event.key} `)))) {
    begun = event.key;
    begunAt = Date.now();
  }
});

function find(way) {
  return bound.find((table) => way in table)?.[way];
}

function typing(element) {
  return element.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName) && !/^(checkbox|radio|button)$/.test(element.type);
}
