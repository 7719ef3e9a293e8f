"""Everything that can go wrong, in one tree.

CarlotError
├── Problem                 an answer: carries status and code (raised by handlers and what they call)
│   ├── BadRequest          400
│   ├── Unauthorized        401
│   ├── Forbidden           403
│   ├── NotFound            404
│   ├── MethodNotAllowed    405
│   ├── Conflict            409
│   ├── PreconditionFailed  412
│   ├── BodyTooLarge        413
│   ├── UnsupportedMedia    415
│   ├── Invalid             422
│   ├── TooManyRequests     429
│   └── Unavailable         503
├── PartnerError            an outbound call (raised by partners/http.py and what reads its answers)
│   ├── Retryable           later: carries delay_s
│   │   └── Throttled       it was not even asked: our own gate is shut for now
│   ├── Permanent           never: the partner refuses
│   └── NeedsDealer         not before the dealer acts: no call was made
│       └── AuthExpired     the partner itself refuses us
└── PlatformError           what lies under us (raised by cloudflare.py)
    ├── DatabaseUnavailable
    ├── StatementRefused    D1 refuses the statement itself: the same statement never works
    ├── ConstraintViolation
    │   ├── UniqueViolation
    │   └── LeaseLost       the task is somebody else's by now: what was worked out for it is dropped
    ├── QueueUnavailable
    ├── BlobsUnavailable
    ├── KeyValueUnavailable
    ├── SealBroken          what was sealed does not open
    └── NetworkFailure
        └── AnswerTooLarge
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple


class CarlotError(Exception):
    """Any failure this program knows by name."""


class FieldError(NamedTuple):
    """What is wrong with one field of the input, by its path on the wire."""

    field: str
    message: str


class Problem(CarlotError):
    """An answer that is an error: RFC 9457 problem details."""

    status = 500
    code = "internal-error"
    title = "Something went wrong here"
    always: ClassVar[Mapping[str, str]] = {}
    """The headers that come with every such answer."""

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = tuple(errors)
        self.headers = {**self.always, **(headers or {})}


class BadRequest(Problem):
    """The request cannot be read."""

    status, code, title = 400, "bad-request", "The request cannot be read"


class Unauthorized(Problem):
    """No valid sign-in came with the request. Source: RFC 9110, 15.5.2: the answer says how to sign in."""

    status, code, title = 401, "unauthorized", "Sign in first"
    always: ClassVar[Mapping[str, str]] = {"www-authenticate": 'Bearer realm="CarLot"'}


class Forbidden(Problem):
    """Signed in, but this request may not be made from there."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(Problem):
    """There is no such thing."""

    status, code, title = 404, "not-found", "Not found"


class MethodNotAllowed(Problem):
    """The path exists, but not with this method."""

    status, code, title = 405, "method-not-allowed", "Method not allowed"


class Conflict(Problem):
    """The request does not fit what is stored."""

    status, code, title = 409, "conflict", "That does not fit what is stored"


class PreconditionFailed(Problem):
    """It was changed by somebody else since it was read."""

    status, code, title = 412, "precondition-failed", "It has changed since you read it"


class BodyTooLarge(Problem):
    """The body is longer than this endpoint takes."""

    status, code, title = 413, "body-too-large", "The body is too large"


class UnsupportedMedia(Problem):
    """The body is of another type than this endpoint takes."""

    status, code, title = 415, "unsupported-media-type", "Unsupported media type"


class Invalid(Problem):
    """The body can be read but breaks the schema."""

    status, code, title = 422, "invalid", "Some fields are not right"


class TooManyRequests(Problem):
    """It was asked for too often of late; `Retry-After` says when to try again."""

    status, code, title = 429, "too-many-requests", "Too many requests"


class Unavailable(Problem):
    """It cannot be done now."""

    status, code, title = 503, "unavailable", "Not available"


class PartnerError(CarlotError):
    """An outbound call that did not do its work. The message is one plain sentence for the dealer."""


class Retryable(PartnerError):
    """It may work later. `delay_s` is how long the partner asked to be left alone; `None`: it did not say."""

    def __init__(self, message: str, delay_s: float | None = None) -> None:
        super().__init__(message)
        self.delay_s = delay_s


class Throttled(Retryable):
    """Not tried: the partner has had enough calls, or is being left alone. It does not count as an attempt."""


class Permanent(PartnerError):
    """It will not work as it stands. `status` and `body` are what the partner answered, 0 and nothing where it made no sense."""

    def __init__(self, message: str, status: int = 0, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class NeedsDealer(PartnerError):
    """Not tried: nothing can go until the dealer acts, as far as is known here. It concerns this task alone."""


class AuthExpired(NeedsDealer):
    """The partner refused our credentials when it was called. It concerns everything that is for this partner."""


class PlatformError(CarlotError):
    """What lies under us failed."""


class DatabaseUnavailable(PlatformError):
    """D1 did not answer, or is overloaded. Nothing is known to be written."""


class StatementRefused(PlatformError):
    """D1 refuses the statement itself, or a value in it: a mistake of ours that no repetition mends. Nothing was written.

    `detail` is as D1 says it; the message is one plain sentence for the dealer.
    """

    def __init__(self, detail: str) -> None:
        self.detail = detail[:200]
        super().__init__(
            "The database refused a statement of CarLot. That is a mistake in CarLot: update it, or report this message to its "
            f"developer ({self.detail})."
        )


class ConstraintViolation(PlatformError):
    """The database refused the batch: a check, a foreign key or a NOT NULL. Nothing was written."""


class UniqueViolation(ConstraintViolation):
    """Something of that name exists. `columns` is as SQLite tells it, such as `vehicles.vin`. Nothing was written."""

    def __init__(self, columns: str) -> None:
        super().__init__(f"UNIQUE constraint failed: {columns}")
        self.columns = columns


class LeaseLost(ConstraintViolation):
    """The lease ran out and somebody else took the task, or the task was discarded. Nothing was written."""


class QueueUnavailable(PlatformError):
    """The queue took no message. The sweep sends it again within a minute."""


class BlobsUnavailable(PlatformError):
    """The store of files did not answer, or failed."""


class KeyValueUnavailable(PlatformError):
    """The store of keys and values did not answer, or failed."""


class SealBroken(PlatformError):
    """It was sealed under another key or for another place, or was altered since."""


class NetworkFailure(PlatformError):
    """No complete answer: refused, reset, cut short, or out of time."""


class AnswerTooLarge(NetworkFailure):
    """The answer is longer than the call allows."""
