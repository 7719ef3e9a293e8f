"""Run one of the local commands. dev/runtime/start runs `python dev NAME [ARGUMENT...]` for dev/NAME."""

import importlib
import sys

sys.exit(importlib.import_module(f"runtime.{sys.argv[1]}").main(sys.argv[2:]))
