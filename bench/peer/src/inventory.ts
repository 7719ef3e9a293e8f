import { and, asc, count, desc, eq, gte, like, lte, or, type SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { z } from "zod";
import type { Env } from "./env";
import { vehicles } from "./schema";

const filters = z.object({
  make: z.string().optional(),
  model: z.string().optional(),
  bodyStyle: z.string().optional(),
  yearMin: z.coerce.number().int().optional(),
  yearMax: z.coerce.number().int().optional(),
  priceMin: z.coerce.number().nonnegative().optional(),
  priceMax: z.coerce.number().nonnegative().optional(),
  mileageMax: z.coerce.number().int().nonnegative().optional(),
  q: z.string().max(40).optional(),
  sort: z.enum(["newest", "price", "-price", "year", "-year", "mileage"]).default("newest"),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  offset: z.coerce.number().int().min(0).default(0),
});

const orders = {
  newest: desc(vehicles.createdAt),
  price: asc(vehicles.priceCents),
  "-price": desc(vehicles.priceCents),
  year: asc(vehicles.year),
  "-year": desc(vehicles.year),
  mileage: asc(vehicles.mileageMiles),
};

export const inventory = new Hono<{ Bindings: Env }>();

inventory.use(cors({ origin: "*", exposeHeaders: ["X-Total-Count", "Link"] }));
inventory.use(etag());

inventory.get("/inventory", async (c) => {
  const parsed = filters.safeParse(c.req.query());
  if (!parsed.success) return c.json({ errors: parsed.error.issues }, 400);
  const { sort, limit, offset } = parsed.data;
  const where = conditions(parsed.data);
  const db = drizzle(c.env.DB);
  const [rows, totals] = await db.batch([
    db.select(publicColumns).from(vehicles).where(where).orderBy(orders[sort], asc(vehicles.id)).limit(limit).offset(offset),
    db.select({ total: count() }).from(vehicles).where(where),
  ]);
  c.header("Cache-Control", "public, max-age=60");
  c.header("X-Total-Count", String(totals[0]?.total ?? 0));
  return c.json(rows.map((row) => toPublic(row, c.env.PUBLIC_BASE_URL)));
});

inventory.get("/vehicle/:id", async (c) => {
  const [row] = await drizzle(c.env.DB)
    .select(publicColumns)
    .from(vehicles)
    .where(and(eq(vehicles.id, c.req.param("id")), isPublic));
  return row ? c.json(toPublic(row, c.env.PUBLIC_BASE_URL)) : c.json({ error: "Not found" }, 404);
});

const publicColumns = {
  id: vehicles.id,
  vin: vehicles.vin,
  stockNumber: vehicles.stockNumber,
  year: vehicles.year,
  make: vehicles.make,
  model: vehicles.model,
  trim: vehicles.trim,
  bodyStyle: vehicles.bodyStyle,
  exteriorColor: vehicles.exteriorColor,
  interiorColor: vehicles.interiorColor,
  transmission: vehicles.transmission,
  fuelType: vehicles.fuelType,
  drivetrain: vehicles.drivetrain,
  engine: vehicles.engine,
  mileage: vehicles.mileageMiles,
  priceCents: vehicles.priceCents,
  description: vehicles.description,
  location: vehicles.location,
  photos: vehicles.photos,
};

type PublicRow = Pick<typeof vehicles.$inferSelect, Exclude<keyof typeof publicColumns, "mileage">> & { mileage: number | null };

function toPublic({ priceCents, ...row }: PublicRow, baseUrl: string) {
  return { ...row, price: priceCents === null ? null : priceCents / 100, url: `${baseUrl}/inventory.html?vehicle=${row.id}` };
}

const isPublic = and(eq(vehicles.status, "available"), eq(vehicles.publishToWebsite, true));

function conditions(f: z.infer<typeof filters>): SQL | undefined {
  return and(
    isPublic,
    f.make ? eq(vehicles.make, f.make) : undefined,
    f.model ? eq(vehicles.model, f.model) : undefined,
    f.bodyStyle ? eq(vehicles.bodyStyle, f.bodyStyle) : undefined,
    f.yearMin !== undefined ? gte(vehicles.year, f.yearMin) : undefined,
    f.yearMax !== undefined ? lte(vehicles.year, f.yearMax) : undefined,
    f.priceMin !== undefined ? gte(vehicles.priceCents, Math.round(f.priceMin * 100)) : undefined,
    f.priceMax !== undefined ? lte(vehicles.priceCents, Math.round(f.priceMax * 100)) : undefined,
    f.mileageMax !== undefined ? lte(vehicles.mileageMiles, f.mileageMax) : undefined,
    f.q ? or(...[vehicles.make, vehicles.model, vehicles.stockNumber, vehicles.vin].map((col) => like(col, `%${f.q}%`))) : undefined,
  );
}
