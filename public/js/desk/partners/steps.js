/** How each partner is set up: the actions to take, with the commands and addresses to paste. */

import { lookup } from "../lookup.js";
import { STEPS as TEXT } from "../words/partners.js";

const HERE = location.origin;
const DEPLOY = { words: TEXT.putInPlace, command: "make deploy" };
/** Settings with one of these words in their name are kept as secrets; all others stand in wrangler.jsonc. */
const SECRET = /_(KEY|SECRET|TOKEN|PASSWORD|CLIENT_ID|REALM_ID|WEBHOOK|FTP_URL|FILE_URL)(_|$)/;

const secret = (name) => ({ command: `npx wrangler secret put ${name}` });
const variable = (name) => ({ words: TEXT.inWranglerJsoncUnderVars, command: `"${name}": "${name.endsWith("_URL") ? "https://…" : "…"}"` });

/** Commands for settings whose value is made on the spot. */
const COMMANDS = lookup({
  TOKEN_ENCRYPTION_KEY: {
    words: TEXT.andAKeyThatSeals,
    command: "openssl rand -base64 32 | npx wrangler secret put TOKEN_ENCRYPTION_KEY",
  },
});

/** Further steps by kind of partner: `before` and `after` its settings, and `last`, behind the deployment. */
const KINDS = lookup({
  wayne_reeves: {
    before: [{ words: TEXT.askDms }],
    after: [
      { words: TEXT.webhook, command: `${HERE}/api/webhooks/wayne-reeves` },
      { words: TEXT.webhookSecret, ...secret("WEBHOOK_SECRET") },
    ],
    last: [{ words: TEXT.thenSync }],
  },
  quickbooks: {
    before: [
      {
        words: TEXT.atDeveloperIntuitComCreate,
        command: `${HERE}/api/integrations/quickbooks/callback`,
      },
      { words: TEXT.giveCarlotManagerItsKeys },
    ],
    after: [
      { words: TEXT.payments, command: `${HERE}/api/webhooks/quickbooks` },
      { words: TEXT.withItsVerifierToken, ...secret("QUICKBOOKS_WEBHOOK_VERIFIER") },
      { words: TEXT.production, command: `"QUICKBOOKS_ENVIRONMENT": "production"` },
    ],
    last: [{ words: TEXT.thenPressConnectToQuickbooks }],
  },
});

/** The steps to set up a partner of the status: each has `words`, or a `command` to run or text to paste, or both. */
export function stepsOf(partner) {
  const { before = [], after = [], last = [] } = KINDS[partner.target] ?? {};
  const optional = partner.optional.map((name) => ({
    ...setting(name),
    words: wordsOf(partner, name),
  }));
  return [...before, ...partner.needs.map(setting), ...optional, ...after, DEPLOY, ...last];
}

function wordsOf(partner, name) {
  if (name.endsWith("_FTP_URL")) return TEXT.byFileInstead(partner.name);
  return name.endsWith("_FILE_URL") ? TEXT.fromFileInstead(partner.name) : TEXT.ifGaveYouOne(partner.name);
}

function setting(name) {
  return COMMANDS[name] ?? (SECRET.test(name) ? secret(name) : variable(name));
}

/** The code to paste into the dealer's own website: the frame that fits, as docs/embedding.md prints it. */
export const EMBED = `<iframe src="${HERE}/inventory.html" title="Our inventory" loading="lazy" allow="clipboard-write; web-share"
  width="100%" height="800" style="display:block;border:0"></iframe>
<script type="module" src="${HERE}/embed.js"></script>`;
