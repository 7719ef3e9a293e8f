"""Every preset by name, and which of them are hosted feeds: an address that whoever reads the file asks at."""

from __future__ import annotations

from collections.abc import Mapping

from carlot.store.presets import cargurus, generic, google, homenet, kbb, meta, truecar, vauto
from carlot.store.presets.cells import Preset

PRESETS: Mapping[str, Preset] = {
    "cargurus": cargurus.PRESET,
    "truecar": truecar.PRESET,
    "kbb": kbb.PRESET,
    "google": google.PRESET,
    "meta": meta.PRESET,
    "vauto": vauto.PRESET,
    "homenet": homenet.PRESET,
    "generic": generic.PRESET,
}

FEEDS: Mapping[str, Preset] = {name: PRESETS[name] for name in ("google", "meta", "generic")}
"""The hosted feeds; the sites' own files are brought to them."""
