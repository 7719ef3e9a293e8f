"""Many records in parts, each of which is one text that D1 takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

MAX_TEXT_BYTES = 1_900_000
"""D1 takes no value above 2,000,000. Source: developers.cloudflare.com/d1/platform/limits."""

Record = TypeVar("Record")


def in_parts(records: Sequence[Record], dump: Callable[[Sequence[Record]], bytes]) -> Iterator[tuple[Sequence[Record], str]]:
    """Records with their text, nearly always in one part; halved where one text would be longer than `MAX_TEXT_BYTES`.

    No record gives no part. A single record is a part however long its text is.
    """
    if not records:
        return
    text = dump(records)
    if len(records) == 1 or len(text) <= MAX_TEXT_BYTES:
        yield records, text.decode()
        return
    half = len(records) // 2
    yield from in_parts(records[:half], dump)
    yield from in_parts(records[half:], dump)
