/** Every text about what is live where, what waits and what needs the dealer: the marks of the list, its views, the counts. */

export const STANDING = {
  live: "live",
  on_its_way: "on its way",
  refused: "refused",
  incomplete: "not complete",
  off: "off",
  not_configured: "not set up",
};

export const MARKS = {
  title: "Listing sites",
  spoken: (sites) => `Listing sites: ${sites}`,
  one: (site, state, reason) => `${site} ${state}${reason ? `: ${reason}` : ""}`,
  off: "Third-party publishing is off.",
  goesOff: "It is coming off the site.",
  lacking: { vin: "The VIN is not valid.", price: "There is no price.", photos: "There is no photo." },
};

export const VIEW = {
  notListed: "Not listed, with reason",
  refused: "Refused",
  waiting: "Waiting for QuickBooks",
  needs: "Needs you",
  rare: "Views that need a look",
};

export const CHIP = {
  listing: { live: "Live", on_its_way: "On its way", refused: "Refused", incomplete: "Not complete", off: "Off", not_listed: "Not listed" },
  site: (name) => `on ${name}`,
  age: { "0-30": "0–30 days on the lot", "31-60": "31–60 days on the lot", "61-90": "61–90 days on the lot", "91-": "Over 90 days on the lot" },
};

export const COUNTS = {
  label: (site) => `Vehicles on ${site}`,
  live: (count) => `${count} live`,
  on_its_way: (count) => `${count} on ${count === 1 ? "its" : "their"} way`,
  refused: (count) => `${count} refused`,
  incomplete: (count) => `${count} not complete`,
};

export const PULSE = {
  question: "question",
  questions: (questions) => `${questions} for you`,
  item: "item",
  signIn: (items) => `${items} waiting for QuickBooks sign-in`,
  setUp: (items, name) => `${items} waiting for you to set up ${name}`,
};

export const FORECAST = {
  going: (count) => `${count} on ${count === 1 ? "its" : "their"} way`,
  lacking: { vin: "a valid VIN", price: "a price", photos: "a photo" },
  needs: (count, fields) => `${count} ${count === 1 ? "needs" : "need"} ${fields}`,
  notForSale: (count) => `${count} not for sale`,
  either: (fields, last) => `${fields} or ${last}`,
  nowhere: "No listing site is set up.",
};

export const LEFT_OUT = {
  vehicle: "vehicle",
  moreVehicle: "more vehicle",
  summary: (vehicles) => `${vehicles} left out, and why`,
  more: (vehicles) => `and ${vehicles}`,
};

export const MONTHS = {
  label: "Month",
  all: "All months",
  file: "Download months",
};

export const AGING = {
  title: "Days on the lot",
  unit: "days",
  vehicle: "vehicle",
  part: (days, vehicles) => `${days} days: ${vehicles}`,
  change: "price change",
  reduced: "Price reduced",
  days: { "0-30": "0–30", "31-60": "31–60", "61-90": "61–90", "91-": "Over 90" },
};
