/** The fields of a vehicle as the dealer types them, with a formatter, a parser and checks for each. */

import { vinFault } from "./vin.js";
import { number } from "./words.js";

const MOST_DOLLARS = 99_999_999.99;

/** A text that cannot be parsed; the message says why. */
export class BadText extends Error {}

const line = { read: (text) => limited(text, 200), write: (value) => value ?? "" };
const needed = { ...line, read: (text) => limited(text, 200) ?? fail("It cannot be empty.") };
const money = { read: dollars, write: (value) => (value === null || value === undefined ? "" : amount(value)), inputmode: "decimal", number: true };
const date = { read: (text) => text || null, write: (value) => value ?? "", type: "date" };

/**
 * By wire name, in the order in which the desk shows them:
 * `label`; `read(text, vehicle)`, which throws `BadText`; `write(value)`; what the input is like.
 */
export const FIELDS = {
  vin: { ...needed, label: "VIN", read: (text, vehicle) => vin(text, vehicle), code: true, autocapitalize: "characters" },
  stockNumber: { ...line, label: "Stock number", code: true },
  year: { label: "Year", read: year, write: String, inputmode: "numeric", number: true },
  make: { ...needed, label: "Make", suggest: true },
  model: { ...needed, label: "Model", suggest: true },
  trim: { ...line, label: "Trim", suggest: true },
  mileage: { label: "Mileage", read: miles, write: (value) => (value === null ? "" : number(value)), inputmode: "numeric", number: true, unit: "mi" },
  location: { ...line, label: "Location", suggest: true },
  bodyStyle: { ...line, label: "Body style", suggest: true },
  exteriorColor: { ...line, label: "Exterior color", suggest: true },
  interiorColor: { ...line, label: "Interior color", suggest: true },
  engine: { ...line, label: "Engine", suggest: true },
  transmission: { ...line, label: "Transmission", suggest: true },
  drivetrain: { ...line, label: "Drivetrain", suggest: true },
  fuelType: { ...line, label: "Fuel", suggest: true },
  price: { ...money, label: "Asking price", unit: "$" },
  purchasePrice: { ...money, label: "Purchase price", unit: "$" },
  purchaseDate: { ...date, label: "Purchased" },
  description: { label: "Description", read: (text) => limited(text, 10_000), write: (value) => value ?? "", long: true },
};

/** Dollars out of what people type: `$12,995`, `12995.50`. `null` for nothing. Throws `BadText`. */
export function dollars(text) {
  const plain = text.replace(/[$,\s]/g, "");
  if (!plain) return null;
  if (!/^\d+(\.\d{0,2})?$|^\.\d{1,2}$/.test(plain)) fail("Write an amount such as 12,995 or 12995.50.");
  if (Number(plain) > MOST_DOLLARS) fail("That is more than can be entered.");
  return Number(plain);
}

/** A number of dollars as it stands in a field. */
export function amount(value) {
  return value.toLocaleString("en-US", { minimumFractionDigits: Number.isInteger(value) ? 0 : 2, maximumFractionDigits: 2 });
}

function vin(text, vehicle) {
  const plain = text.trim().toUpperCase();
  const fault = vinFault(plain, vehicle?.year);
  return fault ? fail(fault) : plain;
}

function year(text) {
  const plain = text.trim();
  if (!/^\d{4}$/.test(plain) || Number(plain) < 1885 || Number(plain) > 2100) fail("Write the model year with four digits.");
  return Number(plain);
}

function miles(text) {
  const plain = text.replace(/[,\s]|mi(les)?\.?$/gi, "");
  if (!plain) return null;
  if (!/^\d{1,7}$/.test(plain)) fail("Write whole miles, such as 48,200.");
  return Number(plain);
}

function limited(text, most) {
  const plain = text.trim();
  if (plain.length > most) fail(`At most ${number(most)} characters; these are ${number(plain.length)}.`);
  return plain || null;
}

function fail(words) {
  throw new BadText(words);
}
