"""Read one uploaded file: the body itself, or the only file of a form."""

from __future__ import annotations

import re
from email.message import Message

from carlot.errors import BadRequest, BodyTooLarge, Invalid
from carlot.platform.ports import Request

FORM_BYTES = 64 * 1024
"""The most bytes of a form besides its file."""

_NAMED_FILE = re.compile(rb"(?i)^content-disposition:\s*form-data\s*;.*\bfilename\*?=", re.MULTILINE)


async def read_file(request: Request, max_bytes: int) -> bytes:
    """Return the uploaded file, at most `max_bytes` long.

    Raises: `BodyTooLarge` (413), `BadRequest` (400) when a form cannot be read, `Invalid` (422) unless it has just one file.
    """
    head = Message()
    head["content-type"] = request.headers.get("content-type", "")
    if head.get_content_type() != "multipart/form-data":
        return await request.body.read(max_bytes)
    boundary = head.get_param("boundary")
    if not isinstance(boundary, str) or not 0 < len(boundary) <= 70 or not boundary.isascii():
        raise BadRequest("The form does not say where its parts end.", code="bad-form")
    files = _files(await request.body.read(max_bytes + FORM_BYTES), b"--" + boundary.encode())
    if len(files) != 1:
        raise Invalid(f"Send one file at a time; this form has {len(files)}.", code="one-file")
    if len(files[0]) > max_bytes:
        raise BodyTooLarge(f"Send at most {max_bytes:,} bytes.")
    return files[0]


def _files(form: bytes, delimiter: bytes) -> list[bytes]:
    """Return the files of a form, without its other fields. Source: RFC 7578, RFC 2046 section 5.1. Raises: `BadRequest`."""
    cut_short = BadRequest("The form ends before its last part does.", code="bad-form")
    files: list[bytes] = []
    position = 0 if form.startswith(delimiter) else form.find(b"\r\n" + delimiter) + 2
    if position == 1:
        raise cut_short
    while True:
        position += len(delimiter)
        if form[position : position + 2] == b"--":
            return files
        begin = form.find(b"\r\n", position)
        head_end = form.find(b"\r\n\r\n", begin)
        end = form.find(b"\r\n" + delimiter, head_end + 2)
        if -1 in (begin, head_end, end):
            raise cut_short
        if _NAMED_FILE.search(form[begin + 2 : head_end]):
            files.append(form[head_end + 4 : end])
        position = end + 2
