/** Vehicle identification numbers. Source: 49 CFR 565.13 (form), 565.15(c) (check digit). */

const FIRST_MODEL_YEAR = 1981;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
const VALUES = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9];
// Makers in the United States, Canada and Mexico, where every VIN has a check digit.
const NORTH_AMERICAN = /^[1-57]/;

/** Why a VIN (upper case) of a model year is refused, as a sentence; `null`: it is taken. */
export function vinFault(vin, year) {
  if (year && year < FIRST_MODEL_YEAR) return /^[A-Z0-9*/ .-]{3,17}$/.test(vin) ? null : "A VIN from before 1981 has 3 to 17 letters and digits.";
  if (vin.length !== WEIGHTS.length) return `A VIN has 17 characters; this one has ${vin.length}.`;
  if (!/^[A-HJ-NPR-Z0-9]+$/.test(vin)) return "A VIN has digits and letters, but never I, O or Q.";
  const expected = checkDigit(vin);
  if (!NORTH_AMERICAN.test(vin) || vin[8] === expected) return null;
  return `The check digit (9th character) is ${vin[8]} but works out as ${expected}: look for a mistyped character.`;
}

function checkDigit(vin) {
  const sum = [...vin].reduce(
    (total, character, place) => total + WEIGHTS[place] * (VALUES[LETTERS.indexOf(character)] ?? Number(character)),
    0,
  );
  return sum % 11 === 10 ? "X" : String(sum % 11);
}
