"""Photos: upload, order, removal, and serving them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from carlot.domain import photo
from carlot.domain.api_model import WireModel
from carlot.domain.times import instant
from carlot.domain.vehicle import MAX_PHOTOS
from carlot.engine.enqueue import commit
from carlot.errors import BlobsUnavailable, Conflict, Invalid, NotFound, UniqueViolation, UnsupportedMedia
from carlot.handlers.public import public_base
from carlot.log import log
from carlot.lot.sync_rules import enqueue_listings
from carlot.platform.ports import Request, Response, Services, Statement
from carlot.store import photos, vehicles
from carlot.store.photos import NewPhoto
from carlot.web.parsing import read_json
from carlot.web.responses import PUBLIC_HEADERS, empty, etag_matches, json_answer
from carlot.web.upload import read_file

_TRIES = 5


class PhotoNamed(WireModel):
    """A photo as the admin API shows it; only its id is used."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    url: str | None = None
    position: int | None = None


def _named(photo_id: object) -> object:
    """A plain id stands for the photo."""
    return {"id": photo_id} if isinstance(photo_id, str) else photo_id


class PhotoOrder(WireModel):
    """Photos in the order they are to be shown, as the admin API shows them or by id alone."""

    photos: Annotated[
        list[Annotated[PhotoNamed, BeforeValidator(_named, json_schema_input_type=str | PhotoNamed)]],
        Field(max_length=MAX_PHOTOS),
    ]


async def add_photo(request: Request, services: Services) -> Response:
    """Add a photo at the end. The same picture again is the same photo."""
    vehicle = await _read(request, services)
    content = await read_file(request, photo.MAX_BYTES)
    kind = photo.content_type(content)
    if kind is None:
        raise UnsupportedMedia("Send a photo as JPEG, PNG or WebP.")
    digest = hashlib.sha256(content).hexdigest()
    known = await photos.same(services.database, vehicle["id"], digest)
    photo_id = await _show_again(services, vehicle["id"], known) if known else None
    status = 200 if photo_id else 201
    if photo_id is None:
        new = NewPhoto(services.clock.token(), vehicle["id"], kind, len(content), digest, request.origin)
        photo_id = await _keep(services, new, content)
    urls = (await _read(request, services))["photos"]
    shown = next((each for each in photo.shown(urls, public_base(request, services)) if each["id"] == photo_id), None)
    if shown is None:
        raise Conflict("The photo was removed while it was uploading.", code="busy")
    return json_answer(shown, status, {"location": photo.PATH + photo_id})


async def order_photos(request: Request, services: Services) -> Response:
    """Reorder the photos; the first is the cover."""
    ids = [each.id for each in (await read_json(request, PhotoOrder)).photos]

    def ordered(urls: list[str]) -> list[str]:
        by_id = {photo.photo_id(url): url for url in urls}
        if sorted(ids) != sorted(by_id):
            raise Invalid("Name each photo of this vehicle once, by its id.", code="not-its-photos")
        return [by_id[each] for each in ids]

    urls = await _arrange(request, services, ordered)
    return json_answer({"photos": photo.shown(urls, public_base(request, services))})


async def delete_photo(request: Request, services: Services) -> Response:
    """Remove a photo; its file is deleted a day later."""
    photo_id = request.params["photoId"]

    def without(urls: list[str]) -> list[str]:
        kept = [url for url in urls if photo.photo_id(url) != photo_id]
        if len(kept) == len(urls):
            raise NotFound("This vehicle has no such photo.")
        return kept

    await _arrange(request, services, without, photos.remove(photo_id, instant(services.clock.now())))
    return empty(204)


async def get_photo(request: Request, services: Services) -> Response:
    """A photo, cacheable for good: its address never shows another picture."""
    row = await photos.read(services.database, request.params["id"])
    if row is None:
        raise NotFound("There is no such photo.")
    etag = f'"{row["sha256"][:32]}"'
    headers = {**PUBLIC_HEADERS, "etag": etag, "cache-control": "public, max-age=31536000, immutable"}
    if etag_matches(request, etag):
        return empty(304, headers)
    headers |= {"content-type": str(row["content_type"]), "content-length": str(int(row["size_bytes"]))}
    if request.method == "HEAD":
        return Response(200, headers)
    stream = await services.blobs.get(request.params["id"])
    if stream is None:
        log("photo.lost", level="error", photo=request.params["id"])
        raise NotFound("There is no such photo.")
    return Response(200, headers, stream=stream)


async def _keep(services: Services, new: NewPhoto, content: bytes) -> str:
    """Store the file, then the photo; return its id. Raises: `Conflict` when the vehicle has too many."""
    await services.blobs.put(new.id, content, new.content_type)
    now = instant(services.clock.now())
    writes = [photos.insert(new, now), photos.append(new.vehicle_id, new.id, now)]
    try:
        rows = await commit(services, writes, enqueue_listings(services, new.vehicle_id))
        if rows[1]:
            return new.id
    except UniqueViolation:  # The same picture came twice at the same time.
        known = await photos.same(services.database, new.vehicle_id, new.sha256)
        if known and await _show_again(services, new.vehicle_id, known):
            await _drop(services, new.id)
            return known
    await _drop(services, new.id)
    raise Conflict(f"A vehicle has at most {MAX_PHOTOS} photos. Remove one first.", code="too-many-photos")


async def _show_again(services: Services, vehicle_id: str, photo_id: str) -> str | None:
    """Show a photo that the vehicle had before; `None` when it was deleted in the meantime, or there is no room."""
    writes = [photos.restore(photo_id), photos.append(vehicle_id, photo_id, instant(services.clock.now()))]
    rows = await commit(services, writes, enqueue_listings(services, vehicle_id))
    return photo_id if rows[1] else None


async def _drop(services: Services, key: str) -> None:
    """Delete a stored file without a photo. The hourly cleanup finds it if that fails."""
    try:
        await services.blobs.delete([key])
    except BlobsUnavailable as failure:
        log("photo.orphaned", level="warn", error=str(failure))


async def _arrange(
    request: Request, services: Services, change: Callable[[list[str]], list[str]], *follow: Statement
) -> list[str]:
    """Change a vehicle's current photos; return the new ones."""
    for _ in range(_TRIES):
        vehicle = await _read(request, services)
        urls = change(vehicle["photos"])
        if urls == vehicle["photos"]:
            return urls
        arranged = photos.arrange(vehicle["id"], vehicle["version"], urls, instant(services.clock.now()))
        rows = await commit(services, [arranged, *follow], enqueue_listings(services, vehicle["id"]))
        if rows[0]:
            return urls
    raise Conflict("Someone else is changing this at the same time. Try again.", code="busy")


async def _read(request: Request, services: Services) -> dict[str, Any]:
    vehicle = await vehicles.read(services.database, request.params["id"])
    if vehicle is None:
        raise NotFound("There is no such vehicle.")
    return vehicle
