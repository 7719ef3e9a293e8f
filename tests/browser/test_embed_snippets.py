"""The JavaScript that the guide prints, on the dealer's own website; and what comes from npm into the pages."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.installation import Installation
from browser.lot_page import Car
from browser.naughty import MARKUP, STRINGS
from browser.snippets import on, snippet
from runtime import vendor

Publish = Callable[[str], str]


@pytest.fixture
def printed(demo_lot: Installation) -> str:
    """The guide's JavaScript."""
    return on(demo_lot.url, snippet("JavaScript", "html"))


def test_the_javascript_works_as_printed(
    page: Page, demo_lot: Installation, cars: list[Car], dealer_site: Publish, printed: str
) -> None:
    page.goto(dealer_site(printed))
    cheapest = sorted((car for car in cars if car["price"] is not None), key=lambda car: car["price"])[:12]
    items = page.locator("#inventory li")
    expect(items).to_have_count(12)
    expect(items.first).to_have_text(
        f"{cheapest[0]['year']} {cheapest[0]['make']} {cheapest[0]['model']} ${cheapest[0]['price']:,.2f}"
    )
    items.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(cheapest[0]["model"])


def test_hostile_text_stays_text_in_it(page: Page, dealer_site: Publish, printed: str) -> None:
    texts = [MARKUP, *STRINGS]
    vehicles = [{"year": 2020, "make": text, "model": text, "price": None, "url": "https://lot.example/"} for text in texts]
    page.route(
        "**/api/public/inventory*", lambda route: route.fulfill(json=vehicles, headers={"access-control-allow-origin": "*"})
    )
    page.goto(dealer_site(printed))
    expect(page.locator("#inventory li")).to_have_count(len(texts))
    expect(page.locator("#inventory a").first).to_have_text(f"2020 {MARKUP} {MARKUP}")
    assert page.locator("#inventory :not(li, a, strong)").count() == 0
    assert page.evaluate("() => window.pwned") is None


@pytest.mark.parametrize("status", [503, 400])
def test_when_the_worker_is_away_it_says_so(
    page: Page, dealer_site: Publish, printed: str, complaints: list[str], status: int
) -> None:
    page.route("**/api/public/inventory*", lambda route: route.fulfill(status=status, json={"code": "unavailable"}))
    page.goto(dealer_site(printed))
    expect(page.get_by_text("Our inventory cannot be shown right now. Please call us.")).to_be_visible()
    complaints.clear()


def test_what_the_pages_use_from_npm_is_what_was_asked_for() -> None:
    assert vendor.check() == []
    for package in vendor.PACKAGES:
        assert re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", package.version)
        assert package.integrity.startswith("sha512-")
        for path in package.files.values():
            assert list((vendor.VENDOR / path).parent.glob("LICENSE*")), f"{path} comes without its licence"


def test_a_changed_missing_or_strange_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(vendor.VENDOR, tmp_path / "vendor")
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    folder = tmp_path / "vendor" / "preact"
    (folder / "preact.js").write_text("alert(1)")
    (folder / "LICENSE").unlink()
    (folder / "extra.js").write_text("")
    assert [fault.split(" ")[0] for fault in vendor.check()] == [
        "preact/preact.js",
        "preact/LICENSE",
        "preact/extra.js",
    ]
    manifest = json.loads((tmp_path / "vendor" / "manifest.json").read_text())
    manifest["preact/preact.js"]["sha256"] = hashlib.sha256(b"alert(1)").hexdigest()
    (tmp_path / "vendor" / "manifest.json").write_text(json.dumps(manifest))
    assert "preact/preact.js" not in str(vendor.check())
