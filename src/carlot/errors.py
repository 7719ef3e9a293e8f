"""Everything that can go wrong, in one tree.

CarlotError
├── Problem                 an error response; carries status and code
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
├── PartnerError            an outbound call (raised by partners/http.py and the readers of responses)
│   ├── Retryable           later; carries delay_s
│   │   ├── Doubtful        the partner refuses; perhaps not after a fresh read; five times is final
│   │   └── Throttled       no call was made: our own throttle refused it for now
│   ├── Permanent           never: the partner refuses
│   │   └── Gone            what the request names is not there
│   └── NeedsDealer         not before the dealer acts: no call was made
│       └── AuthExpired     the partner itself refuses us
└── PlatformError           the platform under us (raised by platform/)
    ├── DatabaseUnavailable
    ├── StatementRefused    D1 refuses the statement itself: the same statement never works
    ├── ConstraintViolation
    │   ├── UniqueViolation
    │   └── LeaseLost       another worker has the task: the result is dropped
    ├── QueueUnavailable
    ├── BlobsUnavailable
    ├── KeyValueUnavailable
    ├── SealBroken          a sealed text does not decrypt
    └── NetworkFailure
        ├── AnswerTooLarge
        └── Untrusted       no encryption that can be trusted: nothing was sent
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
    """An error response: RFC 9457 problem details."""

    status = 500
    code = "internal-error"
    title = "Something went wrong here"
    always: ClassVar[Mapping[str, str]] = {}
    """The headers of every such response."""

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
    """Too many requests came recently; `Retry-After` says when to try again."""

    status, code, title = 429, "too-many-requests", "Too many requests"


class Unavailable(Problem):
    """It cannot be done now."""

    status, code, title = 503, "unavailable", "Not available"


class PartnerError(CarlotError):
    """An outbound call that did not do its work. The message is one plain sentence for the dealer."""


class Retryable(PartnerError):
    """It may work later. `delay_s` is the pause that the partner asked for; `None`: it named none."""

    def __init__(self, message: str, delay_s: float | None = None) -> None:
        super().__init__(message)
        self.delay_s = delay_s


class Throttled(Retryable):
    """No call was made: the partner has had enough calls, or is resting. It does not count as an attempt."""


class Doubtful(Retryable):
    """The partner refused this request, in the words of the message; the next try reads its data again.

    Five refusals in a row in the same words end the task. `body` is its response; empty when there is none to read.
    """

    def __init__(self, message: str, body: bytes = b"") -> None:
        super().__init__(message)
        self.body = body


class Permanent(PartnerError):
    """The partner refuses it for good. `status` and `body` are its response; 0 and empty when the response made no sense."""

    def __init__(self, message: str, status: int = 0, body: bytes = b"") -> None:
        super().__init__(message)
        self.status = status
        self.body = body


class Gone(Permanent):
    """What the request names is not there."""


class NeedsDealer(PartnerError):
    """No call was made: the dealer must act first. This concerns one task only."""


class AuthExpired(NeedsDealer):
    """The partner refused our credentials. This concerns every task for the partner.

    `surely`: the sign-in itself has ended, so that no further look can come to anything else.
    """

    def __init__(self, message: str, *, surely: bool = False) -> None:
        super().__init__(message)
        self.surely = surely


class PlatformError(CarlotError):
    """The platform failed."""


class DatabaseUnavailable(PlatformError):
    """D1 did not respond, or is overloaded. It is unknown whether anything was written."""


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
    """The value already exists. `columns` is in SQLite's words, such as `vehicles.vin`. Nothing was written."""

    def __init__(self, columns: str) -> None:
        super().__init__(f"UNIQUE constraint failed: {columns}")
        self.columns = columns


class LeaseLost(ConstraintViolation):
    """The lease ran out and another worker took the task, or the dealer discarded it. Nothing was written."""


class QueueUnavailable(PlatformError):
    """The queue accepted no message. The sweep sends it again within a minute."""


class BlobsUnavailable(PlatformError):
    """R2 did not respond, or failed."""


class KeyValueUnavailable(PlatformError):
    """KV did not respond, or failed."""


class PurgeFailed(PlatformError):
    """The cache in front of the Worker did not take a purge. What it holds expires by itself within seconds."""


class SealBroken(PlatformError):
    """The text was sealed with another key or context, or was altered."""


class NetworkFailure(PlatformError):
    """There was no complete response: refused, reset, cut short or timed out."""


class AnswerTooLarge(NetworkFailure):
    """The response is longer than the call allows."""


class Untrusted(NetworkFailure):
    """The other side could not be trusted: its certificate has expired, is for another name, or is signed by nobody known."""
