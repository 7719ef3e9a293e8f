/** The fields of a vehicle as the dealer types them, with a formatter, a parser and checks for each. */

import { vinFault } from "./vin.js";
import { number } from "./words.js";
import { FIELDS as TEXT } from "./words/desk.js";

const MOST_DOLLARS = 99_999_999.99;

/** A text that cannot be parsed; the message says why. */
export class BadText extends Error {}

const line = { read: (text) => limited(text, 200), write: (value) => value ?? "" };
const needed = { ...line, read: (text) => limited(text, 200) ?? fail(TEXT.required) };
const money = { read: dollars, write: (value) => (value === null || value === undefined ? "" : amount(value)), inputmode: "decimal", number: true };
const date = { read: (text) => text || null, write: (value) => value ?? "", type: "date" };

/**
 * By wire name, in the order in which the desk shows them:
 * `label`; `read(text, vehicle)`, which throws `BadText`; `write(value)`; what the input is like.
 */
export const FIELDS = {
  vin: { ...needed, label: TEXT.vin, read: (text, vehicle) => vin(text, vehicle), code: true, autocapitalize: "characters" },
  stockNumber: { ...line, label: TEXT.stockNumber, code: true },
  year: { label: TEXT.year, read: year, write: String, inputmode: "numeric", number: true },
  make: { ...needed, label: TEXT.make, suggest: true },
  model: { ...needed, label: TEXT.model, suggest: true },
  trim: { ...line, label: TEXT.trim, suggest: true },
  mileage: { label: TEXT.mileage, read: miles, write: (value) => (value === null ? "" : number(value)), inputmode: "numeric", number: true, unit: "mi" },
  location: { ...line, label: TEXT.location, suggest: true },
  bodyStyle: { ...line, label: TEXT.bodyStyle, suggest: true },
  exteriorColor: { ...line, label: TEXT.exteriorColor, suggest: true },
  interiorColor: { ...line, label: TEXT.interiorColor, suggest: true },
  engine: { ...line, label: TEXT.engine, suggest: true },
  transmission: { ...line, label: TEXT.transmission, suggest: true },
  drivetrain: { ...line, label: TEXT.drivetrain, suggest: true },
  fuelType: { ...line, label: TEXT.fuel, suggest: true },
  price: { ...money, label: TEXT.askingPrice, unit: "$" },
  purchasePrice: { ...money, label: TEXT.purchasePrice, unit: "$" },
  purchaseDate: { ...date, label: TEXT.purchased },
  description: { label: TEXT.description, read: (text) => limited(text, 10_000), write: (value) => value ?? "", long: true },
};

/** Dollars out of what people type: `$12,995`, `12995.50`. `null` for nothing. Throws `BadText`. */
export function dollars(text) {
  const plain = text.replace(/[$,\s]/g, "");
  if (!plain) return null;
  if (!/^\d+(\.\d{0,2})?$|^\.\d{1,2}$/.test(plain)) fail(TEXT.notDollars);
  if (Number(plain) > MOST_DOLLARS) fail(TEXT.tooMuch);
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
  if (!/^\d{4}$/.test(plain) || Number(plain) < 1885 || Number(plain) > 2100) fail(TEXT.notYear);
  return Number(plain);
}

function miles(text) {
  const plain = text.replace(/[,\s]|mi(les)?\.?$/gi, "");
  if (!plain) return null;
  if (!/^\d{1,7}$/.test(plain)) fail(TEXT.notMiles);
  return Number(plain);
}

function limited(text, most) {
  const plain = text.trim();
  if (plain.length > most) fail(TEXT.tooLong(number(most), number(plain.length)));
  return plain || null;
}

function fail(words) {
  throw new BadText(words);
}
