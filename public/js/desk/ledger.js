/** Sales, service records and customers, as lists. Fetched when a view wants them, and again when something has changed. */

import { everything } from "./api.js";
import { signal, useEffect } from "./html.js";
import { onChange } from "./rounds.js";
import { toast } from "./toasts.js";

export const sales = signal(null);
export const services = signal(null);
export const customers = signal(null);

const LISTS = {
  sales: [sales, "/api/sales", "sales"],
  service: [services, "/api/service-records", "serviceRecords"],
  customers: [customers, "/api/customers", "customers"],
};

/** Keep lists fresh while a view shows them: names out of `sales`, `service`, `customers`. */
export function useLedger(...topics) {
  useEffect(() => {
    topics.forEach(fetchList);
    return onChange((topic) => topics.includes(topic) && fetchList(topic));
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
  const [list, path, member] = LISTS[topic];
  list.value = await everything(path, member);
}
