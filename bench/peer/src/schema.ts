import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const createdAt = () => integer("created_at", { mode: "timestamp_ms" }).notNull().$defaultFn(() => new Date());
const updatedAt = () => integer("updated_at", { mode: "timestamp_ms" }).notNull().$defaultFn(() => new Date());
const id = () => text("id").primaryKey().$defaultFn(() => crypto.randomUUID());

export const vehicles = sqliteTable(
  "vehicles",
  {
    id: id(),
    stockNumber: text("stock_number").notNull(),
    vin: text("vin").notNull(),
    make: text("make").notNull(),
    model: text("model").notNull(),
    year: integer("year").notNull(),
    purchasePriceCents: integer("purchase_price_cents"),
    purchaseDate: text("purchase_date"),
    mileageMiles: integer("mileage_miles"),
    location: text("location"),
    trim: text("trim"),
    bodyStyle: text("body_style"),
    exteriorColor: text("exterior_color"),
    interiorColor: text("interior_color"),
    transmission: text("transmission"),
    fuelType: text("fuel_type"),
    drivetrain: text("drivetrain"),
    engine: text("engine"),
    priceCents: integer("price_cents"),
    description: text("description"),
    photos: text("photos", { mode: "json" }).$type<string[]>().notNull().default(sql`'[]'`),
    status: text("status", { enum: ["available", "pending", "sold"] }).notNull().default("available"),
    publishToWebsite: integer("publish_to_website", { mode: "boolean" }).notNull().default(true),
    publishToThirdParty: integer("publish_to_third_party", { mode: "boolean" }).notNull().default(false),
    dmsUpdatedAt: text("dms_updated_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex("vehicles_stock_number_idx").on(t.stockNumber),
    index("vehicles_vin_idx").on(t.vin),
    index("vehicles_public_idx").on(t.status, t.publishToWebsite, t.createdAt),
  ],
);

export type RejectedVehicle = { stockNumber: string | null; field: string; message: string };

export const importRuns = sqliteTable("import_runs", {
  id: id(),
  status: text("status", { enum: ["queued", "running", "completed", "failed"] }).notNull().default("queued"),
  pages: integer("pages").notNull().default(0),
  seen: integer("seen").notNull().default(0),
  rejected: text("rejected", { mode: "json" }).$type<RejectedVehicle[]>().notNull().default(sql`'[]'`),
  error: text("error"),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const webhookEvents = sqliteTable("webhook_events", {
  id: text("id").primaryKey(),
  event: text("event").notNull(),
  payload: text("payload", { mode: "json" }).notNull(),
  processedAt: integer("processed_at", { mode: "timestamp_ms" }),
  createdAt: createdAt(),
});

export const listings = sqliteTable(
  "listings",
  {
    id: id(),
    vehicleId: text("vehicle_id").notNull().references(() => vehicles.id),
    site: text("site", { enum: ["cargurus", "truecar", "kbb"] }).notNull(),
    state: text("state", { enum: ["pending", "live", "failed"] }).notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    error: text("error"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [uniqueIndex("listings_vehicle_site_idx").on(t.vehicleId, t.site), index("listings_state_idx").on(t.state)],
);

export const sales = sqliteTable(
  "sales",
  {
    id: id(),
    vehicleId: text("vehicle_id").notNull().references(() => vehicles.id),
    priceCents: integer("price_cents").notNull(),
    saleDate: text("sale_date").notNull(),
    dmsSaleId: text("dms_sale_id"),
    invoiceId: text("invoice_id"),
    createdAt: createdAt(),
  },
  (t) => [index("sales_vehicle_idx").on(t.vehicleId)],
);
