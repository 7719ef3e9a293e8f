"""CarLot Manager: a car dealer's lot, kept in step with his DMS, his books and the listing sites.

Where to look:

- `routes`          every endpoint on one page (`endpoint`: what one is)
- `tasks`           what each sync task and each cron does
- `app`             the three ways in: request, delivery, tick
- `sync`            the engine: raise, lease, run, settle, back off, sweep, bury
- `pulls`           starting a pull of the DMS's inventory
- `domain/`         the trade: pure functions and values
- `store/`          every SQL statement, by table
- `handlers/`       one file a resource
- `partners/`       one folder a partner
- `auth`, `body`, `answers`   who may, what came, what goes
- `ports`           what the program sees of the platform; `cloudflare` is the platform
- `openapi`         the API reference, made from the routes and models
- `settings`, `errors`, `messages`, `log`
"""
