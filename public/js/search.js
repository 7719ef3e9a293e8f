/** Finds vehicles by what people write. The API's `q` and the WordPress plugin do the same; a test compares the three. */

/** What people call a make or a kind of car, and what may stand for it in a vehicle. */
export const ALIASES = new Map(Object.entries({
  chevy: ["chevy", "chevrolet"],
  vw: ["vw", "volkswagen"],
  benz: ["benz", "mercedes"],
  caddy: ["caddy", "cadillac"],
  beamer: ["beamer", "bmw"],
  beemer: ["beemer", "bmw"],
  bimmer: ["bimmer", "bmw"],
  pickup: ["pickup", "truck"],
  truck: ["truck", "pickup"],
  "4x4": ["4x4", "4wd", "fourwheel"],
  "4wd": ["4wd", "4x4", "fourwheel"],
  stick: ["stick", "manual"],
  crossover: ["crossover", "suv"],
}));

/** The fields that a search looks into, besides year, make and model. */
export const SEARCHED = [
  "vin", "stockNumber", "trim", "bodyStyle", "exteriorColor", "interiorColor", "transmission", "fuelType", "drivetrain", "engine",
  "description", "location",
];

const MOST_WORDS = 10;

/** The text of a vehicle that a search looks into. Make and model are one text: a Mazda 3 is a Mazda3. */
export function searchText(vehicle) {
  const named = [vehicle.year, `${vehicle.make ?? ""}${vehicle.model ?? ""}`];
  return squeezed([...named, ...SEARCHED.map((field) => vehicle[field])].filter(Boolean).join("|"));
}

/** A test of such a text for what was written: every word of it, or one of its other names, must occur. */
export function finder(written) {
  const words = written.split(/\s+/).filter(Boolean).slice(0, MOST_WORDS).map(squeezed).filter(Boolean);
  const ways = words.map((word) => ALIASES.get(word) ?? [word]);
  return (text) => ways.every((word) => word.some((way) => text.includes(way)));
}

/** A text as searches compare it: lower case, without hyphens and spaces. */
function squeezed(text) {
  return text.toLowerCase().replace(/[-\u2010-\u2015\s]/g, "");
}
