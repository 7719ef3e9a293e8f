"""Ways in which a simulated listing site can be difficult."""

from pydantic import BaseModel, ConfigDict, Field


class Knobs(BaseModel):
    """What a site does besides its work; all off at first. Faults below HTTP are in `simulators.faults`."""

    model_config = ConfigDict(extra="forbid")

    key: str | None = Field(default=None, description="the one API key accepted; any when left out")
    refuse: dict[str, str] = Field(default={}, description="VIN and message: a PUT of that car is refused with 422")
    refuse_removal: list[str] = Field(default=[], description="VINs whose DELETE is refused with 422")
    keep_removed: list[str] = Field(default=[], description="VINs whose DELETE is answered 204 though they stay")
    show_removed_s: float = Field(default=0, ge=0, description="GET shows a removed car for so many seconds more")
    fetch_photos: bool = Field(default=False, description="a PUT is refused unless every photo can be fetched and is an image")
