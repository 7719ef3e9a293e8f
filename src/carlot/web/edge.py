"""What the cache in front of the Worker may keep, and for how long. This is decided here and nowhere else.

Whatever has no row here is never kept: it carries `no-store`, because Cloudflare keeps a response without a rule for hours.
Browsers follow `Cache-Control` as before and ask again each time; the cache follows its own header, which it removes.

Source: developers.cloudflare.com/workers/cache/configuration; RFC 9111; RFC 9213.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from carlot.platform.ports import Request, Response
from carlot.settings import Settings
from carlot.store.purging import FEEDS, LOT

CONTROL = "cloudflare-cdn-cache-control"
TAG = "cache-tag"

NEVER: Mapping[str, str] = {CONTROL: "no-store"}
"""The header of every response that no cache may keep."""

# Fresh for two seconds, and for two more the old answer while the new one is made: a sold car is gone after four seconds even
# when nobody purged. Without the last directive, Cloudflare would show the old answer for as long as the Worker fails.
# ASSUMED: the tiers of the cache count the age of an answer from when the Worker made it (RFC 9111, 4.2.3). Two `curl -I` within
# four seconds, from two places, show it: the second `Age` is not below the first.
_SHORT = "max-age=2, stale-while-revalidate=2, stale-if-error=0"
# A feed of an old address is not shown while a new answer is made.
_FEED = "max-age=2, stale-if-error=0"
# A photo's address never shows another picture; a deleted one is gone within the hour.
_PHOTO = "max-age=3600, stale-if-error=0"


@dataclass(frozen=True, slots=True)
class Kept:
    """How a path's answers are kept: the cache's directives, and a tag for what is shown.

    `addressed` answers contain the address at which they were asked for, unless `PUBLIC_BASE_URL` is set.
    """

    control: str
    tag: str
    addressed: bool = True


KEPT: Mapping[str, Kept] = {
    "/api/public/inventory": Kept(_SHORT, LOT),
    "/api/public/vehicle/:id": Kept(_SHORT, LOT),
    "/inventory.html": Kept(_SHORT, LOT),
    "/sitemap.xml": Kept(_SHORT, LOT),
    "/api/public/dealer": Kept(_SHORT, "dealer", addressed=False),
    "/feeds/:token/:file": Kept(_FEED, FEEDS),
    "/photos/:id": Kept(_PHOTO, "photos", addressed=False),
}
"""By the path of a route. Only successes of GET and HEAD are kept."""


def kept(response: Response, request: Request, path: str, settings: Settings) -> Response:
    """Mark the answer of a route as one that the cache may keep, if it is one."""
    rule = KEPT.get(path)
    if rule is None or request.method not in ("GET", "HEAD") or response.status not in (200, 304):
        return response
    headers = {**response.headers, CONTROL: rule.control, TAG: rule.tag}
    if rule.addressed and not settings.public_base_url:
        # The cache's key has the path without the host, and without http or https.
        if not request.origin.startswith("https://"):
            return response
        headers["vary"] = ", ".join(filter(None, (response.headers.get("vary"), "host")))
    return replace(response, headers=headers)
