/** A vehicle's picture in a list. */

import { html } from "./html.js";
import { Icon } from "./icons.js";

/** Its cover, small, or the drawing that stands for it. */
export function Thumb({ vehicle }) {
  const cover = vehicle.photos[0]?.url;
  return html`<span class="thumb">${cover && /^(https?:|\/)/.test(cover) ? html`<img src=${cover} alt="" loading="lazy" decoding="async" onError=${hide} />` : html`<${Icon} name="camera" />`}</span>`;
}

function hide(event) {
  event.currentTarget.hidden = true;
}
