import type { InferSelectModel } from "drizzle-orm";
import type { Env } from "./env";
import type { vehicles } from "./schema";

type Vehicle = InferSelectModel<typeof vehicles>;
type Site = { url: (env: Env, vin: string) => string | null; headers: (env: Env) => Record<string, string>; body: (vehicle: Vehicle) => object };

const dollars = (cents: number | null) => (cents === null ? undefined : cents / 100);

/** Where each site takes a vehicle, and in which words. `url` is null for a site that is not configured. */
export const sites = {
  cargurus: {
    url: (env, vin) => env.CARGURUS_API_URL && `${env.CARGURUS_API_URL}/v1/listings/${vin}`,
    headers: (env) => ({ Authorization: `Bearer ${env.CARGURUS_API_KEY}` }),
    body: (vehicle) => ({
      vin: vehicle.vin,
      stockNumber: vehicle.stockNumber,
      year: vehicle.year,
      make: vehicle.make,
      model: vehicle.model,
      trim: vehicle.trim ?? undefined,
      price: dollars(vehicle.priceCents),
      mileage: vehicle.mileageMiles ?? undefined,
      exteriorColor: vehicle.exteriorColor ?? undefined,
      interiorColor: vehicle.interiorColor ?? undefined,
      bodyStyle: vehicle.bodyStyle ?? undefined,
      transmission: vehicle.transmission ?? undefined,
      fuelType: vehicle.fuelType ?? undefined,
      description: vehicle.description ?? undefined,
      photoUrls: vehicle.photos,
    }),
  },
  truecar: {
    url: (env, vin) => env.TRUECAR_API_URL && `${env.TRUECAR_API_URL}/v1/dealers/${env.TRUECAR_DEALER_ID}/inventory/${vin}`,
    headers: () => ({}),
    body: (vehicle) => ({
      vin: vehicle.vin,
      stock_number: vehicle.stockNumber,
      year: vehicle.year,
      make: vehicle.make,
      model: vehicle.model,
      trim: vehicle.trim ?? undefined,
      list_price: dollars(vehicle.priceCents),
      odometer: vehicle.mileageMiles ?? undefined,
      exterior_color: vehicle.exteriorColor ?? undefined,
      interior_color: vehicle.interiorColor ?? undefined,
      body_style: vehicle.bodyStyle ?? undefined,
      transmission: vehicle.transmission ?? undefined,
      fuel_type: vehicle.fuelType ?? undefined,
      comments: vehicle.description ?? undefined,
      photos: vehicle.photos.map((url, position) => ({ url, position })),
    }),
  },
  kbb: {
    url: (env, vin) => env.KBB_API_URL && `${env.KBB_API_URL}/v1/dealers/${env.KBB_DEALER_ID}/vehicles/${vin}`,
    headers: () => ({}),
    body: (vehicle) => ({
      VIN: vehicle.vin,
      StockNumber: vehicle.stockNumber,
      ModelYear: vehicle.year,
      Make: vehicle.make,
      Model: vehicle.model,
      Trim: vehicle.trim ?? undefined,
      ListPrice: dollars(vehicle.priceCents),
      Mileage: vehicle.mileageMiles ?? undefined,
      ExteriorColor: vehicle.exteriorColor ?? undefined,
      InteriorColor: vehicle.interiorColor ?? undefined,
      BodyStyle: vehicle.bodyStyle ?? undefined,
      Transmission: vehicle.transmission ?? undefined,
      FuelType: vehicle.fuelType ?? undefined,
      SellerComments: vehicle.description ?? undefined,
      Photos: vehicle.photos,
    }),
  },
} satisfies Record<string, Site>;

export type SiteName = keyof typeof sites;

/** The sites that are configured. */
export const configured = (env: Env) => (Object.keys(sites) as SiteName[]).filter((name) => sites[name].url(env, "x"));
