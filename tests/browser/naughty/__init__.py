"""The Big List of Naughty Strings (npm: blns 2.0.4, MIT, see LICENSE), for what shows text that others wrote."""

from __future__ import annotations

import json
from pathlib import Path

STRINGS: list[str] = [text for text in json.loads((Path(__file__).parent / "strings.json").read_text(encoding="utf-8")) if text]
"""Markup, scripts, directions, combining marks, emoji, reserved words, numbers that are none, and more; no empty one."""

MARKUP = '"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script><svg onload=window.pwned=1>{{7*7}}</script><!--'
"""One text that tries several ways out of its place; where it runs, `window.pwned` is set."""
