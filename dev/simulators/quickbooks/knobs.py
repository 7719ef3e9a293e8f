"""How the simulated QuickBooks behaves, where the real one has been seen to behave in more than one way."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Knobs(BaseModel):
    """All as Intuit documents it at first. Faults below HTTP are in `simulators.faults`."""

    model_config = ConfigDict(extra="forbid")

    consent: Literal["ask", "approve", "deny"] = Field(
        default="ask", description="ask: the consent page waits for a click; approve, deny: it answers by itself"
    )
    realm: str | None = Field(default=None, description="company that consent by itself chooses; left out, the first one")
    client_id: str | None = Field(default=None, description="the one app known; left out, any")
    client_secret: str | None = Field(default=None, description="its secret; left out, any")
    redirect_uris: list[str] = Field(default=[], description="addresses registered for the app; empty, any http address")
    code_lifetime_s: float = Field(default=300, gt=0, description="seconds that an authorisation code is good")
    access_lifetime_s: int = Field(default=3600, gt=0, description="seconds that an access token is good")
    refresh_lifetime_s: int = Field(
        default=8_640_000, gt=0, description="seconds that a refresh token is good; rolls with each refresh"
    )
    hard_lifetime_s: int = Field(default=157_680_000, gt=0, description="seconds after consent when refreshing ends for good")
    rotation: Literal["strict", "graceful", "daily"] = Field(
        default="strict",
        description="strict: a refresh kills the old refresh token at once; graceful: the old one is good for 24 h more; "
        "daily: the same one comes back until it is 24 h old, then it is replaced and dies",
    )
    requestid: Literal["honoured", "ignored"] = Field(
        default="honoured",
        description="honoured: a requestid seen before gets its first answer again; ignored: the work is done again",
    )
    duplicate_document: Literal["6140", "6210", "allowed"] = Field(
        default="6140", description="fault code for a second document of a kind with one DocNumber; allowed: it is taken"
    )
    custom_txn_numbers: bool = Field(
        default=True, description="the company numbers its documents by itself; false: those sent without a DocNumber get one"
    )
    faults_as_200: bool = Field(default=False, description="a Fault of the API is answered with status 200 in place of 400")
    books_closed_until: str | None = Field(
        default=None, description="no document dated on or before this day can be written, changed or voided"
    )
    books_closed_code: Literal["6210", "5010"] = Field(default="6210", description="fault code of that refusal")
    subscription_ended: bool = Field(default=False, description="nothing can be written: 6190")
    requests_a_minute: int = Field(default=500, gt=0, description="requests a realm in 60 s before they are throttled")
    requests_at_once: int = Field(default=10, gt=0, description="requests a realm at the same time before they are throttled")
    batches_a_minute: int = Field(default=40, gt=0, description="batches a realm in 60 s before they are throttled")
    batch_item_fault_rate: float = Field(
        default=0, ge=0, le=1, description="share of batch items that fail by themselves with a SystemFault, not done"
    )
    retry_after_s: int | None = Field(default=60, ge=0, description="Retry-After of a throttled request; null sends none")
    throttle_status: Literal[429, 403] = Field(default=429, description="status of a throttled request")
    throttle_body: Literal["json", "xml"] = Field(
        default="json", description="form of the body of a throttled request, whatever was asked for"
    )
