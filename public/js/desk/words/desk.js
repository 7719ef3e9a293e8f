/**
 * Every text of the desk's frame: navigation, messages, fields, what is not sent yet. Each page of the desk has a file of
 * texts here, to be read through by ear: would a dealer in the United States say it like that? A text is a whole sentence or
 * a label; a function fills in what varies. `tests/rules/test_words.py` fails on a text that stands anywhere else.
 *
 * The trade's words, for whoever writes the next text:
 * - inventory, on the lot: the cars for sale. "Off the lot" means sold, so a car that is put away here is
 *   *archived*.
 * - frontline, frontline-ready: a car that is reconditioned, photographed and priced, and can be shown.
 * - recon: reconditioning, the work and parts that make a bought car frontline-ready; its cost belongs to the car.
 * - stock number: the dealer's own number of a car, on its key tag and every paper. The VIN is the maker's.
 * - asking price: what the website shows. Sale price: what the customer paid for the car alone. Cost: what the dealer paid
 *   for it.
 * - gross: the sale price less the cost and the recon of the car. Pack, holdback and commission are not in it.
 * - trade-in: the customer's old car, taken as part of the payment. Allowance: what was given for it. ACV, actual cash
 *   value: what it is worth. Over-allowance: the allowance above the ACV.
 * - turn: how many times a year the inventory sells. Aged: on the lot for 60 days or more. Days on the lot count from the
 *   purchase.
 * - sale pending: a customer has signed, and the car is not delivered yet. A deal that is not completed "falls through" or
 *   is unwound.
 * - DMS: the dealer management system, here Wayne Reeves. Floor plan: the loan that cars are bought with.
 * - listing site: CarGurus, TrueCar, Kelley Blue Book. A car is listed there, refused (rejected) by it, or taken down.
 * Write "email", "ZIP", "2 vehicles", amounts as $12,995 and dates as Nov 18, 2026. Say what happened and what to do next.
 */

export const API = {
  unreadable: "The server's answer could not be read. Try again.",
  noAnswer: "CarLot Manager is not responding.",
  offline: "You are offline.",
  failed: (status) => `Something went wrong (error ${status}).`,
};

export const EDITS = {
  nothingToChange: "No change needed.",
  putBack: "changed back",
  undoingChange: "Undoing the change to",
  vehicle: "vehicle",
  undoing: (car) => `Undoing the change to ${car}`,
  turningOn: "Turning on",
  turningOff: "Turning off",
  turning: (turningOn, label, car) => `${turningOn} ${label} for ${car}`,
  publishToWebsite: "Publish to Website",
  publishToThirdParty: "Publish to Third Party",
  changed: (vehicles, done) => `${vehicles} ${done}.`,
  onWebsite: "published to your website",
  offWebsite: "taken off your website",
  onSites: "set to publish to listing sites",
  offSites: "taken off listing sites",
};

export const ERRANDS = {
  tooBusy: "Someone else keeps changing this vehicle. Try again in a moment.",
  failed: (what, reason) => `${what} failed: ${reason}`,
};

export const FIELDS = {
  required: "Required.",
  vin: "VIN",
  stockNumber: "Stock number",
  year: "Year",
  make: "Make",
  model: "Model",
  trim: "Trim",
  mileage: "Mileage",
  location: "Location",
  bodyStyle: "Body style",
  exteriorColor: "Exterior color",
  interiorColor: "Interior color",
  engine: "Engine",
  transmission: "Transmission",
  drivetrain: "Drivetrain",
  fuel: "Fuel",
  askingPrice: "Asking price",
  purchasePrice: "Purchase price",
  purchased: "Purchased",
  description: "Description",
  notDollars: "Enter an amount such as 12,995 or 12995.50.",
  tooMuch: "That amount is too large.",
  notYear: "Enter a four-digit model year.",
  notMiles: "Enter whole miles, such as 48,200.",
  tooLong: (most, length) => `Use ${most} characters or fewer. This has ${length}.`,
};

export const PARTS = {
  whenBack: "This loads when you are back online.",
  close: "Close",
  optional: "optional",
  copy: (text) => `Copy ${text}`,
  copied: "Copied",
};

export const TOASTS = {
  undo: "Undo",
  nothingToUndo: "Nothing to undo.",
  messages: "Messages",
  dismiss: "Dismiss",
};

export const SHELL = {
  inventory: "Inventory",
  sales: "Sales",
  service: "Service",
  customers: "Customers",
  integrations: "Integrations",
  needsYou: "Needs you",
  profit: "Profit",
  importVehicles: "Import vehicles",
  system: "System",
  light: "Light",
  dark: "Dark",
  skip: "Skip to content",
  shortcuts: "Keyboard shortcuts",
  shortcutsShort: "Shortcuts",
  appearance: (scheme) => `Appearance: ${scheme}`,
  website: "Your public page",
  signOut: "Sign out",
  carlotManager: "CarLot Manager",
  desk: "Desk",
  waiting: (count) => `(${count} waiting)`,
  more: "More",
};

export const UNSENT = {
  change: "change",
  saving: (change) => `Saving ${change}…`,
  keepOpen: " This browser cannot save them. Keep this page open.",
  it: "it",
  them: "them",
  show: (them) => `Show ${them}`,
  sendNow: "Send now",
  noAnswer: "CarLot Manager is not responding.",
  offline: "You are offline.",
  oneChangeIs: "change is",
  manyChangesAre: "changes are",
  saved: (state, changes) => `${state} ${changes} saved here and will be sent when you are back online.`,
  willBeSaved: (state) => `${state} Changes you make are saved here and sent when you are back online.`,
  conflict: (changes, conflict) => `${changes} you made ${conflict} with someone else's. Choose which to keep.`,
  retrying: (changes, are) => `${changes} could not be sent yet and ${are} being retried.`,
  notSentYet: "Not sent yet",
  allSent: "Everything has been sent.",
  discard: "Discard",
  changedByOther: "Someone else changed this too",
  sending: "Sending…",
  time: "time",
  waiting: "Waiting",
  conflicts: "conflicts",
  conflictMany: "conflict",
  is: "is",
  are: "are",
  tried: (trouble, times) => `${trouble} Tried ${times}.`,
};

export const VIN = {
  old: "A VIN from before 1981 has 3 to 17 letters and digits.",
  length: (count) => `A VIN has 17 characters. This one has ${count}.`,
  letters: "A VIN has digits and letters, but never I, O or Q.",
  typo: "This VIN has a typing error somewhere. Compare it with the plate.",
};

export const REASON = {
  needed: "Something in the setup needs your web person.",
  webPerson: "For your web person",
};
