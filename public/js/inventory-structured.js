/** The structured description of a vehicle for search engines. Source: schema.org, Car and Offer. */

import { el } from "./dom.js";
import { name } from "./inventory-words.js";

const CURRENCY = "USD";
// Cars leave the factory with a few miles on them; a car with more miles than this has had an owner or was a demonstrator.
const NEW_MILES = 300;

/** Put the vehicle's structured description into the page, replacing the earlier one; `null` removes it. */
export function describe(vehicle, dealer, address) {
  document.getElementById("structured")?.remove();
  if (!vehicle) return;
  // "<" is escaped, so that no text can end the element when a saved copy of the page is read.
  const text = JSON.stringify(car(vehicle, dealer, address)).replaceAll("<", "\\u003c");
  document.head.append(el("script", { type: "application/ld+json", id: "structured" }, text));
}

function car(vehicle, dealer, address) {
  const condition = vehicle.mileage !== null && vehicle.mileage > NEW_MILES ? "https://schema.org/UsedCondition" : null;
  return known({
    "@context": "https://schema.org",
    "@type": "Car",
    name: [name(vehicle), vehicle.trim].filter(Boolean).join(" "),
    url: address,
    vehicleIdentificationNumber: vehicle.vin,
    sku: vehicle.stockNumber,
    brand: vehicle.make && { "@type": "Brand", name: vehicle.make },
    model: vehicle.model,
    vehicleModelDate: vehicle.year === null ? null : String(vehicle.year),
    vehicleConfiguration: vehicle.trim,
    bodyType: vehicle.bodyStyle,
    color: vehicle.exteriorColor,
    vehicleInteriorColor: vehicle.interiorColor,
    vehicleTransmission: vehicle.transmission,
    driveWheelConfiguration: vehicle.drivetrain,
    fuelType: vehicle.fuelType,
    vehicleEngine: vehicle.engine && { "@type": "EngineSpecification", name: vehicle.engine },
    // SMI is the UN/CEFACT unit code of the mile.
    mileageFromOdometer: vehicle.mileage === null ? null : { "@type": "QuantitativeValue", value: vehicle.mileage, unitCode: "SMI" },
    image: vehicle.photos.length ? vehicle.photos : null,
    description: vehicle.description,
    itemCondition: condition,
    offers: offer(vehicle, dealer, address, condition),
  });
}

function offer(vehicle, dealer, address, condition) {
  const seller = dealer.name && known({
    "@type": "AutoDealer",
    name: dealer.name,
    telephone: dealer.phone,
    email: dealer.email,
    address: dealer.address,
  });
  return known({
    "@type": "Offer",
    url: address,
    availability: "https://schema.org/InStock",
    price: vehicle.price,
    priceCurrency: vehicle.price === null ? null : CURRENCY,
    itemCondition: condition,
    seller,
  });
}

/** The object without its unknown members. */
function known(thing) {
  return Object.fromEntries(Object.entries(thing).filter(([, value]) => value !== null && value !== undefined && value !== ""));
}
