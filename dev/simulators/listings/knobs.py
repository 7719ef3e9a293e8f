"""Ways in which a simulated listing site can misbehave."""

from pydantic import BaseModel, ConfigDict, Field


class Knobs(BaseModel):
    """Deviations of a site from normal behavior; all are off at first. Faults below HTTP are in `simulators.faults`."""

    model_config = ConfigDict(extra="forbid")

    key: str | None = Field(default=None, description="the only API key that is accepted; any by default")
    refuse: dict[str, str] = Field(default={}, description="VIN and message: a PUT of that car gets 422")
    refuse_removal: list[str] = Field(default=[], description="VINs whose DELETE gets 422")
    keep_removed: list[str] = Field(default=[], description="VINs whose DELETE gets 204 although the listing stays")
    show_removed_s: float = Field(default=0, ge=0, description="GET still returns a removed car for this many seconds")
    fetch_photos: bool = Field(default=False, description="refuse a PUT unless every photo can be fetched and is an image")
