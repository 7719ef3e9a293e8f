import { eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { z } from "zod";
import type { Env } from "./env";
import { sales, vehicles } from "./schema";

const found = z.object({ QueryResponse: z.record(z.string(), z.unknown()) });
const named = z.array(z.object({ Id: z.string() })).min(1);
const posted = z.object({ Invoice: z.object({ Id: z.string() }) });

async function call(env: Env, path: string, body?: object) {
  const response = await fetch(`${env.QUICKBOOKS_API_URL}/v3/company/${env.QUICKBOOKS_REALM_ID}/${path}`, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${env.QUICKBOOKS_ACCESS_TOKEN}`, Accept: "application/json", "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`QuickBooks answered ${response.status}`);
  return response.json();
}

async function idOf(env: Env, kind: string, property: string, name: string) {
  const query = encodeURIComponent(`select * from ${kind} where ${property} = '${name}'`);
  const answer = found.parse(await call(env, `query?query=${query}&minorversion=75`));
  return named.parse(answer.QueryResponse[kind])[0]!.Id;
}

/** Posts every sale that has no invoice yet, one by one: one sale, one call, its invoice's id kept before the next. */
export async function postInvoices(env: Env) {
  const db = drizzle(env.DB);
  const item = await idOf(env, "Item", "Name", "Vehicle Sale");
  const customer = await idOf(env, "Customer", "DisplayName", "Walk-in Customer");
  const unposted = await db
    .select({ sale: sales, vehicle: vehicles })
    .from(sales)
    .innerJoin(vehicles, eq(sales.vehicleId, vehicles.id))
    .where(isNull(sales.invoiceId));
  for (const { sale, vehicle } of unposted) {
    const amount = sale.priceCents / 100;
    const answer = await call(env, `invoice?requestid=${sale.id}&minorversion=75`, {
      DocNumber: sale.id.slice(0, 21),
      TxnDate: sale.saleDate,
      CustomerRef: { value: customer },
      Line: [
        {
          Amount: amount,
          DetailType: "SalesItemLineDetail",
          Description: `${vehicle.year} ${vehicle.make} ${vehicle.model}, VIN ${vehicle.vin}, stock ${vehicle.stockNumber}`,
          SalesItemLineDetail: { ItemRef: { value: item }, Qty: 1, UnitPrice: amount },
        },
      ],
    });
    await db.update(sales).set({ invoiceId: posted.parse(answer).Invoice.Id }).where(eq(sales.id, sale.id));
  }
}
