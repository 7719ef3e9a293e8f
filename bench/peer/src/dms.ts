import { z } from "zod";
import type { vehicles } from "./schema";

/** A vehicle as the DMS sends it. */
export const dmsVehicle = z.object({
  stock_number: z.string().min(1),
  vin: z.string().length(17),
  make: z.string().min(1),
  model: z.string().min(1),
  year: z.number().int().min(1900).max(2100),
  cost: z.number().nonnegative().nullish(),
  date_acquired: z.iso.date().nullish(),
  mileage: z.number().int().nonnegative().nullish(),
  location: z.string().nullish(),
  trim: z.string().nullish(),
  body_style: z.string().nullish(),
  exterior_color: z.string().nullish(),
  interior_color: z.string().nullish(),
  transmission: z.string().nullish(),
  fuel_type: z.string().nullish(),
  drivetrain: z.string().nullish(),
  engine: z.string().nullish(),
  price: z.number().nonnegative().nullish(),
  description: z.string().nullish(),
  photos: z.array(z.url()).nullish(),
  status: z.enum(["available", "pending", "sold"]).nullish(),
  updated_at: z.iso.datetime().nullish(),
});

export type DmsVehicle = z.infer<typeof dmsVehicle>;

/** Vehicles are checked one by one, so that one bad record does not cost its page. */
export const dmsPage = z.object({
  vehicles: z.array(z.unknown()),
  next_cursor: z.string().nullable(),
  total: z.number().int().nonnegative(),
});

const cents = (dollars: number | null | undefined) => (dollars == null ? null : Math.round(dollars * 100));

export function toRow(v: DmsVehicle) {
  return {
    stockNumber: v.stock_number,
    vin: v.vin,
    make: v.make,
    model: v.model,
    year: v.year,
    purchasePriceCents: cents(v.cost),
    purchaseDate: v.date_acquired ?? null,
    mileageMiles: v.mileage ?? null,
    location: v.location ?? null,
    trim: v.trim ?? null,
    bodyStyle: v.body_style ?? null,
    exteriorColor: v.exterior_color ?? null,
    interiorColor: v.interior_color ?? null,
    transmission: v.transmission ?? null,
    fuelType: v.fuel_type ?? null,
    drivetrain: v.drivetrain ?? null,
    engine: v.engine ?? null,
    priceCents: cents(v.price),
    description: v.description ?? null,
    photos: v.photos ?? [],
    status: v.status ?? "available",
    dmsUpdatedAt: v.updated_at ?? null,
  } satisfies Partial<typeof vehicles.$inferInsert>;
}
