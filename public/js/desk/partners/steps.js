/** How each partner is set up: what to do, with the commands and addresses to paste. */

const HERE = location.origin;
const secret = (name) => ({ command: `npx wrangler secret put ${name}` });
const setting = (name, value) => ({ words: `In wrangler.jsonc, under "vars":`, command: `"${name}": "${value}"` });
const DEPLOY = { words: "Put it in place:", command: "make deploy" };

/** By the names used in links: steps of `words`, a `command` to run or text to paste, or an `address`. */
export const STEPS = {
  wayne_reeves: [
    { words: "Ask Wayne Reeves for an API key and the address of the API.", ...setting("WAYNE_REEVES_API_URL", "https://…") },
    { words: "Give CarLot Manager the key:", ...secret("WAYNE_REEVES_API_KEY") },
    { words: "For changes within seconds, have Wayne Reeves call this webhook:", command: `${HERE}/api/webhooks/wayne-reeves` },
    { words: "and agree on a secret that signs its calls:", ...secret("WEBHOOK_SECRET") },
    DEPLOY,
    { words: "Then press Sync now. The lot is also pulled every night at 3." },
  ],
  quickbooks: [
    { words: "At developer.intuit.com create an app with the scope Accounting, and give it this redirect URI:", command: `${HERE}/api/integrations/quickbooks/callback` },
    { words: "Give CarLot Manager its keys and the company id:", ...secret("QUICKBOOKS_CLIENT_ID") },
    secret("QUICKBOOKS_CLIENT_SECRET"),
    secret("QUICKBOOKS_REALM_ID"),
    { words: "and a key that seals the tokens:", command: "openssl rand -base64 32 | npx wrangler secret put TOKEN_ENCRYPTION_KEY" },
    { words: "To see payments, add this webhook to the app, for invoices and payments:", command: `${HERE}/api/webhooks/quickbooks` },
    { words: "with its verifier token:", ...secret("QUICKBOOKS_WEBHOOK_VERIFIER") },
    { words: "For the real company instead of a sandbox:", command: `"QUICKBOOKS_ENVIRONMENT": "production"` },
    DEPLOY,
    { words: "Then press Connect to QuickBooks and sign in at Intuit." },
  ],
  carGurus: [setting("CARGURUS_API_URL", "https://…"), { words: "The key from your CarGurus representative:", ...secret("CARGURUS_API_KEY") }, DEPLOY],
  trueCar: [setting("TRUECAR_API_URL", "https://…"), { ...setting("TRUECAR_DEALER_ID", "…"), words: "Your dealer id at TrueCar:" }, { words: "If TrueCar gave you a key:", ...secret("TRUECAR_API_KEY") }, DEPLOY],
  kbb: [setting("KBB_API_URL", "https://…"), { ...setting("KBB_DEALER_ID", "…"), words: "Your dealer id at Kelley Blue Book:" }, { words: "If you were given a key:", ...secret("KBB_API_KEY") }, DEPLOY],
};

/** What to paste into the dealer's own website. */
export const EMBED = `<iframe src="${HERE}/inventory.html" title="Our inventory" loading="lazy" allow="clipboard-write; web-share"
  style="display:block;width:100%;min-height:800px;border:0;frame-sizing:content-height"></iframe>
<script type="module" src="${HERE}/embed.js"></script>`;
