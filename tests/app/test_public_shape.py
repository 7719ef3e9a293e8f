"""The public ETag changes with the JSON of a vehicle, not only with the lot."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from runtime.paths import ROOT

PRINT_SHAPE = "from carlot.handlers.public import SHAPE; print(SHAPE)"


def shape_of(source: Path) -> str:
    """The part of the ETag that stands for the JSON, in a copy of the program."""
    env = {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", PRINT_SHAPE], capture_output=True, text=True, env=env, check=True)
    return done.stdout.strip()


def test_a_public_field_more_makes_every_cached_list_stale(tmp_path: Path) -> None:
    source = tmp_path / "src"
    subprocess.run(["cp", "-r", str(ROOT / "src"), str(source)], check=True)
    before = shape_of(source)
    fields = source / "carlot" / "domain" / "vehicle.py"
    text = fields.read_text()
    one = '    Field("engine", "engine", dms="engine", public=True),\n'
    assert text.count(one) == 1
    fields.write_text(text.replace(one, one + '    Field("doors", "doors", "integer", public=True),\n'))
    assert shape_of(source) != before
    assert len(before) == len(hashlib.sha256().hexdigest()[:8])
