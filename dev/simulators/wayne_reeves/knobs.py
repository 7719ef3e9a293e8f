"""Ways in which the inventory answer of the simulated DMS can be well-formed and wrong."""

from pydantic import BaseModel, ConfigDict, Field


class Knobs(BaseModel):
    """What `GET /inventory` gets wrong; all off at first. Faults below HTTP are in `simulators.faults`."""

    model_config = ConfigDict(extra="forbid")

    omit_pages: list[int] = Field(
        default=[],
        description="page numbers, from 1, that the cursor chain of a whole pull skips, while total still counts them",
    )
    total_override: int | None = Field(default=None, ge=0, description="the total told, whatever the lot holds")
    loop_cursor: bool = Field(default=False, description="next_cursor always leads back to the page just answered")
    empty: bool = Field(default=False, description="200 with no vehicles and a total of 0")
    page_cap: int | None = Field(default=None, ge=1, description="vehicles a page at most, whatever limit asks for")
    empty_last_page: bool = Field(default=False, description="the last full page has a next_cursor, which leads to no vehicles")
