"""CarLot Manager: keeps a car dealer's lot, and keeps the DMS, the books and the listing sites up to date with it.

The modules of the root:

- `app`  the three ways in: a request, a delivery from the queue, a cron tick
- `routes`  every endpoint on one page: method, path, handler, guard
- `task_kinds`  the work for each kind of sync task, and for each cron
- `settings`  the configuration, read once from the Worker's environment
- `errors`  everything that can go wrong, in one tree
- `log`  one JSON line for each outcome
- `trace`  the id of the request that some work is done for

The folders, with what they may import in docs/architecture.md, "The rooms":

- `platform/`  the platform as ports, and Cloudflare behind them; the only code that touches JavaScript
- `web/`  what every endpoint shares: sign-in, parsing, uploads, responses, rate limits
- `engine/`  how any sync task is queued, run and recorded, whatever its partner
- `lot/`  what a change means: what is written, and who must be notified
- `domain/`  the trade: pure functions and values
- `store/`  every SQL statement, by table
- `handlers/`  the endpoints, one file for each resource
- `partners/`  one folder for each partner, and the one place that sends a request
- `openapi/`  the API reference, made from the routes and models
"""
