/** What the sold cars have brought: by car, by month, and as files. */

import { call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { lot } from "../lot.js";
import { onReturn } from "../network.js";
import { Empty, Field, Head, Loading } from "../parts.js";
import { link } from "../route.js";
import { onChange } from "../rounds.js";
import { toast } from "../toasts.js";
import { amount, called, day, many, monthOf } from "../words.js";
import { PROFIT as TEXT } from "../words/profit.js";

/** `#/profit`. */
export function Profit() {
  const first = useSignal("");
  const last = useSignal("");
  const report = useSignal(null);
  const months = useSignal(null);
  const days = new URLSearchParams([["from", first.value], ["to", last.value]].filter(([, value]) => value)).toString();
  useEffect(() => {
    const fetchBoth = async () => {
      try {
        const [profit, sales] = await Promise.all([call("GET", `/api/reports/profit?${days}`), call("GET", `/api/reports/sales?${days}`)]);
        report.value = profit;
        months.value = sales.months;
      } catch (problem) {
        toast({ words: problem.message, bad: true });
      }
    };
    fetchBoth();
    const unlisten = onChange((topic) => ["sales", "service", "vehicle"].includes(topic) && fetchBoth());
    const end = onReturn(fetchBoth);
    return () => {
      unlisten();
      end();
    };
  }, [days]);
  const total = report.value?.total;
  return html`
    <${Head} title=${TEXT.profit} note=${total?.cars ? `${many(total.cars, TEXT.car)}, ${amount(total.profit)}` : ""}>
      <a class="button" href=${`/api/reports/profit.csv?${days}`} download="profit.csv">${TEXT.carsFile}</a>
      <a class="button" href=${`/api/reports/sales.csv?${days}`} download="sales-by-month.csv">${TEXT.monthsFile}</a>
    <//>
    <div class="pair report-days">
      <${Field} label=${TEXT.soldFrom} optional type="date" value=${first.value} onInput=${(event) => { first.value = event.currentTarget.value; }} />
      <${Field} label=${TEXT.soldTo} optional type="date" value=${last.value} onInput=${(event) => { last.value = event.currentTarget.value; }} />
    </div>
    ${report.value === null ? html`<${Loading} words=${TEXT.loading} />` : !total.cars ? html`
      <${Empty} icon="sale" title=${TEXT.empty}><p>${TEXT.emptyHint}</p><//>` : html`
      <${Months} months=${months.value ?? []} />
      <${Cars} cars=${report.value.cars} total=${total} />
      ${total.unknown > 0 && html`<p class="soft">${TEXT.unknown(many(total.unknown, TEXT.car))}</p>`}`}`;
}

const AMOUNTS = [["salePrice", TEXT.price], ["fees", TEXT.fees], ["discounts", TEXT.discounts], ["purchasePrice", TEXT.cost], ["recon", TEXT.recon], ["tradeInDifference", TEXT.overAllowance], ["profit", TEXT.profit]];

function Months({ months }) {
  return html`
    <h2>${TEXT.byMonth}</h2>
    <table class="ledger">
      <thead><tr><th scope="col">${TEXT.month}</th><th scope="col" class="number">${TEXT.cars}</th>${AMOUNTS.map(([key, label]) => html`<th key=${key} scope="col" class="number">${label}</th>`)}</tr></thead>
      <tbody>${months.map((month) => html`
        <tr key=${month.month}><th scope="row">${monthOf(month.month)}</th><td data-label=${TEXT.cars} class="number">${month.cars}</td><${Amounts} of=${month} /></tr>`)}</tbody>
    </table>`;
}

function Cars({ cars, total }) {
  return html`
    <h2>${TEXT.byCar}</h2>
    <table class="ledger">
      <thead><tr><th scope="col">${TEXT.sold}</th><th scope="col">${TEXT.vehicle}</th>${AMOUNTS.map(([key, label]) => html`<th key=${key} scope="col" class="number">${label}</th>`)}</tr></thead>
      <tbody>
        ${cars.map((car) => html`
          <tr key=${car.saleId}>
            <td data-label=${TEXT.sold}>${day(car.saleDate)}</td>
            <th scope="row"><a href=${link("vehicle", car.vehicleId)}>${called(lot.value.get(car.vehicleId) ?? car, car.vin)}</a>${car.stockNumber && html`<span class="second">${TEXT.stock(car.stockNumber)}</span>`}</th>
            <${Amounts} of=${car} />
          </tr>`)}
        <tr><td data-label=${TEXT.sold}></td><th scope="row">${TEXT.total}</th><${Amounts} of=${total} /></tr>
      </tbody>
    </table>`;
}

function Amounts({ of }) {
  return AMOUNTS.map(([key, label]) => html`<td key=${key} data-label=${label} class=${`number${key === "profit" && of[key] < 0 ? " loss" : ""}`}>${amount(of[key])}</td>`);
}
