"""Read one uploaded file: the body itself, or the only file of a form."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from email.message import Message

from carlot.errors import BadRequest, BodyTooLarge, Invalid
from carlot.platform.ports import Request

FORM_BYTES = 64 * 1024
"""The most bytes of a form besides its file."""

_NAMED_FILE = re.compile(rb"(?i)^content-disposition:\s*form-data\s*;.*\bfilename\*?=", re.MULTILINE)


async def read_file(request: Request, max_bytes: int) -> bytes:
    """Return the uploaded file, at most `max_bytes` long. Raises: as `file_parts`."""
    if _form_boundary(request) is None:
        return await request.body.read(max_bytes)
    async with aclosing(file_parts(request, max_bytes)) as parts:
        return b"".join([part async for part in parts])


async def file_parts(request: Request, max_bytes: int) -> AsyncGenerator[bytes, None]:
    """The uploaded file part by part, as it comes. Whoever stops before its end closes it (`aclosing`).

    Raises: `BodyTooLarge` (413) above `max_bytes`, `BadRequest` (400) when a form cannot be read, `Invalid` (422) unless it has
    just one file. Parts may have been taken then.
    """
    boundary = _form_boundary(request)
    if boundary is None:
        async with aclosing(request.body.parts(max_bytes)) as body:
            async for part in body:
                yield part
        return
    size = 0
    async with aclosing(request.body.parts(max_bytes + FORM_BYTES)) as body, aclosing(_only_file(body, boundary)) as parts:
        async for part in parts:
            size += len(part)
            if size > max_bytes:
                raise BodyTooLarge(f"Send at most {max_bytes:,} bytes.")
            yield part


def _form_boundary(request: Request) -> bytes | None:
    """What stands between the parts of a form; `None`: the body is no form. Raises: `BadRequest`."""
    head = Message()
    head["content-type"] = request.headers.get("content-type", "")
    if head.get_content_type() != "multipart/form-data":
        return None
    boundary = head.get_param("boundary")
    if not isinstance(boundary, str) or not 0 < len(boundary) <= 70 or not boundary.isascii():
        raise BadRequest("The form does not say where its parts end.", code="bad-form")
    return b"\r\n--" + boundary.encode()


async def _only_file(body: AsyncGenerator[bytes, None], delimiter: bytes) -> AsyncGenerator[bytes, None]:
    """The file of a form, without its other fields. Source: RFC 7578, RFC 2046 section 5.1. Raises: as `file_parts`."""
    form = _Form(body)
    files = 0
    await form.until(delimiter)
    while not await form.begins(b"--"):
        await form.until(b"\r\n")
        # A part without a head begins with an empty line.
        form.buffer = b"\r\n" + form.buffer
        is_file = _NAMED_FILE.search(await form.until(b"\r\n\r\n")) is not None
        files += is_file
        async with aclosing(form.content(delimiter)) as parts:
            async for part in parts:
                if is_file and files == 1:
                    yield part
                elif not is_file:
                    form.spend(len(part))
    if files != 1:
        raise Invalid(f"Send one file at a time; this form has {files}.", code="one-file")


class _Form:
    """A form on its way in. `buffer` is what has come and is not taken yet; a line's end stands before the first line."""

    def __init__(self, body: AsyncGenerator[bytes, None]) -> None:
        self._body = body
        self._left = FORM_BYTES
        self.buffer = b"\r\n"

    async def begins(self, mark: bytes) -> bool:
        """Whether what follows begins so."""
        while len(self.buffer) < len(mark):
            await self._more()
        return self.buffer.startswith(mark)

    async def until(self, mark: bytes) -> bytes:
        """Take what stands before a mark, and the mark."""
        taken = [part async for part in self.content(mark, counts=True)]
        return b"".join(taken)

    async def content(self, mark: bytes, *, counts: bool = False) -> AsyncGenerator[bytes, None]:
        """The same part by part. `counts`: it is something besides the file."""
        while (end := self.buffer.find(mark)) < 0:
            # The last bytes may be the beginning of the mark.
            sure = max(len(self.buffer) - len(mark) + 1, 0)
            part, self.buffer = self.buffer[:sure], self.buffer[sure:]
            if counts:
                self.spend(len(part))
            if part:
                yield part
            await self._more()
        part, self.buffer = self.buffer[:end], self.buffer[end + len(mark) :]
        if part:
            yield part

    def spend(self, count: int) -> None:
        """Count bytes besides the file. Raises: `BodyTooLarge`."""
        self._left -= count
        if self._left < 0:
            raise BodyTooLarge(f"A form has at most {FORM_BYTES:,} bytes besides its file.")

    async def _more(self) -> None:
        part = await anext(self._body, None)
        if part is None:
            raise BadRequest("The form ends before its last part does.", code="bad-form")
        self.buffer += part
