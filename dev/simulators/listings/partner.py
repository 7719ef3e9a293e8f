"""The API of one simulated listing site, and its state."""

import time

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from pydantic import ValidationError

from simulators.ftp import FtpServer
from simulators.listings import controls
from simulators.listings.shapes import Shape
from simulators.listings.state import State
from simulators.partner import answer_error, answer_json, read_json


class ListingSite(State):
    """One site."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.prefixes: tuple[str, ...] = (f"/{shape.name}",)
        self.files: FtpServer | None = None
        """Where it takes the inventory as a file; `None`: it takes each car by its API."""

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the site's own API."""
        path = f"/{self.name}{self.shape.path}"
        return [
            web.put(path, self.put_listing),
            web.get(path, self.read_listing, allow_head=False),
            web.delete(path, self.remove_listing),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the endpoints under `/_sim/<site>`."""
        return controls.control_routes(self, lambda: self.files.read() if self.files else None)

    def settings(self, base: str) -> dict[str, str]:
        """Return the settings with which CarLot Manager uses the site. Any key and any dealer id work."""
        prefix = self.name.upper()
        if self.files:
            return {f"{prefix}_FTP_URL": self.files.url()}
        given = {f"{prefix}_API_URL": f"{base}/{self.name}", f"{prefix}_API_KEY": "any-key"}
        return given | ({f"{prefix}_DEALER_ID": "any-dealer"} if "{dealer}" in self.shape.path else {})

    async def put_listing(self, request: web.Request) -> web.Response:
        """Create or replace a listing: 201 or 200 with its id."""
        self._check_key(request)
        vin = request.match_info["vin"]
        try:
            listing = self.shape.listing.model_validate(await read_json(request)).model_dump(exclude_none=True)
        except ValidationError as error:
            first = error.errors()[0]
            return answer_error(422, "invalid_field", str(first["msg"]), ".".join(str(part) for part in first["loc"]))
        if listing[self.shape.vin] != vin:
            return answer_error(422, "vin_mismatch", "The VIN is not the one in the address", self.shape.vin)
        if vin in self.knobs.refuse:
            return answer_error(422, "refused", self.knobs.refuse[vin])
        if self.knobs.fetch_photos and (broken := await _first_broken(self.shape.photo_urls(listing))):
            return answer_error(422, "photo_unreachable", f"{broken} cannot be fetched", self.shape.photos)
        status = 200 if vin in self.listings else 201
        return answer_json({"id": self.show(vin, listing)["id"]}, status)

    async def read_listing(self, request: web.Request) -> web.Response:
        """Return a listing as it was put, with its id; 404 when there is none."""
        self._check_key(request)
        vin = request.match_info["vin"]
        listing = self.listings.get(vin)
        if listing is None and vin in self.removed_at:
            gone_at, last = self.removed_at[vin]
            listing = last if time.monotonic() - gone_at < self.knobs.show_removed_s else None
        if listing is None:
            return answer_error(404, "unknown_listing", f"No listing of {vin}")
        return answer_json(listing)

    async def remove_listing(self, request: web.Request) -> web.Response:
        """Delete a listing: 204; 404 when there is none."""
        self._check_key(request)
        vin = request.match_info["vin"]
        if vin in self.knobs.refuse_removal:
            return answer_error(422, "refused", "This listing is under review")
        if vin not in self.listings:
            return answer_error(404, "unknown_listing", f"No listing of {vin}")
        if vin not in self.knobs.keep_removed:
            self.hide(vin)
        return web.Response(status=204)

    def _check_key(self, request: web.Request) -> None:
        if self.shape.bearer:
            scheme, _, key = request.headers.get("Authorization", "").partition(" ")
            key = key if scheme.lower() == "bearer" else ""
        else:
            key = request.headers.get("X-Api-Key", "")
        if (self.shape.bearer and not key) or (self.knobs.key is not None and key != self.knobs.key):
            raise web.HTTPUnauthorized(text="The API key is missing or wrong")


async def _first_broken(urls: list[str]) -> str | None:
    """Return the first photo URL that does not lead to an image, or `None` when all do."""
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        for url in urls:
            try:
                async with session.get(url, allow_redirects=False) as answer:
                    if answer.status != web.HTTPOk.status_code or not answer.content_type.startswith("image/"):
                        return url
            except (ClientError, TimeoutError):
                return url
    return None
