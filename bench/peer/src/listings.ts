import { count, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Env, Job } from "./env";
import { listings, vehicles } from "./schema";
import { configured, sites } from "./sites";

/** Queues one publish job a vehicle and configured site, for the first `limit` vehicles. */
export async function publishVehicles(env: Env, limit: number) {
  const db = drizzle(env.DB);
  const targets = await db.select({ id: vehicles.id }).from(vehicles).where(eq(vehicles.status, "available")).limit(limit);
  const rows = configured(env).flatMap((site) => targets.map((vehicle) => ({ id: crypto.randomUUID(), vehicleId: vehicle.id, site })));
  const inserts = rows.map((row) => db.insert(listings).values(row).onConflictDoNothing().returning({ id: listings.id }));
  const [first, ...rest] = inserts;
  if (!first) return 0;
  const ids = (await db.batch([first, ...rest])).flat().map(({ id }) => id);
  await queueJobs(env, ids);
  return ids.length;
}

/** Takes a new price, and queues a job for each site that has the vehicle. */
export async function changePrice(env: Env, vehicleId: string, price: number) {
  const db = drizzle(env.DB);
  const [changed, pending] = await db.batch([
    db.update(vehicles).set({ priceCents: Math.round(price * 100), updatedAt: new Date() }).where(eq(vehicles.id, vehicleId)).returning(),
    db.update(listings).set({ state: "pending", updatedAt: new Date() }).where(eq(listings.vehicleId, vehicleId)).returning({ id: listings.id }),
  ]);
  await queueJobs(env, pending.map(({ id }) => id));
  return changed[0];
}

async function queueJobs(env: Env, ids: string[]) {
  const jobs = ids.map((listingId) => ({ body: { type: "publish-listing", listingId } satisfies Job }));
  for (let start = 0; start < jobs.length; start += 100) {
    await env.JOBS.sendBatch(jobs.slice(start, start + 100));
  }
}

export async function countListings(env: Env) {
  const rows = await drizzle(env.DB).select({ state: listings.state, n: count() }).from(listings).groupBy(listings.state);
  return { pending: 0, live: 0, failed: 0, ...Object.fromEntries(rows.map((row) => [row.state, row.n])) };
}

/** One message, one call: reads the vehicle, puts it on the site, records the outcome. */
export async function publishListing(env: Env, listingId: string) {
  const db = drizzle(env.DB);
  const [found] = await db
    .select({ listing: listings, vehicle: vehicles })
    .from(listings)
    .innerJoin(vehicles, eq(listings.vehicleId, vehicles.id))
    .where(eq(listings.id, listingId));
  if (!found || found.listing.state === "live") return;
  const { listing, vehicle } = found;
  const site = sites[listing.site];

  const response = await fetch(site.url(env, vehicle.vin), {
    method: "PUT",
    headers: { ...site.headers(env), "Content-Type": "application/json" },
    body: JSON.stringify(site.body(vehicle)),
    signal: AbortSignal.timeout(20_000),
  });
  const error = response.ok ? null : `${listing.site} answered ${response.status}`;
  await response.body?.cancel();
  await db
    .update(listings)
    .set({ state: error ? "pending" : "live", attempts: sql`${listings.attempts} + 1`, error, updatedAt: new Date() })
    .where(eq(listings.id, listingId));
  if (error) throw new Error(error);
}
