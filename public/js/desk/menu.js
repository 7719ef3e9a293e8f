/** A button with a short menu of further actions. */

import { html, useEffect, useRef, useSignal } from "./html.js";
import { Icon } from "./icons.js";

/** `items`: `[words, run, href]`, one of the last two. */
export function Menu({ label, items }) {
  const open = useSignal(false);
  const place = useRef(null);
  const opener = useRef(null);
  useEffect(() => {
    const outside = (event) => { if (!place.current?.contains(event.target)) open.value = false; };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);
  useEffect(() => {
    if (open.value) place.current.querySelector("[role=menuitem]")?.focus();
  }, [open.value]);
  if (!items.length) return null;
  const close = () => {
    open.value = false;
    opener.current.focus();
  };
  const onKeyDown = (event) => {
    if (event.key === "Escape" && open.value) {
      event.stopPropagation();
      close();
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !open.value) return;
    event.preventDefault();
    const all = [...place.current.querySelectorAll("[role=menuitem]")];
    all[(all.indexOf(document.activeElement) + by + all.length) % all.length].focus();
  };
  const leave = (event) => {
    if (open.value && event.relatedTarget && !place.current.contains(event.relatedTarget)) open.value = false;
  };
  return html`
    <div class="menu" ref=${place} onKeyDown=${onKeyDown} onFocusOut=${leave}>
      <button ref=${opener} type="button" class="button button-icon" aria-haspopup="menu"
        aria-expanded=${open.value ? "true" : "false"} aria-label=${label} onClick=${() => { open.value = !open.value; }}><${Icon} name="more" /></button>
      ${open.value && html`
        <div class="menu-list" role="menu" aria-label=${label}>
          ${items.map(([words, run, href]) => href
            ? html`<a key=${words} role="menuitem" tabindex="-1" href=${href} target="_blank" rel="noopener" onClick=${() => { open.value = false; }}>${words}</a>`
            : html`<button key=${words} type="button" role="menuitem" tabindex="-1" onClick=${() => { close(); run(); }}>${words}</button>`)}
        </div>`}
    </div>`;
}
