/** The sign-in at Intuit: the desk reports its result when the dealer returns. */

import { lookup } from "../lookup.js";
import { link, route } from "../route.js";
import { askStatus, status } from "../status.js";
import { toast } from "../toasts.js";

const GONE = "carlot.connecting";
/** Messages by the code in the return address, `#/partners/quickbooks-<code>`. */
const TROUBLE = lookup({
  declined: "You declined at Intuit: QuickBooks is not connected.",
  expired: "Connecting took too long, or was begun elsewhere. Press Connect to QuickBooks once more.",
  "other-company": "That was another company than the one in QUICKBOOKS_REALM_ID. Connect once more and choose that one.",
  misconfigured: "Intuit does not take this app: check QUICKBOOKS_CLIENT_ID, QUICKBOOKS_CLIENT_SECRET and TOKEN_ENCRYPTION_KEY.",
  failed: "Intuit did not answer as it should. Try again in a moment.",
});

/** Note that the dealer leaves for Intuit. */
export function leave() {
  sessionStorage.setItem(GONE, "1");
}

/** Report the result if the desk opens because the dealer has returned from Intuit. */
export async function comeBack() {
  const { view, id } = route.peek();
  const trouble = view === "partners" && id?.startsWith("quickbooks-") ? id.slice("quickbooks-".length) : null;
  const gone = sessionStorage.getItem(GONE);
  sessionStorage.removeItem(GONE);
  if (trouble === null && (!gone || location.hash)) return;
  location.replace(link("integrations", "quickbooks"));
  if (trouble !== null) return toast({ words: TROUBLE[trouble] ?? "QuickBooks is not connected.", bad: true });
  await askStatus().catch(() => {});
  if (status.peek()?.quickbooks.authenticated) toast({ words: "QuickBooks is connected. What waited is on its way there." });
}
