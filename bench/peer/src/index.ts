import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import { z } from "zod";
import { postInvoices } from "./books";
import type { Env, Job } from "./env";
import { importPage, startRun } from "./import";
import { inventory } from "./inventory";
import { changePrice, countListings, publishListing, publishVehicles } from "./listings";
import { pushSale, salesRoutes } from "./sales";
import { importRuns } from "./schema";
import { applyWebhookEvent, webhooks } from "./webhook";

const app = new Hono<{ Bindings: Env }>();

app.get("/api/health", (c) => c.json({ ok: true }));
app.route("/api/public", inventory);
app.route("/api/webhooks", webhooks);
app.route("/api/sales", salesRoutes);

app.post("/api/integrations/wayne-reeves/sync", async (c) => c.json(await startRun(c.env), 202));

app.get("/api/integrations/runs/:id", async (c) => {
  const [run] = await drizzle(c.env.DB).select().from(importRuns).where(eq(importRuns.id, c.req.param("id")));
  return run ? c.json(run) : c.json({ error: "Not found" }, 404);
});

app.post("/api/integrations/listings/publish-all", async (c) => {
  const limit = Math.min(Number(c.req.query("limit") ?? 1000), 1000);
  return c.json({ queued: await publishVehicles(c.env, limit) }, 202);
});

app.get("/api/integrations/listings", async (c) => c.json(await countListings(c.env)));

const newPrice = z.object({ price: z.number().nonnegative() });

app.patch("/api/vehicles/:id", async (c) => {
  const parsed = newPrice.safeParse(await c.req.json());
  if (!parsed.success) return c.json({ errors: parsed.error.issues }, 422);
  const vehicle = await changePrice(c.env, c.req.param("id"), parsed.data.price);
  return vehicle ? c.json(vehicle) : c.json({ error: "Not found" }, 404);
});

app.post("/api/integrations/quickbooks/sync", async (c) => {
  await c.env.JOBS.send({ type: "post-invoices" });
  return c.json({ queued: true }, 202);
});

app.onError((error, c) => {
  console.error(error);
  return c.json({ error: "Internal error" }, 500);
});

async function perform(job: Job, env: Env) {
  switch (job.type) {
    case "import-page":
      return importPage(env, job.runId, job.cursor);
    case "webhook-event":
      return applyWebhookEvent(env, job.eventId);
    case "publish-listing":
      return publishListing(env, job.listingId);
    case "push-sale":
      return pushSale(env, job.saleId);
    case "post-invoices":
      return postInvoices(env);
  }
}

export default {
  fetch: app.fetch,
  async queue(batch, env) {
    await Promise.all(
      batch.messages.map(async (message) => {
        try {
          await perform(message.body, env);
          message.ack();
        } catch (error) {
          console.error(error);
          message.retry();
        }
      }),
    );
  },
} satisfies ExportedHandler<Env, Job>;
