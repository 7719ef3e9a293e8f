"""What the Deploy button shows and requires, and what README says before the first deploy."""

from __future__ import annotations

import json

from runtime import configuration
from runtime.configuration import asked_by_the_button
from runtime.paths import ROOT
from runtime.remedies import PERMISSIONS


def test_the_button_asks_for_two_secrets_and_has_a_word_on_each() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    described = package["cloudflare"]["bindings"]
    bound = {name for name, _ in configuration.bindings(configuration.read_config()) if name not in ("(consumer)", "ASSETS")}
    assert asked_by_the_button() == {"ADMIN_TOKEN", "TOKEN_ENCRYPTION_KEY"}
    assert set(described) == bound | asked_by_the_button()
    assert all(len(entry["description"]) > 20 for entry in described.values())
    assert package["scripts"]["deploy"] == "dev/deploy"
    assert "https://deploy.workers.cloudflare.com/?url=" in (ROOT / "README.md").read_text()


def test_the_readme_names_each_permission_of_the_token() -> None:
    text = " ".join((ROOT / "README.md").read_text().split())
    assert [permission.name for permission in PERMISSIONS if permission.name not in text] == []
    assert "payment method" in text
