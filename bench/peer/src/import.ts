import { eq, getTableColumns, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type DmsVehicle, dmsPage, dmsVehicle, toRow } from "./dms";
import type { Env } from "./env";
import { importRuns, type RejectedVehicle, vehicles } from "./schema";

const PAGE_SIZE = 500;

/** On a conflict every column takes the new row's value, but for those that are the dealer's or ours. */
const { id, stockNumber, publishToWebsite, publishToThirdParty, createdAt, ...fromDms } = getTableColumns(vehicles);
const overwritten = Object.fromEntries(
  Object.entries(fromDms).map(([key, column]) => [key, sql.raw(`excluded."${column.name}"`)]),
);

export async function startRun(env: Env) {
  const db = drizzle(env.DB);
  const [run] = await db.insert(importRuns).values({}).returning();
  await env.JOBS.send({ type: "import-page", runId: run!.id, cursor: null });
  return { runId: run!.id, status: run!.status };
}

export async function importPage(env: Env, runId: string, cursor: string | null) {
  const page = await fetchPage(env, cursor);
  const { valid, rejected } = validate(page.vehicles);
  const db = drizzle(env.DB);

  const upserts = chunks(valid.map(toRow), Number(env.ROWS_PER_STATEMENT)).map((rows) =>
    db.insert(vehicles).values(rows).onConflictDoUpdate({ target: vehicles.stockNumber, set: overwritten }),
  );
  const progress = db
    .update(importRuns)
    .set({
      status: page.next_cursor === null ? "completed" : "running",
      pages: sql`${importRuns.pages} + 1`,
      seen: sql`${importRuns.seen} + ${page.vehicles.length}`,
      updatedAt: new Date(),
      ...(rejected.length > 0 && { rejected: await allRejected(env, runId, rejected) }),
    })
    .where(eq(importRuns.id, runId));
  await db.batch([progress, ...upserts]);

  if (page.next_cursor !== null) {
    await env.JOBS.send({ type: "import-page", runId, cursor: page.next_cursor });
  }
}

async function fetchPage(env: Env, cursor: string | null) {
  const url = new URL(`${env.WAYNE_REEVES_API_URL}/inventory`);
  url.searchParams.set("limit", String(PAGE_SIZE));
  if (cursor !== null) url.searchParams.set("cursor", cursor);
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${env.WAYNE_REEVES_API_KEY}` },
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`The DMS answered ${response.status}`);
  return dmsPage.parse(await response.json());
}

/** D1 binds 100 parameters a statement at most; a vehicle has 27. */
function chunks<T>(items: T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}

function validate(records: unknown[]) {
  const valid: DmsVehicle[] = [];
  const rejected: RejectedVehicle[] = [];
  for (const record of records) {
    const parsed = dmsVehicle.safeParse(record);
    if (parsed.success) {
      valid.push(parsed.data);
    } else {
      const stockNumber = (record as { stock_number?: string } | null)?.stock_number ?? null;
      for (const issue of parsed.error.issues) {
        rejected.push({ stockNumber, field: issue.path.join("."), message: issue.message });
      }
    }
  }
  return { valid, rejected };
}

async function allRejected(env: Env, runId: string, rejected: RejectedVehicle[]) {
  const [run] = await drizzle(env.DB).select({ rejected: importRuns.rejected }).from(importRuns).where(eq(importRuns.id, runId));
  return [...(run?.rejected ?? []), ...rejected];
}
