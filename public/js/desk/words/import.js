/** Every text of the page that imports a CSV file. desk.js explains the trade's words. */

import { number } from "../words.js";

const vehicles = (count) => `${number(count)} ${count === 1 ? "vehicle" : "vehicles"}`;
const rows = (count) => `${number(count)} ${count === 1 ? "row" : "rows"}`;

export const IMPORT = {
  title: "Import vehicles",
  back: "Inventory",
  intro: "Choose a CSV file with one vehicle per row and the column names on top. You see what it will change before anything is saved.",
  example: "Download your inventory",
  exampleNote: " to see a file that works.",
  choose: "Choose a file",
  chooseOther: "Choose another file",
  drop: "or drop it here",
  file: "CSV file",
  tooBig: "The file is larger than 10 MB. Split it into smaller files.",
  empty: "The file is empty.",
  uploading: (name) => `Uploading ${name}…`,
  reading: (name) => `Checking ${name}… Nothing is saved yet.`,
  importing: "Importing… Keep this page open.",
};

export const PREVIEW = {
  title: "Check the columns",
  summary: (added, updated, unchanged) => `${number(added)} new, ${number(updated)} to update, ${number(unchanged)} unchanged`,
  checking: "Checking again…",
  skipped: (count) => `${rows(count)} cannot be imported. The other rows can.`,
  remembered: "Columns are matched the way you matched them last time for this kind of file.",
  forget: "Start over",
  column: "Column in your file",
  example: "Example",
  field: "Goes to",
  changes: "What changes",
  notImported: "Not imported",
  pick: (heading) => `Where the column ${heading} goes`,
  changed: (count) => `${number(count)} changed`,
  emptied: (count) => `${number(count)} emptied`,
  from: (row, before, after) => `Row ${row}: ${before} → ${after}`,
  nothing: "empty",
  emptyClears: "Empty cells clear the field",
  emptyClearsNote: "Off: an empty cell leaves the vehicle as it is.",
  import: (count, skipped) => skipped ? `Import ${number(count)}, skip ${number(skipped)}` : `Import ${vehicles(count)}`,
  nothingToDo: "Nothing to import",
  cancel: "Cancel",
};

export const ROWS = {
  problems: "Rows with problems",
  warnings: "Worth checking",
  warningsNote: "These rows are imported.",
  row: "Row",
  column: "Column",
  value: "Value",
  problem: "Problem",
  warning: "Note",
  more: (count) => `Show ${number(count)} more`,
};

export const RESULT = {
  title: "Import finished",
  imported: (added, updated, skipped) => `Imported: ${number(added)} added, ${number(updated)} updated${skipped ? `, ${number(skipped)} skipped` : ""}.`,
  download: "Download the skipped rows",
  downloadNote: "The file has the rows as they came, with the problem of each. Fix them there and import that file.",
  undo: "Undo import",
  inventory: "Go to inventory",
  another: "Import another file",
  undone: (count) => `Import undone: ${vehicles(count)} put back.`,
  undoneTitle: "Import undone",
  left: (count) => `${vehicles(count)} changed since the import and ${count === 1 ? "was" : "were"} left alone:`,
  leftShort: (count) => ` ${vehicles(count)} changed since then and ${count === 1 ? "was" : "were"} left alone.`,
  undoFailed: (reason) => `The import could not be undone: ${reason}`,
};

/** The fields of a vehicle as a column can be matched to them; those that shoppers see say so. */
export const COLUMNS = {
  vin: "VIN", stockNumber: "Stock number", year: "Year", make: "Make", model: "Model", trim: "Trim", mileage: "Mileage",
  price: "Asking price (public)", description: "Description (public)", photos: "Photos (public)",
  bodyStyle: "Body style", exteriorColor: "Exterior color", interiorColor: "Interior color", engine: "Engine",
  transmission: "Transmission", drivetrain: "Drivetrain", fuelType: "Fuel", location: "Location",
  purchasePrice: "Purchase price", purchaseDate: "Purchase date", status: "Status",
  publishToWebsite: "Publish to Website", publishToThirdParty: "Publish to Third Party", id: "CarLot ID",
};
