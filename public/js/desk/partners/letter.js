/** An entry of the inbox: the vehicle's picture, name and stock number as a link, the sentence, and the buttons that end it. */

import { html } from "../html.js";
import { Icon } from "../icons.js";
import { Thumb } from "../pictures.js";
import { link } from "../route.js";
import { name } from "../words.js";

/** `icon` stands in the place of the picture where no vehicle is meant. */
export function Letter({ vehicle, icon = "alert", title, children, actions, more = null }) {
  return html`
    <li class="letter">
      ${vehicle ? html`<${Thumb} vehicle=${vehicle} />` : html`<span class="thumb"><${Icon} name=${icon} /></span>`}
      <div class="letter-text">
        ${vehicle && html`<p class="letter-car"><a href=${link("vehicle", vehicle.id)}>${name(vehicle)}</a>${vehicle.stockNumber && html` <span class="soft">${vehicle.stockNumber}</span>`}</p>`}
        <h2>${title}</h2>
        ${children}
      </div>
      <div class="letter-actions">${actions}</div>
      ${more}
    </li>`;
}
