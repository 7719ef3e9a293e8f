/** Every text about sales: the page, selling, changing and undoing a sale. desk.js explains the trade's words. */

export const SALES = {
  one: "sale",
  title: "Sales",
  note: (sales, sum) => `${sales}, ${sum}`,
  profit: "Profit",
  loading: "Loading sales…",
  emptyTitle: "No sales yet",
  emptyBefore: "Open a vehicle and press ",
  emptyAfter: ". Its invoice and payment show up here.",
  toInventory: "Go to inventory",
  date: "Date",
  vehicle: "Vehicle",
  customer: "Customer",
  price: "Price",
  gross: "Gross",
  invoice: "Invoice",
  actions: "Change or undo",
  stock: (number) => `Stock ${number}`,
  due: (amount) => `, ${amount} due`,
  grossLoading: "…",
};

export const SELL = {
  title: (car) => `Sell ${car}`,
  sell: "Sell",
  price: "Sale price",
  date: "Sale date",
  customer: "Customer",
  email: "Email",
  phone: "Phone",
  note: "The vehicle comes off your website and every listing site right away, and an invoice goes to QuickBooks.",
  noPrice: "Enter the sale price.",
  farBelowCost: (cost, button) => `That is less than half of the ${cost} you paid for it. If it is right, press ${button} again.`,
  entry: (car) => `The sale of ${car}`,
  sold: (car, price) => `${car} sold for ${price}.`,
  notSold: (car) => `${car} was not sold.`,
};

export const CHANGE_SALE = {
  button: "Change…",
  title: (car) => `Change the sale of ${car}`,
  save: "Save",
  note: "The invoice in QuickBooks is corrected too. If the customer has already paid on it, we ask you first.",
  entry: (car) => `The change to the sale of ${car}`,
  changed: (car) => `Sale of ${car} changed.`,
  changedBack: (car) => `Sale of ${car} changed back.`,
  asked: "The customer has already paid on this sale, so nothing has changed yet. Decide under Needs you.",
  look: "Open Needs you",
};

export const UNDO_SALE = {
  undo: "Undo sale",
  void: "Void sale…",
  title: (car) => `Void the sale of ${car}?`,
  explanation: (invoice) => `The vehicle goes back on the lot right away. Invoice ${invoice} is voided in QuickBooks, and Wayne Reeves is told that the car was not sold.`,
  paid: " A payment on it stays in QuickBooks. Refund it there.",
  keep: "Keep the sale",
  confirm: "Void the sale",
  undone: (car) => `Sale of ${car} undone. The vehicle is back on the lot.`,
  failed: (reason) => `The sale could not be undone: ${reason}`,
};

export const SOLD = {
  loading: "Loading the sale…",
  noDetails: "This vehicle is sold. Wayne Reeves sent no details of the sale.",
  region: "The sale",
  priceUnknown: "Sold. Enter the price under Needs you",
  soldFor: (price) => `Sold for ${price}`,
  on: (day) => `on ${day}`,
  to: (customer) => ` to ${customer}`,
  invoice: (number) => `Invoice ${number}`,
  paid: (day) => `, paid ${day}`,
  due: (amount) => `, ${amount} due`,
  inQuickBooks: "Open in QuickBooks",
};

export const LINES = {
  kinds: { fee: "Fee", tax: "Sales tax", tradeIn: "Trade-in", deposit: "Deposit already taken", discount: "Discount" },
  line: (number) => `Line ${number}`,
  kind: "Type",
  amount: "Amount",
  takenOff: "Amount off",
  description: "Description",
  remove: (number) => `Remove line ${number}`,
  add: "Add a fee, tax or trade-in",
  noAmount: (kind) => `Enter the amount of the line “${kind}”.`,
  takeIn: "Add it to inventory",
  total: "Total",
};
