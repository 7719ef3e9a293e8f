/** The sign-in at Intuit: the desk reports its result when the dealer returns. */

import { lookup } from "../lookup.js";
import { link, route } from "../route.js";
import { askStatus, status } from "../status.js";
import { toast } from "../toasts.js";
import { CONNECTING as TEXT } from "../words/partners.js";

const GONE = "carlot.connecting";
/** Messages by the code in the return address, `#/partners/quickbooks-<code>`. */
const TROUBLE = lookup({
  declined: TEXT.declined,
  expired: TEXT.expired,
  "other-company": TEXT.otherCompany,
  "needs-tax-code": TEXT.needsTaxCode,
  misconfigured: TEXT.badApp,
  failed: TEXT.badAnswer,
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
  if (trouble !== null) return toast({ words: TROUBLE[trouble] ?? TEXT.notConnected, bad: true });
  await askStatus().catch(() => {});
  if (status.peek()?.quickbooks.authenticated) toast({ words: TEXT.connected });
}
