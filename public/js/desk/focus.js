/** Where the focus goes when the view changes: to its heading, and back in the list to the vehicle that was looked at. */

import { useEffect } from "./html.js";
import { link } from "./route.js";

const PATIENCE_MS = 5000;
const ROW_MS = 1000;

let before = null;

/** Move the focus with the view. What the user has focused in the new view by then stays. */
export function useFocus({ view, id }) {
  useEffect(() => {
    const from = before;
    before = { view, id };
    if (!from) return undefined;
    const since = performance.now();
    let frame = 0;
    const back = view === "inventory" && from.view === "vehicle";
    const look = () => {
      const waited = performance.now() - since;
      const main = document.getElementById("main");
      const focused = document.activeElement;
      if (main?.contains(focused) && focused.matches("input, textarea, select")) return;
      const row = back ? [...(main?.querySelectorAll("[href]") ?? [])].find((each) => each.getAttribute("href") === link("vehicle", from.id)) : null;
      const target = row ?? (back && waited < ROW_MS ? null : main?.querySelector("h1"));
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
      else if (waited < PATIENCE_MS) frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [view, id]);
}
