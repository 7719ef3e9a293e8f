export type Env = {
  DB: D1Database;
  JOBS: Queue<Job>;
  WAYNE_REEVES_API_URL: string;
  WAYNE_REEVES_API_KEY: string;
  CARGURUS_API_URL: string;
  CARGURUS_API_KEY: string;
  TRUECAR_API_URL: string;
  TRUECAR_DEALER_ID: string;
  KBB_API_URL: string;
  KBB_DEALER_ID: string;
  QUICKBOOKS_API_URL: string;
  QUICKBOOKS_REALM_ID: string;
  QUICKBOOKS_ACCESS_TOKEN: string;
  WEBHOOK_SECRET: string;
  PUBLIC_BASE_URL: string;
  /** Vehicles in one INSERT of an import: 1, or up to 3. */
  ROWS_PER_STATEMENT: string;
};

/** Everything that travels on the queue. */
export type Job =
  | { type: "import-page"; runId: string; cursor: string | null }
  | { type: "webhook-event"; eventId: string }
  | { type: "publish-listing"; listingId: string }
  | { type: "push-sale"; saleId: string }
  | { type: "post-invoices" };
