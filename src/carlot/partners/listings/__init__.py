"""The listing sites. None publishes its API: everything that is ASSUMED about one stands in its own module.

- `site`          what a site is: addresses, credentials, field names, limits, as values
- `cargurus`, `truecar`, `kbb`   one site each
- `client`        the three calls: put, remove, read back
- `match`         makes a site show what it should, and no more
- `reconcile`     the nightly check of what the sites really show
"""
