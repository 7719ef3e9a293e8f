/** How each partner is set up: the actions to take, with the commands and addresses to paste. */

import { lookup } from "../lookup.js";

const HERE = location.origin;
const DEPLOY = { words: "Put it in place:", command: "make deploy" };
/** Settings with one of these words in their name are kept as secrets; all others stand in wrangler.jsonc. */
const SECRET = /_(KEY|SECRET|TOKEN|PASSWORD|CLIENT_ID|REALM_ID|WEBHOOK)(_|$)/;

const secret = (name) => ({ command: `npx wrangler secret put ${name}` });
const variable = (name) => ({ words: `In wrangler.jsonc, under "vars":`, command: `"${name}": "${name.endsWith("_URL") ? "https://…" : "…"}"` });

/** Commands for settings whose value is made on the spot. */
const COMMANDS = lookup({
  TOKEN_ENCRYPTION_KEY: {
    words: "and a key that seals the tokens:",
    command: "openssl rand -base64 32 | npx wrangler secret put TOKEN_ENCRYPTION_KEY",
  },
});

/** Further steps by kind of partner: `before` and `after` its settings, and `last`, behind the deployment. */
const KINDS = lookup({
  wayne_reeves: {
    before: [{ words: "Ask Wayne Reeves for an API key and the address of the API." }],
    after: [
      { words: "For changes within seconds, have Wayne Reeves call this webhook:", command: `${HERE}/api/webhooks/wayne-reeves` },
      { words: "and agree on a secret that signs its calls:", ...secret("WEBHOOK_SECRET") },
    ],
    last: [{ words: "Then press Sync now. The lot is also pulled every night at 3." }],
  },
  quickbooks: {
    before: [
      {
        words: "At developer.intuit.com create an app with the scope Accounting, and give it this redirect URI:",
        command: `${HERE}/api/integrations/quickbooks/callback`,
      },
      { words: "Give CarLot Manager its keys and the company id:" },
    ],
    after: [
      { words: "To see payments, add this webhook to the app, for invoices and payments:", command: `${HERE}/api/webhooks/quickbooks` },
      { words: "with its verifier token:", ...secret("QUICKBOOKS_WEBHOOK_VERIFIER") },
      { words: "For the real company instead of a sandbox:", command: `"QUICKBOOKS_ENVIRONMENT": "production"` },
    ],
    last: [{ words: "Then press Connect to QuickBooks and sign in at Intuit." }],
  },
});

/** The steps to set up a partner of the status: each has `words`, or a `command` to run or text to paste, or both. */
export function stepsOf(partner) {
  const { before = [], after = [], last = [] } = KINDS[partner.target] ?? {};
  const optional = partner.optional.map((name) => ({ ...setting(name), words: `If ${partner.name} gave you one:` }));
  return [...before, ...partner.needs.map(setting), ...optional, ...after, DEPLOY, ...last];
}

function setting(name) {
  return COMMANDS[name] ?? (SECRET.test(name) ? secret(name) : variable(name));
}

/** The code to paste into the dealer's own website. */
export const EMBED = `<iframe src="${HERE}/inventory.html" title="Our inventory" loading="lazy" allow="clipboard-write; web-share"
  style="display:block;width:100%;min-height:800px;border:0;frame-sizing:content-height"></iframe>
<script type="module" src="${HERE}/embed.js"></script>`;
