/** Short messages at the edge of the page: results and failures, with an undo. */

import { html, signal, useEffect, useRef } from "./html.js";
import { Icon } from "./icons.js";
import { TOASTS as TEXT } from "./words/desk.js";

const STAYS_MS = 6000;
const STAYS_WITH_ACTION_MS = 10_000;
const MOST = 3;

export const toasts = signal([]);
/** The action that the key `u` undoes: the newest one with an undo. */
export const lastUndo = signal(null);

/** Show a message. `undo` and `action: {words, run}` become buttons; `bad` marks a failure. Returns the toast's id. */
export function toast({ words, bad = false, undo = null, action = null }) {
  const id = crypto.randomUUID();
  const offered = undo ? { words: TEXT.undo, run: undo } : action;
  // The same message again takes the place of the first, unless that one has something to undo.
  const others = toasts.peek().filter((each) => each.words !== words || each.action);
  toasts.value = [...others, { id, words, bad, action: offered }].slice(-MOST);
  if (undo) lastUndo.value = { id, run: undo };
  return id;
}

/** Remove a toast. */
export function dismiss(id) {
  toasts.value = toasts.peek().filter((each) => each.id !== id);
  if (lastUndo.peek()?.id === id) lastUndo.value = null;
}

/** Undo the last action, if that is still possible. */
export function undoLast() {
  const undo = lastUndo.peek();
  if (!undo) return toast({ words: TEXT.nothingToUndo });
  dismiss(undo.id);
  return undo.run();
}

/** Where they appear. */
export function Toasts() {
  return html`
    <div class="toasts" role="region" aria-label=${TEXT.messages} aria-live="polite">
      ${toasts.value.map((each) => html`<${Toast} key=${each.id} toast=${each} />`)}
    </div>`;
}

function Toast({ toast: { id, words, bad, action } }) {
  const timer = useRef(null);
  const stay = () => clearTimeout(timer.current);
  const leave = () => {
    stay();
    timer.current = setTimeout(() => dismiss(id), action ? STAYS_WITH_ACTION_MS : STAYS_MS);
  };
  useEffect(() => {
    leave();
    return stay;
  }, []);
  const act = () => {
    dismiss(id);
    action.run();
  };
  return html`
    <div class=${`toast${bad ? " toast-bad" : ""}`} role=${bad ? "alert" : undefined} onMouseEnter=${stay} onMouseLeave=${leave}
      onFocusIn=${stay} onFocusOut=${leave}>
      ${bad && html`<${Icon} name="alert" />`}
      <p>${words}</p>
      ${action && html`<button type="button" class="toast-action" onClick=${act}>${action.words}</button>`}
      <button type="button" class="toast-close" aria-label=${TEXT.dismiss}
        onClick=${() => dismiss(id)}><${Icon} name="cross" /></button>
    </div>`;
}
