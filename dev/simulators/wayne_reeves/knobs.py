"""Ways in which the simulated DMS's inventory can be well-formed but wrong."""

from pydantic import BaseModel, ConfigDict, Field


class Knobs(BaseModel):
    """Errors of `GET /inventory`; all are off at first. Faults below HTTP are in `simulators.faults`."""

    model_config = ConfigDict(extra="forbid")

    omit_pages: list[int] = Field(
        default=[],
        description="page numbers, from 1, that the cursors of a full pull skip, although total counts them",
    )
    total_override: int | None = Field(default=None, ge=0, description="the reported total, regardless of the lot")
    loop_cursor: bool = Field(default=False, description="next_cursor always leads back to the same page")
    empty: bool = Field(default=False, description="200 with no vehicles and a total of 0")
    page_cap: int | None = Field(default=None, ge=1, description="maximum number of vehicles on a page, regardless of limit")
    empty_last_page: bool = Field(default=False, description="the last full page has a next_cursor, which leads to no vehicles")
