"""A stand-in of Cloudflare's API: as much of it as `make deploy`, `make backup`, `make restore` and wrangler call.

It is used by setting `CLOUDFLARE_API_BASE_URL` to `<address>/client/v4`, `CLOUDFLARE_API_TOKEN` to any text and
`CLOUDFLARE_ACCOUNT_ID` to `ACCOUNT`. `python -m simulators.cloudflare --port 9100` serves it alone.

- `d1`        databases: SQL runs on a real SQLite; `/query` cuts a trigger at its semicolons or does not, as `Knobs` says
- `storage`   KV namespaces, R2 buckets and objects, queues and consumers
- `workers`   upload, versions, deployments, secrets, settings, schedules, assets, the workers.dev subdomain
- `account`   who asks, with which rights, and the deployed Worker's own answers
- `state`     everything that the account holds; `knobs` what a test or a person can change while it runs

Faults are the same as those of the simulated partners: `PUT /_sim/faults/cloudflare`, or `Knobs.rights` for a token without a
permission. Refusals carry Cloudflare's codes and words.

Source: developers.cloudflare.com/api (resources d1, kv, r2, queues, workers), and what wrangler 4.164 sends and reads
(`node_modules/wrangler/wrangler-dist/cli.js`). Where both are silent the text says ASSUMED.
"""

from simulators.cloudflare.partner import ACCOUNT, Cloudflare

__all__ = ["ACCOUNT", "Cloudflare"]
