import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { dmsVehicle, toRow } from "./dms";
import type { Env } from "./env";
import { vehicles, webhookEvents } from "./schema";

const TOLERANCE_S = 300;

const dmsEvent = z.object({
  id: z.string().min(1),
  event: z.enum(["vehicle.added", "vehicle.updated", "vehicle.sold"]),
  occurred_at: z.iso.datetime(),
  vehicle: dmsVehicle,
});

export const webhooks = new Hono<{ Bindings: Env }>();

webhooks.post("/wayne-reeves", bodyLimit({ maxSize: 256 * 1024 }), async (c) => {
  const body = await c.req.text();
  const timestamp = c.req.header("X-Webhook-Timestamp") ?? "";
  const signature = c.req.header("X-Webhook-Signature") ?? "";
  if (!(await isSigned(c.env.WEBHOOK_SECRET, timestamp, body, signature))) {
    return c.json({ error: "Invalid signature" }, 401);
  }
  const parsed = dmsEvent.safeParse(parseJson(body));
  if (!parsed.success) return c.json({ errors: parsed.error.issues }, 422);

  const event = parsed.data;
  const stored = await drizzle(c.env.DB)
    .insert(webhookEvents)
    .values({ id: event.id, event: event.event, payload: event })
    .onConflictDoNothing()
    .returning({ id: webhookEvents.id });
  if (stored.length > 0) await c.env.JOBS.send({ type: "webhook-event", eventId: event.id });
  return c.json({ received: true });
});

export async function applyWebhookEvent(env: Env, eventId: string) {
  const db = drizzle(env.DB);
  const [stored] = await db.select().from(webhookEvents).where(eq(webhookEvents.id, eventId));
  if (!stored || stored.processedAt) return;
  const event = dmsEvent.parse(stored.payload);
  const row = { ...toRow(event.vehicle), ...(event.event === "vehicle.sold" && { status: "sold" as const }) };
  const now = new Date();
  await db.batch([
    db.insert(vehicles).values(row).onConflictDoUpdate({ target: vehicles.stockNumber, set: { ...row, updatedAt: now } }),
    db.update(webhookEvents).set({ processedAt: now }).where(eq(webhookEvents.id, eventId)),
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function isSigned(secret: string, timestamp: string, body: string, signature: string) {
  if (!secret || !(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_S)) return false;
  const hex = /^sha256=([0-9a-f]{64})$/.exec(signature)?.[1];
  if (!hex) return false;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const mac = Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16));
  return crypto.subtle.verify("HMAC", key, mac, encoder.encode(`${timestamp}.${body}`));
}
