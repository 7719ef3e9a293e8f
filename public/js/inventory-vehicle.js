/** The full view of one vehicle. */

import { byId, el } from "./dom.js";
import { tags } from "./inventory-cards.js";
import { addressOf } from "./inventory-frame.js";
import { gallery } from "./inventory-gallery.js";
import { loadForPrint } from "./inventory-print.js";
import { capital, miles, money, name, price, reduced, say, term } from "./inventory-words.js";

const view = byId("vehicle-view");
/** @type {(by: any) => void} */
let step = () => {};

/** Move through the photos of the vehicle that is shown. */
export function stepPhotos(by) {
  step(by);
}

/** Show a vehicle. `back` is the link to the lot. */
export function showVehicle(vehicle, dealer, back) {
  const photos = gallery(vehicle);
  step = photos.step;
  keepPhotos(photos.element);
  view.replaceChildren(
    el("p", { class: "vehicle-back" }, backLink(back)),
    el("div", { class: "vehicle-grid" },
      photos.element,
      el("header", { class: "vehicle-head" },
        el("h1", { tabindex: "-1" }, name(vehicle)),
        vehicle.trim ? el("p", { class: "vehicle-trim" }, vehicle.trim) : null,
        el("p", { class: "vehicle-price" }, price(vehicle)),
        reduced.has(vehicle.id) ? el("p", { class: "vehicle-was" }, say("priceWas", { price: money(reduced.get(vehicle.id)) })) : null,
        vehicle.mileage === null ? null : el("p", { class: "vehicle-mileage" }, miles(vehicle.mileage)),
        tags(vehicle),
        contact(vehicle, dealer)),
      el("div", { class: "vehicle-text" }, about(vehicle), details(vehicle))));
  loadForPrint(view);
}

/** Take over the photos that the page shows already, such as those that came with it: they neither load again nor flicker. */
function keepPhotos(gallery) {
  /** @type {NodeListOf<HTMLImageElement>} */
  const shown = view.querySelectorAll(".gallery-stage img");
  const loaded = [...shown].filter((image) => image.complete && image.naturalWidth);
  const there = new Map(loaded.map((image) => [image.src + image.alt, image]));
  for (const image of gallery.querySelectorAll(".gallery-stage img")) {
    const same = there.get(image.src + image.alt);
    if (same) image.replaceWith(same);
  }
}

/** Show a placeholder while a vehicle loads. */
export function showVehicleLoading(back) {
  step = () => {};
  view.replaceChildren(
    el("p", { class: "vehicle-back" }, backLink(back)),
    el("div", { class: "vehicle-grid", "aria-busy": "true" },
      el("div", { class: "gallery" }, el("div", { class: "gallery-stage" }, el("div", { class: "photo waiting" }))),
      el("div", { class: "vehicle-head" },
        el("h1", { tabindex: "-1", class: "unseen" }, say("loadingVehicle")),
        el("p", { class: "line waiting" }), el("p", { class: "line line-short waiting" }), el("p", { class: "line waiting" }))));
}

/** Say why there is no vehicle to show. `action` is a button or a link beside the link back. */
export function showVehicleMessage(title, words, back, action = null) {
  step = () => {};
  view.replaceChildren(
    el("div", { class: "message" },
      el("h1", { tabindex: "-1" }, title),
      el("p", {}, words),
      el("p", { class: "actions" }, action, el("a", { class: action ? "button" : "button button-strong", href: back, "data-back": true }, say("seeAllVehicles")))));
}

function backLink(back) {
  return el("a", { href: back, "data-back": true }, el("span", { "aria-hidden": "true" }, "← "), say("allVehicles"));
}

function contact(vehicle, dealer) {
  const address = vehicle.url ?? addressOf(vehicle);
  const subject = vehicle.stockNumber ? say("subjectStock", { name: name(vehicle), stock: vehicle.stockNumber }) : name(vehicle);
  const mail = dealer.email && `mailto:${encodeURIComponent(dealer.email).replace("%40", "@")}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(`${subject}\n${address}\n`)}`;
  const said = el("p", { class: "unseen", role: "status" });
  const call = phoneLink(dealer.phone, "button button-strong", say(vehicle.price === null ? "callThePrice" : "call"));
  return el("div", { class: "contact" },
    call,
    el("div", { class: "actions" },
      mail ? el("a", { class: "button", href: mail }, say("emailUs")) : null,
      navigator.share
        ? el("button", { class: "button", type: "button", click: () => share(subject, addressOf(vehicle)) }, say("share"))
        : null,
      el("button", { class: "button", type: "button", click: (event) => copy(addressOf(vehicle), event.currentTarget, said) }, say("copyLink"))),
    said,
    vehicle.stockNumber ? el("p", { class: "contact-note" }, say("askForStock", { stock: vehicle.stockNumber })) : null,
    dealer.name || dealer.address ? el("p", { class: "contact-note" }, [dealer.name, dealer.address].filter(Boolean).join(", ")) : null);
}

/** A link that calls the dealer, or nothing without a number. Its text is the number unless other text is given. */
export function phoneLink(phone, className, words = "") {
  const digits = (phone ?? "").replace(/[^\d+]/g, "");
  return digits ? el("a", { class: className, href: `tel:${digits}`, "aria-label": words ? null : say("callNumber", { phone }) }, `${words} ${phone}`.trim()) : null;
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
    button.textContent = said.textContent = say("linkCopied");
  } catch {
    // A frame may lack the permission. Show the link, so that the visitor can copy it by hand.
    const field = el("input", { class: "control", readonly: true, value: address, "aria-label": say("linkLabel") });
    button.replaceWith(field);
    field.focus();
    field.select();
  }
}

function about(vehicle) {
  if (!vehicle.description) return null;
  const paragraphs = vehicle.description.split(/\n+/).map((part) => part.trim()).filter(Boolean);
  return el("section", { class: "about" }, el("h2", {}, say("about")), paragraphs.map((part) => el("p", {}, part)));
}

function details(vehicle) {
  const facts = [
    [say("mileage"), vehicle.mileage === null ? null : miles(vehicle.mileage)],
    [say("body"), term(vehicle.bodyStyle)],
    [say("exterior"), term(vehicle.exteriorColor)],
    [say("interior"), term(vehicle.interiorColor)],
    [say("engine"), vehicle.engine],
    [say("transmission"), term(vehicle.transmission)],
    [say("drivetrain"), vehicle.drivetrain],
    [say("fuel"), term(vehicle.fuelType)],
    [say("location"), vehicle.location],
    [say("stockNumber"), vehicle.stockNumber],
    [say("vin"), vehicle.vin],
  ].filter(([, value]) => value);
  return el("section", { class: "details" },
    el("h2", {}, say("details")),
    el("dl", {}, facts.map(([label, value]) => el("div", {}, el("dt", {}, label), el("dd", {}, capital(value))))));
}
