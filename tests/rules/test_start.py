"""A start builds no parser: each is built at its first use. A Worker may use one second of CPU to start."""

from __future__ import annotations

import subprocess
import sys

from runtime.paths import ROOT

PROGRAM = """
import gc
import carlot.app
from pydantic import BaseModel, TypeAdapter

def below(model):
    for each in model.__subclasses__():
        yield each
        yield from below(each)

ours = [model for model in below(BaseModel) if model.__module__.startswith("carlot.")]
print(len(ours))
print([model.__qualname__ for model in ours if model.__pydantic_complete__])
print([each._type for each in gc.get_objects() if isinstance(each, TypeAdapter)])
"""


def test_a_start_builds_no_model_and_no_adapter() -> None:
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT / "src", capture_output=True, text=True, timeout=120, check=True)
    count, models, adapters = done.stdout.splitlines()
    assert int(count) > 50
    assert (models, adapters) == ("[]", "[]")
