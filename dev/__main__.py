"""Runs one of the local commands: `python dev NAME [ARGUMENT...]` is what dev/runtime/start does for dev/NAME.

The commands import packages of the Python tools, so these are made first; those in `BARE` need nothing but Python.
"""

import importlib
import os
import sys
from pathlib import Path

from runtime import setup
from runtime.paths import PYTHON, VENV

BARE = {"wordpress"}

if sys.argv[1] not in BARE:
    made = setup.ensure(setup.PYTHON_TOOLS)
    if made or Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
sys.exit(importlib.import_module(f"runtime.{sys.argv[1]}").main(sys.argv[2:]))
