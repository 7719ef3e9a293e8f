import { and, eq, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import { z } from "zod";
import type { Env } from "./env";
import { sales, vehicles } from "./schema";

const newSale = z.object({
  vehicleId: z.string().min(1),
  salePrice: z.number().nonnegative(),
  saleDate: z.iso.date(),
});

export const salesRoutes = new Hono<{ Bindings: Env }>();

salesRoutes.post("/", async (c) => {
  const parsed = newSale.safeParse(await c.req.json());
  if (!parsed.success) return c.json({ errors: parsed.error.issues }, 422);
  const { vehicleId, salePrice, saleDate } = parsed.data;
  const db = drizzle(c.env.DB);
  const marked = await db
    .update(vehicles)
    .set({ status: "sold", updatedAt: new Date() })
    .where(and(eq(vehicles.id, vehicleId), ne(vehicles.status, "sold")))
    .returning({ id: vehicles.id });
  if (marked.length === 0) return c.json({ error: "Not for sale" }, 409);
  const [sale] = await db.insert(sales).values({ vehicleId, priceCents: Math.round(salePrice * 100), saleDate }).returning();
  await c.env.JOBS.send({ type: "push-sale", saleId: sale!.id });
  return c.json(sale, 201);
});

/** One message, one call: tells the DMS of a sale and keeps its id there. */
export async function pushSale(env: Env, saleId: string) {
  const db = drizzle(env.DB);
  const [found] = await db
    .select({ sale: sales, vehicle: vehicles })
    .from(sales)
    .innerJoin(vehicles, eq(sales.vehicleId, vehicles.id))
    .where(eq(sales.id, saleId));
  if (!found || found.sale.dmsSaleId !== null) return;
  const response = await fetch(`${env.WAYNE_REEVES_API_URL}/sales`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${env.WAYNE_REEVES_API_KEY}`,
      "Content-Type": "application/json",
      "Idempotency-Key": saleId,
    },
    body: JSON.stringify({
      stock_number: found.vehicle.stockNumber,
      vin: found.vehicle.vin,
      sale_price: found.sale.priceCents / 100,
      sale_date: found.sale.saleDate,
    }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`The DMS answered ${response.status}`);
  const { sale_id } = z.object({ sale_id: z.string() }).parse(await response.json());
  await db.update(sales).set({ dmsSaleId: sale_id }).where(eq(sales.id, saleId));
}
