/** Sales, service records and customers, as lists. Fetched when a view wants them, and again when something has changed. */

import { call, everything } from "./api.js";
import { effect, signal, useEffect } from "./html.js";
import { whenLacking } from "./lot.js";
import { reachable } from "./network.js";
import { onChange } from "./rounds.js";
import { toast } from "./toasts.js";

export const sales = signal(null);
export const services = signal(null);
export const customers = signal(null);
/** The profit of each sale by its id, as the server works it out from all there is; `null` where something is not known. */
export const profits = signal(null);

const LISTS = {
  sales: [sales, "/api/sales", "sales"],
  service: [services, "/api/service-records", "serviceRecords"],
  customers: [customers, "/api/customers", "customers"],
};

/** Keep lists fresh while a view shows them: names out of `sales`, `service`, `customers`, `profits`. */
export function useLedger(...topics) {
  useEffect(() => {
    // The first time, and whenever the network is back: a list that failed to load is asked for again.
    const unwatch = effect(() => { if (reachable.value) topics.forEach(fetchList); });
    const unlisten = onChange((topic) => topics.filter((each) => each === topic || each === "profits").forEach(fetchList));
    const lists = topics.filter((topic) => topic in LISTS).map((topic) => LISTS[topic][0]);
    const lacks = (lot, list) => list.value?.some((row) => row.vehicleId && !lot.has(row.vehicleId));
    const unname = whenLacking((lot) => lists.some((list) => lacks(lot, list)));
    return () => { unwatch(); unlisten(); unname(); };
  }, []);
}

/** Fetch the customers, to be offered by name; without them, names are just typed. */
export function knowCustomers() {
  return fetchQuietly("customers");
}

async function fetchList(topic) {
  try {
    await fetchOne(topic);
  } catch (problem) {
    if (problem.status) toast({ words: problem.message, bad: true });
  }
}

async function fetchQuietly(topic) {
  try {
    await fetchOne(topic);
  } catch {
    // They are only offered.
  }
}

async function fetchOne(topic) {
  if (topic === "profits") {
    const { cars } = await call("GET", "/api/reports/profit");
    profits.value = new Map(cars.map((car) => [car.saleId, car.profit]));
    return;
  }
  const [list, path, member] = LISTS[topic];
  list.value = await everything(path, member);
}
