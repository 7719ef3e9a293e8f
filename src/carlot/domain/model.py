"""The base of everything that pydantic reads."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A model whose parser is built at its first use: a Worker that starts needs none of them, and may use one second of CPU.

    Source: developers.cloudflare.com/workers/platform/limits, "Worker startup time".
    """

    model_config = ConfigDict(defer_build=True)
