/** The parts that all views share. */

import { html, useEffect, useId, useRef, useState } from "./html.js";
import { Icon } from "./icons.js";
import { reachable } from "./network.js";
import { PARTS as TEXT } from "./words/desk.js";

/** A state as a small colored word. `of` is one of the tables in words.js. */
export function Badge({ of, state }) {
  const [words, kind] = of[state] ?? [state, "plain"];
  return html`<span class=${`badge badge-${kind}`}>${words}</span>`;
}

/** A switch with its label. */
export function Switch({ on, label, unseen = false, disabled = false, describedby, onFlip }) {
  return html`
    <button type="button" class="switch" role="switch" aria-checked=${on ? "true" : "false"}
      aria-label=${unseen ? label : undefined}
      aria-describedby=${describedby} disabled=${disabled} onClick=${onFlip}>
      <span class="switch-track" aria-hidden="true"></span>${!unseen && html`<span>${label}</span>`}
    </button>`;
}

/** A placeholder for an empty list: a heading and the next steps. Where the view has nothing else, its heading is the view's. */
export function Empty({ icon, title, alone = false, children }) {
  return html`<div class="empty"><${Icon} name=${icon} />${alone ? html`<h1 tabindex="-1">${title}</h1>` : html`<h2>${title}</h2>`}${children}</div>`;
}

/** A list that has not come yet. Without a connection it says when it will. */
export function Loading({ words }) {
  return html`<p class="loading" role="status">${reachable.value ? words : TEXT.whenBack}</p>`;
}

/** A title line of a view with its buttons. */
export function Head({ title, note, children }) {
  return html`
    <div class="head">
      <h1 tabindex="-1">${title}</h1>
      ${note && html`<p class="head-note">${note}</p>`}
      <div class="head-actions">${children}</div>
    </div>`;
}

/** A dialog over the page. Escape, its cross, or a click outside call `onClose`. Further properties go to its element. */
export function Dialog({ title, wide = false, onClose, children, ...rest }) {
  const element = useRef(null);
  const label = useId();
  useEffect(() => {
    element.current.showModal();
    element.current.querySelector("form :is(input, select, textarea)")?.focus();
    return () => element.current?.close();
  }, []);
  const beside = (event) => event.target === element.current && onClose();
  return html`
    <dialog ref=${element} class=${`dialog${wide ? " dialog-wide" : ""}`} aria-labelledby=${label} onClose=${onClose}
      onMouseDown=${beside} ...${rest}>
      <div class="dialog-body">
        <div class="dialog-head"><h2 id=${label}>${title}</h2><button type="button" class="icon-button" aria-label=${TEXT.close} onClick=${onClose}><${Icon} name="cross" /></button></div>
        ${children}
      </div>
    </dialog>`;
}

/** A labeled form input with its error beside it. Further properties go to the input. */
export function Field({ label, fault, hint, unit, long = false, optional = false, inputRef, children, ...input }) {
  const id = useId();
  const note = fault || hint ? `${id}-note` : undefined;
  const common = { id, class: "control", "aria-invalid": fault ? "true" : undefined, "aria-describedby": note, ref: inputRef, ...input };
  return html`
    <div class=${`field${unit === "$" ? " field-dollars" : ""}`}>
      <label for=${id}>${label}${optional && html`<span class="optional"> ${TEXT.optional}</span>`}</label>
      ${children ? children(common) : long ? html`<textarea rows="3" ...${common}></textarea>` : html`<input ...${common} />`}
      ${fault ? html`<p class="fault" id=${note} role="alert">${fault}</p>` : hint && html`<p class="hint" id=${note}>${hint}</p>`}
    </div>`;
}

/** A text to paste elsewhere, and the button that copies it. */
export function Copyable({ text, label }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`
    <div class="copyable">
      <code tabindex="0">${text}</code>
      <button type="button" class="icon-button" aria-label=${TEXT.copy(label ?? text)}
        onClick=${copy}><${Icon} name=${copied ? "check" : "copy"} /></button>
      <span class="unseen" role="status">${copied ? TEXT.copied : ""}</span>
    </div>`;
}

/** A button that is busy until its work is done. */
export function Working({ run, class: kind = "button", children, ...rest }) {
  const [busy, setBusy] = useState(false);
  const alive = useRef(true);
  useEffect(() => () => { alive.current = false; }, []);
  const start = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await run();
    } finally {
      if (alive.current) setBusy(false);
    }
  };
  return html`<button type="button" class=${kind} aria-busy=${busy ? "true" : undefined} aria-disabled=${busy ? "true" : undefined} onClick=${start} ...${rest}>${children}</button>`;
}
