/** The marks of a vehicle: one a listing site, told apart by shape, color and words. */

import { html, signal, useEffect, useLayoutEffect, useRef } from "../html.js";
import { inWords, standings } from "../standing.js";
import { MARKS, STANDING } from "../words/standing.js";

const SHAPES = {
  live: "M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20z",
  on_its_way: "M12 2.8a9.2 9.2 0 1 0 0 18.4a9.2 9.2 0 1 0 0-18.4z",
  refused: "M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9z",
  incomplete: "M12 1.2L22.8 12L12 22.8L1.2 12z",
  off: "",
};

/** The vehicle whose words are shown, and the button that they belong to. */
const shown = signal(null);

/** The marks as one button: its words appear at hover, focus and tap. */
export function Marks({ vehicle }) {
  const all = standings(vehicle);
  const button = useRef(null);
  useEffect(() => () => { if (shown.peek()?.id === vehicle.id) shown.value = null; }, [vehicle.id]);
  if (!all.length) return null;
  const show = () => { shown.value = { id: vehicle.id, all, button: button.current }; };
  const hide = () => { if (shown.peek()?.id === vehicle.id) shown.value = null; };
  return html`
    <button type="button" class="marks" ref=${button}
      onPointerEnter=${show} onPointerLeave=${(event) => event.pointerType === "mouse" && hide()} onFocus=${show} onBlur=${hide} onClick=${show}
      onKeyDown=${(event) => event.key === "Escape" && shown.peek() && (hide(), event.stopPropagation())}>
      <span class="unseen">${MARKS.spoken(alike(all).map(([one, names]) => inWords(one, names)).join("; "))}</span>
      ${all.map(({ site, state }) => html`
        <svg key=${site.target} class=${`mark mark-${state}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${SHAPES[state] ?? ""} /><text x="12" y="16.4" text-anchor="middle">${site.name[0]}</text></svg>`)}
    </button>`;
}

/** The words of the marks that are pointed at. Their button says them to screen readers. */
export function MarksWords() {
  const place = useRef(null);
  const now = shown.value;
  useLayoutEffect(() => {
    if (!now || !place.current) return undefined;
    const at = now.button.getBoundingClientRect();
    const box = place.current.getBoundingClientRect();
    const below = at.bottom + box.height + 12 < window.innerHeight;
    place.current.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - box.width - 8))}px`;
    place.current.style.top = `${below ? at.bottom + 6 : at.top - box.height - 6}px`;
    const away = () => { shown.value = null; };
    window.addEventListener("scroll", away, { passive: true, once: true });
    return () => window.removeEventListener("scroll", away);
  }, [now]);
  if (!now) return null;
  return html`
    <div class="marks-words" ref=${place} aria-hidden="true">
      <ul>${alike(now.all).map(([{ site, state, reason }, names]) => html`<li key=${site.target}><strong>${names.join(", ")}</strong> <span class=${`marks-state mark-${state}`}>${STANDING[state]}</span>${reason && html`<br />${reason}`}</li>`)}</ul>
    </div>`;
}

/** Sites with which a vehicle stands alike, together: `[first, names]`. */
function alike(all) {
  return [...Map.groupBy(all, ({ state, reason }) => `${state} ${reason}`).values()].map((group) => [group[0], group.map(({ site }) => site.name)]);
}
