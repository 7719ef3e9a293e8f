"""Every listing site there is. Settings, limits, tasks, status and API are made from this table."""

from __future__ import annotations

from carlot.partners.listings import cargurus, kbb, truecar
from carlot.partners.listings.site import Site

SITES: dict[str, Site] = {site.target: site for site in (cargurus.SITE, truecar.SITE, kbb.SITE)}
