"""What can be changed while the stand-in runs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

RIGHTS = ("d1", "kv", "queues", "r2", "workers")


class Knobs(BaseModel):
    """The account's conditions. `PUT /_sim/cloudflare/knobs` replaces all of them."""

    model_config = ConfigDict(extra="forbid")

    rights: list[str] = Field(
        default=list(RIGHTS), description="what the token may touch: d1, kv, queues, r2, workers; another request is 10000"
    )
    r2_enabled: bool = Field(default=True, description="false: every request for a bucket is 10042, as before R2 is enabled")
    queues_allowed: bool = Field(default=True, description="false: no queue can be made: 100129, as on a plan without queues")
    startup_allowed: bool = Field(
        default=True, description="false: an upload is refused with 10021, as when start-up takes too long"
    )
    cut_triggers: bool = Field(
        default=False, description="true: /query cuts a trigger at its semicolons, so one with a body is `incomplete input`"
    )
    import_steps: int = Field(
        default=0, ge=0, description="an import goes on for so many further requests; other statements are refused meanwhile"
    )
    healthy: bool = Field(default=True, description="false: the deployed Worker answers 500 to every request")
    deaf: int = Field(default=0, ge=0, description="the deployed Worker answers 404 to this many requests, as a new address does")
    subdomain: str | None = Field(default="simulated", description="of workers.dev; null: none is registered yet")
