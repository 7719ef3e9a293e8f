/** Describes vehicles in words of the page's language. The Worker puts the words into the page, from public/words. */

const PAGE = JSON.parse(document.getElementById("page").textContent);
const TERMS = new Map(Object.entries(PAGE.terms));
const LOCALE = `${document.documentElement.lang}-US`;
const DOLLARS = new Intl.NumberFormat(LOCALE, { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const CENTS = new Intl.NumberFormat(LOCALE, { style: "currency", currency: "USD" });
const NUMBER = new Intl.NumberFormat(LOCALE);

/** The dealer's name, phone, email and address; an unknown one is `null`. */
export const dealer = PAGE.dealer;

/** The vehicle that the Worker put into the page, as the API gives it, or `null`; `gone` if the page says that it is gone. */
export const served = { vehicle: PAGE.vehicle ?? null, gone: PAGE.gone === true };

/** The prices that have fallen lately, as they were, by the id of the vehicle. */
export const reduced = new Map(Object.entries(PAGE.reduced ?? {}));

/** A text of the page with values filled in; numbers are written as the language writes them. */
export function say(key, values = {}) {
  return PAGE.words[key].replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? NUMBER.format(values[name]) : values[name]));
}

/** A word of a DMS, such as Automatic, in the page's language if it is a common one, with a capital first letter. */
export function term(text) {
  return text && capital(TERMS.get(text.toLowerCase()) ?? text);
}

/** The year, make and model of a vehicle. */
export function name(vehicle) {
  return [vehicle.year, vehicle.make, vehicle.model].filter(Boolean).join(" ") || say("vehicle");
}

/** A price in dollars. */
export function money(dollars) {
  return Number.isInteger(dollars) ? DOLLARS.format(dollars) : CENTS.format(dollars);
}

/** The asking price. */
export function price(vehicle) {
  return vehicle.price === null ? say("callForPrice") : money(vehicle.price);
}

/** A number of miles. */
export function miles(count) {
  return say("miles", { n: count });
}

/** A number of vehicles. */
export function vehicles(count) {
  return count === 1 ? say("vehicleOne") : say("vehicleMany", { n: count });
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
