/** The data around one vehicle: its sales, service work, listings and sync tasks. */

import { at, call, everything } from "../api.js";
import { batch, signal, useEffect, useMemo } from "../html.js";
import { fetchVehicle } from "../lot.js";
import { onChange } from "../rounds.js";
import { underWay } from "../task-words.js";

const SOON_MS = 1500;
const LONGEST_MS = 15_000;

/** Signals that stay fresh while the vehicle is shown; `null` until known. `fault` is a `Problem` of the vehicle itself. */
export function useAbout(id) {
  const about = useMemo(() => ({
    sales: signal(null), services: signal(null), listings: signal(null), tasks: signal(null), history: signal(null),
    overAllowance: signal(null), fault: signal(null), vehicleId: id,
  }), [id]);
  useEffect(() => {
    const watch = new Watch(about);
    watch.begin();
    return () => watch.end();
  }, [about]);
  return about;
}

class Watch {
  constructor(about) {
    this.about = about;
    this.timer = null;
    this.wait = SOON_MS;
    this.ended = false;
  }

  begin() {
    this.unlisten = onChange((topic, vehicleId) => (vehicleId === this.about.vehicleId || topic === "tasks") && this.again(topic));
    this.vehicle();
    this.ledger();
    this.deeds();
    this.partners();
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    this.unlisten();
  }

  again(topic) {
    this.wait = SOON_MS;
    if (topic === "sales" || topic === "service") this.ledger();
    this.deeds();
    this.partners();
  }

  async vehicle() {
    try {
      await fetchVehicle(this.about.vehicleId);
      this.about.fault.value = null;
    } catch (problem) {
      if (!this.ended) this.about.fault.value = problem;
    }
  }

  async ledger() {
    const which = `vehicleId=${encodeURIComponent(this.about.vehicleId)}`;
    await quietly(async () => {
      const [sales, services] = await Promise.all([everything(`/api/sales?${which}`, "sales"), everything(`/api/service-records?${which}`, "serviceRecords")]);
      const over = await overAllowance(sales.find((sale) => sale.state !== "voided"));
      batch(() => {
        this.about.sales.value = sales;
        this.about.services.value = services;
        this.about.overAllowance.value = over;
      });
    });
  }

  async deeds() {
    await quietly(async () => {
      this.about.history.value = (await call("GET", `${at("vehicles", this.about.vehicleId)}/history`)).history;
    });
  }

  /** Fetch again at growing intervals while a task is under way. */
  async partners() {
    clearTimeout(this.timer);
    await quietly(async () => {
      const path = at("vehicles", this.about.vehicleId);
      const [{ listings }, { sync }] = await Promise.all([call("GET", `${path}/listings`), call("GET", `${path}/sync`)]);
      const moved = this.about.tasks.peek() !== null && JSON.stringify(sync) !== JSON.stringify(this.about.tasks.peek());
      batch(() => {
        this.about.listings.value = listings;
        this.about.tasks.value = sync;
      });
      if (moved) await Promise.all([this.ledger(), this.vehicle()]);
    });
    if (this.ended || !this.about.tasks.peek()?.some(underWay)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.partners(), this.wait);
    this.wait = Math.min(this.wait * 1.4, LONGEST_MS);
  }
}

/** What was given for the trade-in of a sale above its worth, which another vehicle has. */
async function overAllowance(sale) {
  if (!sale?.lines.some((line) => line.kind === "tradeIn")) return 0;
  const { cars } = await call("GET", `/api/reports/profit?from=${sale.saleDate}&to=${sale.saleDate}`);
  return cars.find((car) => car.saleId === sale.id)?.tradeInDifference ?? 0;
}

/** Ignore failures: the old data stays, and the strip above the page says that there is no connection. */
async function quietly(work) {
  try {
    await work();
  } catch {
    // The next change fetches it again.
  }
}
