/** The vehicles as a table, with the switch that puts each on the public lot. */

import { call } from "./desk-api.js";
import { byId, el } from "./dom.js";
import { miles, money, name } from "./inventory-words.js";

const A_PAGE = 50;
const NUMBER = new Intl.NumberFormat("en-US");

let turn = 0;
let shown = 0;

/** Wire the table up: `failed` hears of every `Problem`, `notify` of what is worth a word. */
export function listenVehicles(failed, notify) {
  let timer;
  byId("vehicles-q").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => showVehicles(failed, notify), 200);
  });
  byId("vehicles-more").addEventListener("click", () => add(shown, failed, notify));
}

/** Show the vehicles that are searched for, from the first. */
export function showVehicles(failed, notify) {
  return add(0, failed, notify);
}

async function add(offset, failed, notify) {
  const mine = ++turn;
  const query = new URLSearchParams({ limit: A_PAGE, offset });
  const q = byId("vehicles-q").value.trim();
  if (q) query.set("q", q);
  try {
    const { vehicles, total } = await call("GET", `/api/vehicles?${query}`);
    if (mine !== turn) return;
    const body = byId("vehicles").tBodies[0];
    const rows = vehicles.map((vehicle) => row(vehicle, failed, notify));
    if (offset) body.append(...rows);
    else body.replaceChildren(...(rows.length ? rows : [el("tr", {}, el("td", { colspan: "7", class: "none" }, q ? "No vehicle matches." : "No vehicles yet. Sync to bring them in."))]));
    shown = offset + vehicles.length;
    byId("vehicles-count").textContent = q ? `${NUMBER.format(total)} found` : `${NUMBER.format(total)} in all`;
    byId("vehicles-more").hidden = shown >= total || !vehicles.length;
    if (offset && rows[0]) rows[0].querySelector("button").focus();
  } catch (problem) {
    failed(problem);
  }
}

function row(vehicle, failed, notify) {
  const line = el("tr", {},
    el("td", {}, vehicle.stockNumber ?? ""),
    el("td", {}, [name(vehicle), vehicle.trim].filter(Boolean).join(" ")),
    el("td", {}, vehicle.vin),
    el("td", { class: "number" }, vehicle.mileage === null ? "" : miles(vehicle.mileage)),
    el("td", { class: "number" }, vehicle.price === null ? "Call" : money(vehicle.price)),
    el("td", {}, vehicle.status),
    el("td", {}, publishSwitch(vehicle, (changed) => redraw(changed), failed, notify)));

  function redraw(changed) {
    const fresh = row(changed, failed, notify);
    line.replaceWith(fresh);
    fresh.querySelector("button").focus();
  }
  return line;
}

function publishSwitch(vehicle, redraw, failed, notify) {
  const words = vehicle.publishToWebsite ? (vehicle.status === "available" ? "On" : `On, hidden while ${vehicle.status}`) : "Off";
  return el("button", {
    type: "button", class: "switch", role: "switch", "aria-checked": String(Boolean(vehicle.publishToWebsite)),
    "aria-label": `Publish ${name(vehicle)}, stock ${vehicle.stockNumber ?? "none"}, to the website`,
    click: async (event) => {
      const button = event.currentTarget;
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      try {
        redraw(await flip(vehicle, notify));
      } catch (problem) {
        button.removeAttribute("aria-disabled");
        failed(problem);
      }
    },
  }, words);
}

/** Put it on the website, or take it off; when it has changed meanwhile, show it as it is now instead. */
async function flip(vehicle, notify) {
  const path = `/api/vehicles/${encodeURIComponent(vehicle.id)}`;
  try {
    return await call("PATCH", path, { publishToWebsite: !vehicle.publishToWebsite }, { "If-Match": `"${vehicle.version}"` });
  } catch (problem) {
    if (problem.status !== 412) throw problem;
    notify("This vehicle has changed meanwhile. Here it is as it is now: flip the switch again if you still want to.");
    return call("GET", path);
  }
}
