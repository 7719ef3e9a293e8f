"""Runs one of the local commands: `python dev NAME [ARGUMENT...]` is what dev/runtime/start does for dev/NAME."""

import importlib
import sys

sys.exit(importlib.import_module(f"runtime.{sys.argv[1]}").main(sys.argv[2:]))
