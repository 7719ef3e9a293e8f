/** Vehicle identification numbers. Source: 49 CFR 565.13 (form), 565.15(c) (check digit). */

import { VIN as TEXT } from "./words/desk.js";

const FIRST_MODEL_YEAR = 1981;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ";
const VALUES = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9];
const YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789";
// Makers in the United States, Canada and Mexico, where every VIN has a check digit.
const NORTH_AMERICAN = /^[1-57]/;

/** Why a VIN (upper case) of a model year is refused, as a sentence; `null`: it is taken. */
export function vinFault(vin, year) {
  if (year && year < FIRST_MODEL_YEAR) return /^[A-Z0-9*/ .-]{3,17}$/.test(vin) ? null : TEXT.old;
  if (vin.length !== WEIGHTS.length) return TEXT.length(vin.length);
  if (!/^[A-HJ-NPR-Z0-9]+$/.test(vin)) return TEXT.letters;
  const expected = checkDigit(vin);
  if (!NORTH_AMERICAN.test(vin) || vin[8] === expected) return null;
  return TEXT.typo;
}

/**
 * The model year that a whole VIN tells, `null` where it tells none. The seventh character is a letter from 2010 on.
 * Source: 49 CFR 565.15, which binds cars sold in the United States.
 */
export function modelYear(vin) {
  const place = YEARS.indexOf(vin[9]);
  if (place < 0 || vin.length !== WEIGHTS.length || vin[8] !== checkDigit(vin)) return null;
  const year = place + (/[A-Z]/.test(vin[6]) ? 2010 : 1980);
  return year <= new Date().getFullYear() + 1 ? year : year - 30;
}

function checkDigit(vin) {
  const sum = [...vin].reduce(
    (total, character, place) => total + WEIGHTS[place] * (VALUES[LETTERS.indexOf(character)] ?? Number(character)),
    0,
  );
  return sum % 11 === 10 ? "X" : String(sum % 11);
}
