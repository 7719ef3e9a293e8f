/** The ages of the aging bar: days on the lot, both included. */

export const AGES = ["0-30", "31-60", "61-90", "91-"];

/** The age that a number of days belongs to. */
export function ageOf(days) {
  return AGES.find((age) => {
    const [least, most] = age.split("-");
    return days >= Number(least) && (!most || days <= Number(most));
  });
}
