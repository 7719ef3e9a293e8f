"""Cloudflare's stores: D1, Queues, R2 and KV as ports, with their errors as ours.

Source: developers.cloudflare.com/d1/worker-api, /queues/configuration/javascript-apis, /r2/api/workers, /kv/api.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import js
from pyodide.ffi import JsException, jsnull, to_js

from carlot.errors import BlobsUnavailable, KeyValueUnavailable, QueueUnavailable
from carlot.platform.database_errors import database_error
from carlot.platform.ports import QueueMetrics, Row, Statement, StoredBlob, Value

_SEND_BATCH = 100
"""Messages in one `sendBatch`. Source: developers.cloudflare.com/queues/platform/limits."""


class D1:
    """The database."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def batch(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """Run statements as one transaction."""
        try:
            answers = await self._binding.batch(to_js([self._prepared(statement) for statement in statements]))
        except JsException as failure:
            raise database_error(str(failure)) from failure
        return [_rows(answer.results) for answer in answers]

    async def all(self, sql: str, *params: Value) -> list[Row]:
        """Run one statement."""
        try:
            answer = await self._prepared(Statement(sql, params)).all()
        except JsException as failure:
            raise database_error(str(failure)) from failure
        return _rows(answer.results)

    async def first(self, sql: str, *params: Value) -> Row | None:
        """Run one statement; return its first row."""
        rows = await self.all(sql, *params)
        return rows[0] if rows else None

    def _prepared(self, statement: Statement) -> Any:
        prepared = self._binding.prepare(statement.sql)
        return (
            prepared.bind(*[jsnull if value is None else value for value in statement.params]) if statement.params else prepared
        )


def _rows(results: Any) -> list[Row]:
    return [{name: None if value is jsnull else value for name, value in row.items()} for row in results.to_py()]


class Queue:
    """A queue's producer side."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def send(self, messages: Sequence[dict[str, Value]], delay_s: int = 0) -> None:
        """Send messages, a hundred a call."""
        for first in range(0, len(messages), _SEND_BATCH):
            part = [{"body": message, "delaySeconds": delay_s} for message in messages[first : first + _SEND_BATCH]]
            try:
                await self._binding.sendBatch(to_js(part, dict_converter=js.Object.fromEntries))
            except JsException as failure:
                raise QueueUnavailable(str(failure)[:300]) from failure

    async def metrics(self) -> QueueMetrics:
        """Return how many messages wait."""
        try:
            found = await self._binding.metrics()
            oldest = found.oldestMessageTimestamp
            at = datetime.fromtimestamp(oldest.getTime() / 1000, UTC) if hasattr(oldest, "getTime") and oldest.getTime() else None
            return QueueMetrics(int(found.backlogCount), at)
        except (JsException, AttributeError) as failure:
            raise QueueUnavailable(str(failure)[:300]) from failure


class R2:
    """The bucket of uploaded photos and of files that wait to be read.

    Source: developers.cloudflare.com/r2/api/workers/workers-api-reference.
    """

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def put(self, key: str, content: bytes, content_type: str) -> None:
        """Store a file."""
        await self._call(self._binding.put(key, to_js(content), plain_object({"httpMetadata": {"contentType": content_type}})))

    async def get(self, key: str) -> Any:
        """A file's stream."""
        found = await self._call(self._binding.get(key))
        return None if found is None or found is jsnull else found.body

    async def read(self, key: str, first: int, count: int) -> bytes | None:
        """A part of a file's bytes."""
        part = plain_object({"range": {"offset": first, "length": count}})
        found = await self._call(self._binding.get(key, part))
        if found is None or found is jsnull:
            return None
        content: bytes = (await self._call(found.arrayBuffer())).to_bytes()
        return content

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete files, at most a thousand."""
        await self._call(self._binding.delete(to_js(list(keys))))

    async def list(self, prefix: str, cursor: str | None) -> tuple[list[StoredBlob], str | None]:
        """A page of at most a thousand files."""
        page = await self._call(self._binding.list(plain_object({"prefix": prefix, **({"cursor": cursor} if cursor else {})})))
        found = [StoredBlob(each.key, datetime.fromtimestamp(each.uploaded.getTime() / 1000, UTC)) for each in page.objects]
        return found, str(page.cursor) if page.truncated else None

    async def _call(self, promise: Any) -> Any:
        try:
            return await promise
        except JsException as failure:
            raise BlobsUnavailable(str(failure)[:300]) from failure


class KV:
    """The namespace of the QuickBooks tokens' mirror. Source: developers.cloudflare.com/kv/api."""

    def __init__(self, binding: Any) -> None:
        self._binding = binding

    async def put(self, key: str, text: str) -> None:
        """Store a text."""
        try:
            await self._binding.put(key, text)
        except JsException as failure:
            raise KeyValueUnavailable(str(failure)[:300]) from failure

    async def delete(self, key: str) -> None:
        """Delete a text."""
        try:
            await self._binding.delete(key)
        except JsException as failure:
            raise KeyValueUnavailable(str(failure)[:300]) from failure


def plain_object(content: Mapping[str, Any]) -> Any:
    """A mapping as a JavaScript object."""
    return to_js(content, dict_converter=js.Object.fromEntries)
