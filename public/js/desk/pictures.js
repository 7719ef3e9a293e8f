/** Pictures of vehicles. */

import { html } from "./html.js";
import { Icon } from "./icons.js";

/** The address of a picture if this page may load it, or nothing: partners may send any text. */
export function loadable(url) {
  return /^(https:|blob:|\/(?!\/))/.test(url) || url.startsWith(`${location.origin}/`) ? url : "";
}

/** A small cover photo of a vehicle, or a drawing without one. */
export function Thumb({ vehicle }) {
  const cover = loadable(vehicle.photos[0]?.url ?? "");
  return html`<span class="thumb">${cover ? html`<img src=${cover} alt="" loading="lazy" decoding="async" onError=${hide} />` : html`<${Icon} name="camera" />`}</span>`;
}

function hide(event) {
  event.currentTarget.hidden = true;
}
