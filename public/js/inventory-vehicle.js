/** The full view of one vehicle. */

import { byId, el } from "./dom.js";
import { tags } from "./inventory-cards.js";
import { vehicleQuery } from "./inventory-filters.js";
import { addressOf } from "./inventory-frame.js";
import { gallery } from "./inventory-gallery.js";
import { describe } from "./inventory-structured.js";
import { capital, miles, name, price } from "./inventory-words.js";

const view = byId("vehicle-view");
/** @type {(by: any) => void} */
let step = () => {};

/** Move through the photos of the vehicle that is shown. */
export function stepPhotos(by) {
  step(by);
}

/** Show a vehicle. `back` is the link to the lot. */
export function showVehicle(vehicle, dealer, back) {
  describe(vehicle, dealer, addressOf(vehicleQuery(vehicle.id)));
  const photos = gallery(vehicle);
  step = photos.step;
  view.replaceChildren(
    el("p", { class: "vehicle-back" }, backLink(back)),
    el("div", { class: "vehicle-grid" },
      photos.element,
      el("header", { class: "vehicle-head" },
        el("h1", { tabindex: "-1" }, name(vehicle)),
        vehicle.trim ? el("p", { class: "vehicle-trim" }, vehicle.trim) : null,
        el("p", { class: "vehicle-price" }, price(vehicle)),
        vehicle.mileage === null ? null : el("p", { class: "vehicle-mileage" }, miles(vehicle.mileage)),
        tags(vehicle),
        contact(vehicle, dealer)),
      el("div", { class: "vehicle-text" }, about(vehicle), details(vehicle))));
}

/** Show a placeholder while a vehicle loads. */
export function showVehicleLoading(back) {
  describe(null);
  step = () => {};
  view.replaceChildren(
    el("p", { class: "vehicle-back" }, backLink(back)),
    el("div", { class: "vehicle-grid", "aria-busy": "true" },
      el("div", { class: "gallery" }, el("div", { class: "gallery-stage" }, el("div", { class: "photo waiting" }))),
      el("div", { class: "vehicle-head" },
        el("h1", { tabindex: "-1", class: "unseen" }, "Loading the vehicle…"),
        el("p", { class: "line waiting" }), el("p", { class: "line line-short waiting" }), el("p", { class: "line waiting" }))));
}

/** Say why there is no vehicle to show. `action` is a button or a link beside the link back. */
export function showVehicleMessage(title, words, back, action = null) {
  describe(null);
  step = () => {};
  view.replaceChildren(
    el("div", { class: "message" },
      el("h1", { tabindex: "-1" }, title),
      el("p", {}, words),
      el("p", { class: "actions" }, action, el("a", { class: action ? "button" : "button button-strong", href: back, "data-back": true }, "See all vehicles"))));
}

function backLink(back) {
  return el("a", { href: back, "data-back": true }, el("span", { "aria-hidden": "true" }, "← "), "All vehicles");
}

function contact(vehicle, dealer) {
  const address = addressOf(vehicleQuery(vehicle.id));
  const subject = vehicle.stockNumber ? `${name(vehicle)} (stock ${vehicle.stockNumber})` : name(vehicle);
  const mail = dealer.email && `mailto:${encodeURIComponent(dealer.email).replace("%40", "@")}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(`${subject}\n${address}\n`)}`;
  const said = el("p", { class: "unseen", role: "status" });
  const call = phoneLink(dealer.phone, "button button-strong", vehicle.price === null ? "Call for the price" : "Call");
  return el("div", { class: "contact" },
    call,
    el("div", { class: "actions" },
      mail ? el("a", { class: "button", href: mail }, "Email us") : null,
      navigator.share
        ? el("button", { class: "button", type: "button", click: () => share(subject, address) }, "Share")
        : null,
      el("button", { class: "button", type: "button", click: (event) => copy(address, event.currentTarget, said) }, "Copy link")),
    said,
    vehicle.stockNumber ? el("p", { class: "contact-note" }, `Ask for stock number ${vehicle.stockNumber}.`) : null,
    dealer.name || dealer.address ? el("p", { class: "contact-note" }, [dealer.name, dealer.address].filter(Boolean).join(", ")) : null);
}

/** A link that calls the dealer, or nothing without a number. Its text is the number unless other text is given. */
export function phoneLink(phone, className, words = "") {
  const digits = (phone ?? "").replace(/[^\d+]/g, "");
  return digits ? el("a", { class: className, href: `tel:${digits}`, "aria-label": words ? null : `Call ${phone}` }, `${words} ${phone}`.trim()) : null;
}

async function share(title, url) {
  try {
    await navigator.share({ title, url });
  } catch {
    // The visitor closed the share dialog.
  }
}

async function copy(address, button, said) {
  try {
    await navigator.clipboard.writeText(address);
    // Show this at the button: in a frame as high as its content, a notice at the bottom would be out of sight.
    button.textContent = said.textContent = "Link copied";
  } catch {
    // A frame may lack the permission. Show the link, so that the visitor can copy it by hand.
    const field = el("input", { class: "control", readonly: true, value: address, "aria-label": "Link to this vehicle" });
    button.replaceWith(field);
    field.focus();
    field.select();
  }
}

function about(vehicle) {
  if (!vehicle.description) return null;
  const paragraphs = vehicle.description.split(/\n+/).map((part) => part.trim()).filter(Boolean);
  return el("section", { class: "about" }, el("h2", {}, "About this vehicle"), paragraphs.map((part) => el("p", {}, part)));
}

function details(vehicle) {
  const facts = [
    ["Mileage", vehicle.mileage === null ? null : miles(vehicle.mileage)],
    ["Body", vehicle.bodyStyle],
    ["Exterior", vehicle.exteriorColor],
    ["Interior", vehicle.interiorColor],
    ["Engine", vehicle.engine],
    ["Transmission", vehicle.transmission],
    ["Drivetrain", vehicle.drivetrain],
    ["Fuel", vehicle.fuelType],
    ["Location", vehicle.location],
    ["Stock number", vehicle.stockNumber],
    ["VIN", vehicle.vin],
  ].filter(([, value]) => value);
  return el("section", { class: "details" },
    el("h2", {}, "Details"),
    el("dl", {}, facts.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, capital(value))))));
}
