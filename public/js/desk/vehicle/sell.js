/** Selling a vehicle. */

import { drop, put } from "../outbox.js";
import { html } from "../html.js";
import { toast } from "../toasts.js";
import { SELL } from "../words/sales.js";
import { amount, name, today } from "../words.js";
import { SaleForm } from "./sale-form.js";
import { voidSale } from "./sold.js";

/** The dialog. */
export function Sell({ vehicle, onClose }) {
  return html`
    <${SaleForm} title=${SELL.title(name(vehicle))} words=${SELL.sell} note=${SELL.note} cost=${vehicle.purchasePrice}
      start=${{ salePrice: vehicle.price, saleDate: today() }} onSave=${(sale) => enter(vehicle, sale)} onClose=${onClose} />`;
}

function enter(vehicle, { salePrice, saleDate, customer, lines }) {
  const others = { ...(lines.length ? { lines } : {}), ...(customer ? { customer } : {}) };
  const body = { vehicleId: vehicle.id, salePrice, saleDate, ...others };
  const { id, fate } = put({ kind: "sale", lane: `edit/${vehicle.id}`, vehicleId: vehicle.id, words: SELL.entry(name(vehicle)), body });
  const undo = async () => {
    if (drop(id)) return toast({ words: SELL.notSold(name(vehicle)) });
    const { answer } = await fate;
    return answer && voidSale(answer, name(vehicle));
  };
  toast({ words: SELL.sold(name(vehicle), amount(body.salePrice)), undo });
}
