"""The request bodies of the endpoints under `/_sim/quickbooks`."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulators.quickbooks import preset
from simulators.quickbooks.webhooks import Form


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Advance(_Body):
    """Body of `POST /_sim/quickbooks/clock`."""

    advance_s: float = Field(ge=0)


class Expiry(_Body):
    """Body of `POST /_sim/quickbooks/expire`."""

    access: bool = True
    refresh: bool = False


class Grant(_Body):
    """Body of `POST /_sim/quickbooks/tokens`."""

    client_id: str = Field(min_length=1)
    realm: str | None = None


class Seed(_Body):
    """Body of `POST /_sim/quickbooks/seed`: objects in the API's own properties."""

    realm: str | None = None
    accounts: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    customers: list[dict[str, Any]] = []
    vendors: list[dict[str, Any]] = []
    employees: list[dict[str, Any]] = []
    classes: list[dict[str, Any]] = []
    departments: list[dict[str, Any]] = []


class Told(_Body):
    """One event of `POST /_sim/quickbooks/emit`."""

    realm: str = preset.DEALER_REALM
    kind: str = "Payment"
    id: str
    operation: str = "Create"
    at: float | None = Field(default=None, description="seconds since 1970")


class Emission(_Body):
    """Body of `POST /_sim/quickbooks/emit`."""

    url: str
    verifier: str
    form: Form = "notifications"
    events: list[Told] = []
    raw_body: str | None = None
    signature: str | None = None
    tamper: bool = False
    repeat: int = Field(default=1, ge=1, le=1000)
