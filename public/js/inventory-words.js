/** How a vehicle is put into words. */

const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const CENTS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const NUMBER = new Intl.NumberFormat("en-US");

/** What it is: year, make and model. */
export function name(vehicle) {
  return [vehicle.year, vehicle.make, vehicle.model].filter(Boolean).join(" ") || "Vehicle";
}

/** A price in dollars. */
export function money(dollars) {
  return Number.isInteger(dollars) ? DOLLARS.format(dollars) : CENTS.format(dollars);
}

/** The asking price. */
export function price(vehicle) {
  return vehicle.price === null ? "Call for price" : money(vehicle.price);
}

/** A number of miles. */
export function miles(count) {
  return `${NUMBER.format(count)} mi`;
}

/** So many vehicles. */
export function vehicles(count) {
  return count === 1 ? "1 vehicle" : `${NUMBER.format(count)} vehicles`;
}

/** With a capital first letter. */
export function capital(text) {
  return text && text[0].toUpperCase() + text.slice(1);
}

const STYLES = [
  ["Convertible", /convertible|roadster|cabrio|spyder|spider/],
  ["Truck", /truck|pickup|\bcab\b|crewmax|supercrew|supercab/],
  ["Van", /van/],
  ["Wagon", /wagon|estate/],
  ["SUV", /suv|sport utility|utility|activity|crossover/],
  ["Hatchback", /hatch|liftback|^[35] ?dr?\b/],
  ["Coupe", /coupe|^2 ?dr? car/],
  ["Sedan", /sedan|saloon|^4 ?dr? car/],
];

/** The kind of body that a body style, in the words of any DMS, stands for. */
export function bodyKind(bodyStyle) {
  const words = (bodyStyle ?? "").toLowerCase().trim();
  return STYLES.find(([, pattern]) => pattern.test(words))?.[0] ?? "Other";
}

const PAINTS = [
  ["white", "white|pearl|ivory|snow|alabaster|frost"],
  ["black", "black|obsidian|onyx|ebony|carbon"],
  ["gray", "gr[ae]y|graphite|charcoal|granite|gunmetal|slate|titanium|magnetic"],
  ["silver", "silver|platinum|alumin(?:i)?um|quicksilver"],
  ["red", "red|crimson|ruby|burgundy|maroon|garnet|cherry|scarlet"],
  ["blue", "blue|navy|sapphire|indigo|azure|cobalt"],
  ["green", "green|emerald|olive|sage|teal|lime"],
  ["brown", "brown|bronze|mocha|copper|espresso|walnut"],
  ["beige", "beige|tan|sand|champagne|gold|cream|khaki|sandstone"],
  ["orange", "orange|sunset|tangerine"],
  ["yellow", "yellow"],
  ["purple", "purple|violet|plum|amethyst"],
];
const PAINT_WORDS = new RegExp(PAINTS.map(([, words]) => `\\b(${words})\\b`).join("|"), "g");

/** The paint that a colour's name stands for, in the words of any maker; `null` when it cannot be told. */
export function paint(color) {
  // The noun comes last: Midnight Blue, Black Cherry Red.
  const last = [...(color ?? "").toLowerCase().matchAll(PAINT_WORDS)].at(-1);
  return last ? PAINTS[last.slice(1).findIndex(Boolean)][0] : null;
}

/** The kinds of body in the order they are offered. */
export const BODY_KINDS = ["Sedan", "SUV", "Truck", "Coupe", "Convertible", "Hatchback", "Wagon", "Van", "Other"];
