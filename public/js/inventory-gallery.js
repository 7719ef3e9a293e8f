/** A gallery of a vehicle's photos: swipe, click, or use the arrow keys. */

import { el, svg } from "./dom.js";
import { photo } from "./inventory-cards.js";
import { name, say } from "./inventory-words.js";

/** The element of the gallery, and `step(by)` to move through the photos. */
export function gallery(vehicle) {
  const count = vehicle.photos.length;
  if (count < 2) {
    const only = photo(vehicle, vehicle.photos[0], name(vehicle));
    return { element: el("div", { class: "gallery" }, el("div", { class: "gallery-stage" }, only)), step: () => {} };
  }
  let at = 0;
  const slides = vehicle.photos.map((address, index) => photo(vehicle, address, say("photoOf", { name: name(vehicle), n: index + 1, all: count })));
  const track = el("div", { class: "gallery-track", tabindex: "0", role: "group", "aria-label": say("photosKeys"), scroll: () => settle() }, slides);
  const place = el("p", { class: "gallery-place" }, `1 / ${count}`);
  const spoken = el("p", { class: "unseen", role: "status" });
  const thumbs = vehicle.photos.map((address, index) =>
    el("li", {}, el("button", { type: "button", class: "thumb", "aria-label": say("photo", { n: index + 1 }), "aria-current": index === 0 ? "true" : null, click: () => go(index) },
      photo(vehicle, address, ""))));

  function go(index) {
    const to = (index + count) % count;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || Math.abs(to - at) > 1;
    track.scrollTo({ left: to * track.clientWidth, behavior: calm ? "instant" : "smooth" });
    mark(to);
  }

  function settle() {
    const seen = Math.round(track.scrollLeft / track.clientWidth);
    if (Math.abs(track.scrollLeft - seen * track.clientWidth) < 2) mark(seen);
  }

  function mark(index) {
    if (index === at || !(index in thumbs)) return;
    thumbs[at].firstChild.removeAttribute("aria-current");
    thumbs[index].firstChild.setAttribute("aria-current", "true");
    at = index;
    place.textContent = `${at + 1} / ${count}`;
    spoken.textContent = say("photoPlace", { n: at + 1, all: count });
    const list = thumbs[at].parentElement;
    list.scrollTo({ left: thumbs[at].offsetLeft - list.clientWidth / 2 + thumbs[at].offsetWidth / 2 });
  }

  const element = el("div", { class: "gallery" },
    el("div", { class: "gallery-stage" },
      track,
      arrow(say("photoPrevious"), "M12.5 4l-6 6 6 6", () => go(at - 1), "gallery-back"),
      arrow(say("photoNext"), "M7.5 4l6 6-6 6", () => go(at + 1), "gallery-on"),
      place),
    el("ul", { class: "thumbs", "aria-label": say("photosAll") }, thumbs),
    spoken);
  return { element, step: (by) => go(at + by) };
}

function arrow(label, path, click, place) {
  return el("button", { type: "button", class: `gallery-arrow ${place}`, "aria-label": label, click },
    svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" },
      svg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round" })));
}
