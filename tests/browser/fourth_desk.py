"""The desk in front of a program with a fourth listing site. Run as a program: it changes the registry.

Chromium gets every file of the desk from `public/` and every API response from the program itself, in this process.
"""

from __future__ import annotations

import asyncio
import mimetypes
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, Route, async_playwright, expect

# isort: split
# The import registers the site, so it stands before the import of everything that is made from the registry.
from listings.fourth_site import DriftHttp

# isort: split
from app.typed import entry
from browser.conftest import FLAGS, PATIENCE_MS
from runtime.paths import ROOT
from runtime.setup import find_browser
from support.lot import ENV, Lot, answer

ORIGIN = "https://lot.test"
PHOTO = "https://photos.test/0.jpg"
DRIFT: dict[str, str | None] = {"ADRIFT_URL": "http://drift.test/", "ADRIFT_STORE": "S/1", "ADRIFT_KEY": "k"}

expect.set_options(timeout=PATIENCE_MS)


async def show(page: Page, lot: Lot) -> list[str]:
    """Serve a lot to a page. Returns a list of the errors that the page runs into."""

    async def respond(route: Route) -> None:
        request, url = route.request, urlsplit(route.request.url)
        file = ROOT / "public" / (url.path.lstrip("/") or "index.html")
        if not request.url.startswith(f"{ORIGIN}/"):
            await route.fulfill(status=404)
        elif url.path.startswith("/api/"):
            target = f"{url.path}?{url.query}"
            response = await lot.call(request.method, target, request.post_data_buffer, request.headers, origin=ORIGIN)
            assert isinstance(response.body, bytes)
            await route.fulfill(status=response.status, headers=dict(response.headers), body=response.body)
        elif file.is_file():
            await route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
        else:
            await route.fulfill(status=404)

    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.route("**/*", respond)
    return errors


async def the_desk_shows_it(page: Page) -> None:
    """Under Integrations with its set-up, in a car's publishing card, and among the failed syncs."""
    http: Any = DriftHttp()
    lot = Lot(http=http)
    errors = await show(page, lot)
    car = answer(await lot.call("POST", "/api/vehicles", entry(1, photos=[PHOTO], exteriorColor="Red", publishToThirdParty=True)))

    await page.goto(f"{ORIGIN}/#/vehicle/{car['id']}")
    publishing = page.get_by_role("region", name="Publishing")
    await expect(publishing).to_contain_text("CarGurus, TrueCar, Kelley Blue Book, and AutoDrift get it once it is complete.")
    row = publishing.get_by_role("listitem").filter(has_text="AutoDrift")
    await row.get_by_role("link", name="Not set up").click()
    sites = page.get_by_role("region", name="Listing sites")
    await expect(sites.get_by_role("heading", level=3)).to_have_text(["CarGurus", "TrueCar", "Kelley Blue Book", "AutoDrift"])
    card = sites.locator(".partner-site").filter(has=page.get_by_role("heading", name="AutoDrift"))
    await expect(card.get_by_text("Not set up")).to_be_visible()
    # The link led to its own steps, which are open.
    for step in ('"ADRIFT_URL": "https://…"', '"ADRIFT_STORE": "…"', "npx wrangler secret put ADRIFT_KEY", "make deploy"):
        await expect(card.get_by_text(step, exact=True)).to_be_visible()

    lot.env = {**ENV, **DRIFT}
    await page.goto(f"{ORIGIN}/#/vehicle/{car['id']}")
    await page.reload()
    await publishing.get_by_role("button", name="Publish to Listing Sites").click()
    await expect(page.locator(".toast")).to_contain_text("On its way to AutoDrift.")
    await lot.deliver()
    await page.reload()
    await expect(row).to_contain_text("Listed")

    await lot.call("PATCH", f"/api/vehicles/{car['id']}", {"price": 1})
    await lot.deliver()
    await page.goto(f"{ORIGIN}/#/failed")
    letter = page.locator(".letter")
    await expect(letter.get_by_role("heading")).to_contain_text("AutoDrift listing")
    await expect(letter).to_contain_text("Too cheap for us")
    await expect(letter).to_contain_text("AutoDrift · failed")

    await page.goto(f"{ORIGIN}/#/integrations")
    await expect(card.get_by_text("Connected")).to_be_visible()
    assert not errors, errors


async def main() -> None:
    """Open a browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        context = await browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        try:
            await the_desk_shows_it(await context.new_page())
        finally:
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
    print("the desk shows it")
