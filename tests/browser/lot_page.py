"""The lot's page, as the tests of it go about it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from browser.installation import Installation

Car = dict[str, Any]


def opened(page: Page, lot: Installation, query: str = "") -> Page:
    """The lot's page, with the whole lot in it."""
    page.goto(f"{lot.url}/inventory.html{query}")
    expect(page.locator("#grid")).to_have_attribute("aria-busy", "false")
    return page


def shown(page: Page) -> list[str]:
    """The ids of the vehicles in the list, in order."""
    ids: list[str] = page.locator("#grid a[data-vehicle]").evaluate_all("links => links.map(link => link.dataset.vehicle)")
    return ids


def settled(page: Page, ids: list[str]) -> None:
    """Wait for exactly these vehicles, in this order."""
    expect(page.locator("#grid a[data-vehicle]")).to_have_count(len(ids))
    assert shown(page) == ids
