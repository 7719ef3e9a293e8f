"""Simulated QuickBooks Online: Intuit's OAuth service and the Accounting API, as Intuit documents them.

Addresses to set in CarLot Manager (`dev/partners` prints them; `GET /_sim` returns them under `settings`):

- `QUICKBOOKS_AUTHORIZE_URL`  `/connect/oauth2`: a page with Connect and Cancel; `?auto=approve` or `deny` skips the page,
    `&realm=` selects the company
- `QUICKBOOKS_TOKEN_URL`      `/oauth2/v1/tokens/bearer`
- `QUICKBOOKS_REVOKE_URL`     `/v2/oauth2/tokens/revoke`
- `QUICKBOOKS_API_URL`        the base; everything is under `/v3/company/{realm}`: `query`, `batch`, `cdc`, `companyinfo/{realm}`,
  `preferences`, and create, read, update, delete, void of customer, vendor, employee, item, account, invoice, purchase, payment
- discovery                   `/.well-known/openid_configuration`, `/.well-known/openid_sandbox_configuration`

Two companies: 9341453172604218, Maple Street Motors, and 9341453172604975, Maple Street Rentals. Each starts with the item
"Vehicle Sale", the accounts "Vehicle Service Expense" and "Checking", the customer "Walk-in Customer", and a few more (`preset`).

Controls under `/_sim/quickbooks`; `GET /_sim` describes their parameters:

- `GET documents`             every invoice, purchase and payment ever written: cents, state, requestids (`?realm=&kind=`)
- `GET objects/{kind}`        objects as the API returns them
- `GET`, `DELETE traffic`     request counts: total, maximum at once, maximum per minute, throttled; the same of refreshes
- `GET`, `PUT`, `PATCH knobs` see below
- `POST tokens`               a token pair without consent; `POST expire` expires tokens, `POST revoke` ends the connection
- `POST clock`                moves QuickBooks' clock forward
- `POST seed`                 adds accounts, items, customers, vendors, employees to the books
- `POST pay`                  records a payment, partial or full, for an invoice
- `POST change`               voids, deletes or edits a document, as the dealer does in QuickBooks
- `GET`, `PUT webhooks`       where webhooks go, in which format, how often, in which order, how many are lost;
    `POST webhooks/send` sends the waiting events at once; `POST emit` sends made-up events

Knobs: consent, realm, client_id, client_secret, redirect_uris, code_lifetime_s, access_lifetime_s, refresh_lifetime_s,
hard_lifetime_s, rotation (strict, graceful, daily), requestid (honoured, ignored), duplicate_document (6140, 6210, allowed),
custom_txn_numbers, faults_as_200, books_closed_until, subscription_ended, requests_a_minute, requests_at_once, batches_a_minute,
batch_item_fault_rate, retry_after_s, throttle_body.

Lower-level faults are shared by all partners, at `/_sim/faults/quickbooks`.

The modules:

- `state`         companies, tokens, counts, changes to tell
- `partner`       routes, counting, refusals in Intuit's words
- `oauth`         its endpoints; `consent` its pages; `tokens` what it keeps
- `api`           the endpoints of the Accounting API; `batch` writes with requestids; `limits` of use
- `books`         create, read, update, delete, void; `names`, `documents`, `payments` the rules; `kinds` the entities
- `company`       one company's objects; `preset` what they start as; `refusals` the faults, by code
- `query`         the query language; `search` what it finds
- `controls`      `/_sim/quickbooks`; `control_bodies` what they take; `bookkeeper` what people do in QuickBooks; `ledger`
- `webhooks`      events, signed; `xml`, `money`, `clock` forms
"""

from simulators.quickbooks.partner import QuickBooks

__all__ = ["QuickBooks"]
