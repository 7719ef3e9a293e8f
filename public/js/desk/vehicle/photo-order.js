/** Moving photos: by dragging their handle with mouse or finger, or by the arrow keys on it. */

import { useEffect, useRef, useSignal } from "../html.js";
import { drop, entries, put } from "../outbox.js";
import { name } from "../words.js";
import { PHOTO_ORDER as TEXT } from "../words/vehicle.js";

const SETTLES_MS = 700;

/**
 * The order as it is being changed: `ids` to show (or `null`: as it stands), `handle(id)` the properties of a photo's handle,
 * `first(id)` to make one the cover, `said` what a screen reader hears, `dragged` the id under the finger.
 */
export function usePhotoOrder(vehicle) {
  const draft = useSignal(null);
  const said = useSignal("");
  const dragged = useSignal(null);
  const timer = useRef(null);
  const current = () => draft.peek() ?? vehicle.photos.map((photo) => photo.id);
  const commit = () => {
    clearTimeout(timer.current);
    if (draft.peek()) send(vehicle, draft.peek());
    draft.value = null;
  };
  const move = (id, to) => {
    const ids = current();
    const place = Math.max(0, Math.min(ids.length - 1, to));
    if (ids.indexOf(id) === place) return;
    draft.value = ids.filter((each) => each !== id).toSpliced(place, 0, id);
    said.value = TEXT.moved(place + 1, ids.length, place === 0 ? ", the cover" : "");
  };
  const soon = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(commit, SETTLES_MS);
  };
  useEffect(() => commit, [vehicle.id]);
  const handle = (id) => ({
    onKeyDown: (event) => {
      const place = current().indexOf(id);
      const to = {
        ArrowLeft: place - 1, ArrowUp: place - 1, ArrowRight: place + 1, ArrowDown: place + 1, Home: 0, End: Infinity,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      move(id, to);
      soon();
    },
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      dragged.value = id;
    },
    onPointerMove: (event) => {
      if (dragged.peek() !== id) return;
      const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-photo]");
      const over = /** @type {HTMLElement} */ (under)?.dataset.photo;
      if (over && over !== id) move(id, current().indexOf(over));
    },
    onPointerUp: () => end(id),
    onPointerCancel: () => end(id),
  });
  const end = (id) => {
    if (dragged.peek() !== id) return;
    dragged.value = null;
    commit();
  };
  const first = (id) => {
    move(id, 0);
    commit();
  };
  return { ids: draft, said, dragged, handle, first };
}

/** Send the last order only. */
function send(vehicle, ids) {
  for (const entry of entries.peek()) if (entry.kind === "order" && entry.vehicleId === vehicle.id && entry.state === "waiting") drop(entry.id);
  put({ kind: "order", lane: `photos/${vehicle.id}`, vehicleId: vehicle.id, words: TEXT.entry(name(vehicle)), ids });
}
