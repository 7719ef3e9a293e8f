"""Photos of a vehicle: the accepted formats, and the ids of photos.

A vehicle's `photos` are addresses in the order shown, the first is the cover: `/photos/<id>` when uploaded, https otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

MAX_BYTES = 10 * 1024 * 1024
PATH = "/photos/"


def content_type(content: bytes) -> str | None:
    """Return the media type of a picture by its first bytes; `None` when it is not accepted.

    Source: ITU-T T.81 (JPEG), RFC 2083 (PNG), RFC 9649 (WebP).
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def photo_id(url: str) -> str:
    """Return a photo's id: its own for an uploaded photo, a hash of the address for any other."""
    return url.removeprefix(PATH) if url.startswith(PATH) else hashlib.sha256(url.encode()).hexdigest()[:20]


def shown(urls: Sequence[str], base: str) -> list[dict[str, Any]]:
    """Photos as the admin API shows them: `id`, whole `url`, `position` from 0."""
    return [
        {"id": photo_id(url), "url": base + url if url.startswith(PATH) else url, "position": position}
        for position, url in enumerate(urls)
    ]
