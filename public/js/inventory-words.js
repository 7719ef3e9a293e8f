/** Describes vehicles in words. */

const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const CENTS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const NUMBER = new Intl.NumberFormat("en-US");

/** The year, make and model of a vehicle. */
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

/** A number of vehicles, such as `1 vehicle` or `2 vehicles`. */
export function vehicles(count) {
  return count === 1 ? "1 vehicle" : `${NUMBER.format(count)} vehicles`;
}

/** The text with a capital first letter. */
export function capital(text) {
  return text && text[0].toUpperCase() + text.slice(1);
}

/** @type {[string, RegExp][]} */
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

/** The drawn body type for a body style in the words of any DMS. */
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

/** The basic color for a color name in the words of any maker; `null` when it is unknown. */
export function paint(color) {
  // The noun comes last: Midnight Blue, Black Cherry Red.
  const last = [...(color ?? "").toLowerCase().matchAll(PAINT_WORDS)].at(-1);
  return last ? PAINTS[last.slice(1).findIndex(Boolean)][0] : null;
}

/** The body types in the order in which the panel offers them. */
export const BODY_KINDS = ["Sedan", "SUV", "Truck", "Coupe", "Convertible", "Hatchback", "Wagon", "Van", "Other"];
