import { count, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Env, Job } from "./env";
import { listings, vehicles } from "./schema";

/** Queues one publish job a vehicle, for the first `limit` vehicles. */
export async function publishVehicles(env: Env, limit: number) {
  const db = drizzle(env.DB);
  const targets = await db.select({ id: vehicles.id }).from(vehicles).where(eq(vehicles.status, "available")).limit(limit);
  const rows = targets.map((vehicle) => ({ id: crypto.randomUUID(), vehicleId: vehicle.id }));
  const inserts = rows.map((row) => db.insert(listings).values(row).onConflictDoNothing().returning({ id: listings.id }));
  const [first, ...rest] = inserts;
  if (!first) return 0;
  const jobs = (await db.batch([first, ...rest])).flat().map(({ id }) => ({ body: { type: "publish-listing", listingId: id } satisfies Job }));
  for (let start = 0; start < jobs.length; start += 100) {
    await env.JOBS.sendBatch(jobs.slice(start, start + 100));
  }
  return jobs.length;
}

export async function countListings(env: Env) {
  const rows = await drizzle(env.DB).select({ state: listings.state, n: count() }).from(listings).groupBy(listings.state);
  return { pending: 0, live: 0, failed: 0, ...Object.fromEntries(rows.map((row) => [row.state, row.n])) };
}

/** One message, one call: reads the vehicle, puts it on CarGurus, records the outcome. */
export async function publishListing(env: Env, listingId: string) {
  const db = drizzle(env.DB);
  const [found] = await db
    .select({ listing: listings, vehicle: vehicles })
    .from(listings)
    .innerJoin(vehicles, eq(listings.vehicleId, vehicles.id))
    .where(eq(listings.id, listingId));
  if (!found || found.listing.state === "live") return;
  const { vehicle } = found;

  const response = await fetch(`${env.CARGURUS_API_URL}/v1/listings/${vehicle.vin}`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${env.CARGURUS_API_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      vin: vehicle.vin,
      stockNumber: vehicle.stockNumber,
      year: vehicle.year,
      make: vehicle.make,
      model: vehicle.model,
      trim: vehicle.trim ?? undefined,
      price: vehicle.priceCents === null ? undefined : vehicle.priceCents / 100,
      mileage: vehicle.mileageMiles ?? undefined,
      exteriorColor: vehicle.exteriorColor ?? undefined,
      interiorColor: vehicle.interiorColor ?? undefined,
      bodyStyle: vehicle.bodyStyle ?? undefined,
      transmission: vehicle.transmission ?? undefined,
      fuelType: vehicle.fuelType ?? undefined,
      description: vehicle.description ?? undefined,
      photoUrls: vehicle.photos,
    }),
    signal: AbortSignal.timeout(20_000),
  });
  const error = response.ok ? null : `CarGurus answered ${response.status}`;
  await response.body?.cancel();
  await db
    .update(listings)
    .set({ state: error ? "pending" : "live", attempts: sql`${listings.attempts} + 1`, error, updatedAt: new Date() })
    .where(eq(listings.id, listingId));
  if (error) throw new Error(error);
}
