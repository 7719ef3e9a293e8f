"""The behavior of the simulated QuickBooks, where the real one is known to behave in more than one way."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Knobs(BaseModel):
    """The defaults are as Intuit documents. Faults below HTTP are in `simulators.faults`."""

    model_config = ConfigDict(extra="forbid")

    consent: Literal["ask", "approve", "deny"] = Field(
        default="ask", description="ask: the consent page waits for a click; approve, deny: it decides without one"
    )
    realm: str | None = Field(default=None, description="company that consent without a click selects; the first by default")
    client_id: str | None = Field(default=None, description="the only known app; any by default")
    client_secret: str | None = Field(default=None, description="the app's secret; any by default")
    redirect_uris: list[str] = Field(default=[], description="addresses registered for the app; any http address when empty")
    code_lifetime_s: float = Field(default=300, gt=0, description="seconds that an authorization code is valid")
    access_lifetime_s: int = Field(default=3600, gt=0, description="seconds that an access token is valid")
    refresh_lifetime_s: int = Field(
        default=8_640_000, gt=0, description="seconds that a refresh token is valid; each refresh extends it"
    )
    hard_lifetime_s: int = Field(default=157_680_000, gt=0, description="seconds after consent when refreshing ends permanently")
    rotation: Literal["strict", "graceful", "daily"] = Field(
        default="strict",
        description="strict: a refresh ends the old refresh token at once; graceful: the old one stays valid for 24 h; "
        "daily: the same one is returned until it is 24 h old, then it is replaced and ends",
    )
    requestid: Literal["honoured", "ignored"] = Field(
        default="honoured",
        description="honoured: a repeated requestid gets its first response again; ignored: the work is done again",
    )
    duplicate_document: Literal["6140", "6210", "allowed"] = Field(
        default="6140", description="fault code for a second document of a kind with one DocNumber; allowed: it is accepted"
    )
    custom_txn_numbers: bool = Field(
        default=True, description="the company numbers its documents; false: QuickBooks numbers those without a DocNumber"
    )
    faults_as_200: bool = Field(default=False, description="a Fault of the API has status 200 instead of 400")
    books_closed_until: str | None = Field(
        default=None, description="no document dated on or before this day can be written, changed or voided"
    )
    books_closed_code: Literal["6210", "5010"] = Field(default="6210", description="fault code of that refusal")
    void_of_paid: Literal["unlinks", "6000", "6540"] = Field(
        default="unlinks",
        description="unlinks: an invoice with payments can be voided, and they become credit; else the fault code of the refusal",
    )
    country: str = Field(default="US", description="where the company is; outside the US each line needs a tax code: 6000")
    subscription_ended: bool = Field(default=False, description="nothing can be written: 6190")
    requests_a_minute: int = Field(default=500, gt=0, description="requests a realm in 60 s before they are throttled")
    requests_at_once: int = Field(default=10, gt=0, description="requests a realm at the same time before they are throttled")
    batches_a_minute: int = Field(default=40, gt=0, description="batches a realm in 60 s before they are throttled")
    batch_item_fault_rate: float = Field(
        default=0, ge=0, le=1, description="share of batch items that fail with a SystemFault, without doing the work"
    )
    retry_after_s: int | None = Field(default=60, ge=0, description="Retry-After of a throttled request; null sends none")
    throttle_status: Literal[429, 403] = Field(default=429, description="status of a throttled request")
    throttle_body: Literal["json", "xml"] = Field(
        default="json", description="form of the body of a throttled request, whatever was asked for"
    )
