/** Every text of the Money card of a vehicle. */

export const MONEY = {
  title: "Money",
  soldFor: "Sold for",
  fees: "Fees",
  discounts: "Discounts",
  overAllowance: "Trade-in over-allowance",
  service: "Service",
  costSoFar: "Cost so far",
  gross: "Gross",
  grossAtAsking: "Gross at asking price",
  loading: "…",
  noPrice: "Add an asking price to see the gross.",
  noCost: "Add the purchase price to see the gross.",
};
