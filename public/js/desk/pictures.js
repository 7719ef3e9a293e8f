/** Pictures of vehicles. */

import { html } from "./html.js";
import { Icon } from "./icons.js";

/** The address of a picture that this page may load, or nothing: partners send all kinds of texts. */
export function loadable(url) {
  return /^(https:|blob:|\/(?!\/))/.test(url) || url.startsWith(`${location.origin}/`) ? url : "";
}

/** A vehicle's cover, small, or the drawing that stands for it. */
export function Thumb({ vehicle }) {
  const cover = loadable(vehicle.photos[0]?.url ?? "");
  return html`<span class="thumb">${cover ? html`<img src=${cover} alt="" loading="lazy" decoding="async" onError=${hide} />` : html`<${Icon} name="camera" />`}</span>`;
}

function hide(event) {
  event.currentTarget.hidden = true;
}
