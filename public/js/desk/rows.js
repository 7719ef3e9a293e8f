/** Renders only the rows near the window, so that a lot of thousands of vehicles scrolls smoothly. */

import { useLayoutEffect, useRef, useState } from "./html.js";

const BEYOND_PX = 900;
const STEP = 8;

/**
 * The range of rows to render, of `count` rows of a fixed height: `{from, to, place}`. `place` is a ref for the element at whose
 * top the first row starts.
 */
export function useRows(count, height) {
  const place = useRef(null);
  const [range, setRange] = useState([0, 40]);
  useLayoutEffect(() => {
    const measure = () => {
      const top = -place.current.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor((top - BEYOND_PX) / height / STEP) * STEP);
      const to = Math.ceil((top + window.innerHeight + BEYOND_PX) / height / STEP) * STEP;
      setRange((before) => (before[0] === from && before[1] === to ? before : [from, to]));
    };
    measure();
    window.addEventListener("scroll", measure, { passive: true });
    window.addEventListener("resize", measure);
    return () => {
      window.removeEventListener("scroll", measure);
      window.removeEventListener("resize", measure);
    };
  }, [count, height]);
  const from = Math.min(range[0], Math.max(0, count - 1));
  return { place, from, to: Math.max(from, Math.min(count, range[1])) };
}
