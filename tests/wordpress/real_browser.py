"""The plugin's pages in a real WordPress and a real browser: `make wordpress-test`. Not part of `make test`.

Shows what a visitor sees: columns as chosen on the default theme, choices that work as they are made and without JavaScript,
photos that open large.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser.conftest import FLAGS
from runtime.setup import find_browser
from wordpress.conftest import Answer, ScriptedWorker
from wordpress.real_site import RealSite, database, fresh, pretty, site, worker
from wordpress.test_plugin import LIST, car

__all__ = ["database", "fresh", "pretty", "site", "worker"]

PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200"><rect width="1600" height="1200" fill="#3a6ea5"/></svg>'
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page, in which no script may fail."""
    errors: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def lot(worker: ScriptedWorker, fresh: None) -> list[str]:
    """Sixty cars with photos; answers the makes by turn."""
    worker.answers["/photo.svg"] = Answer(PICTURE, headers={"Content-Type": "image/svg+xml"})
    photos = [f"{worker.url}/photo.svg?{number}" for number in (1, 2, 3)]
    makes = ["Ford", "Kia", "Honda"]
    models = {"Ford": "Escape", "Kia": "Soul", "Honda": "Civic"}
    worker.answers[LIST] = Answer(
        [
            car(f"v{n}", stockNumber=f"N{n}", make=makes[n % 3], model=models[makes[n % 3]], photos=photos, price=9000 + n * 500)
            for n in range(60)
        ]
    )
    return makes


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 6])
def test_columns_are_columns_on_the_default_theme(site: RealSite, page: Page, pretty: str, lot: list[str], columns: int) -> None:
    content = f'[carlot_inventory columns="{columns}"]'
    site.php(f"wp_update_post( array( 'ID' => {site.pages['shortcode']}, 'post_content' => '{content}' ) );")
    page.goto(pretty)
    assert seen_columns(page) == columns
    page.set_viewport_size({"width": 390, "height": 800})
    assert seen_columns(page) == min(columns, 2)
    wide = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert wide, "the page can be moved sideways"


def seen_columns(page: Page) -> int:
    """How many cards begin at different places from the left."""
    return int(
        page.evaluate(
            "new Set([...document.querySelectorAll('.carlot-card')]"
            ".map(card => Math.round(card.getBoundingClientRect().left))).size"
        )
    )


def test_the_list_follows_the_visitors_choices(page: Page, pretty: str, lot: list[str]) -> None:
    page.goto(pretty)
    expect(page.locator(".carlot-count")).to_have_text("1 to 24 of 60 vehicles")
    page.evaluate("window.same = true")
    page.get_by_label("Make").select_option("Kia")
    expect(page.locator(".carlot-count")).to_have_text("20 vehicles")
    assert page.get_by_label("Model").locator("option").all_inner_texts() == ["All", "Soul"]
    page.get_by_label("Price up to").fill("20000")
    expect(page.locator(".carlot-count")).to_have_text("8 vehicles")
    page.get_by_label("Sort by").select_option("-price")
    expect(page.locator(".carlot-price strong").first).to_have_text("$20,000")
    assert page.evaluate("window.same") is True
    assert re.search(r"\?carlot_make=Kia&carlot_priceMax=20000&carlot_sort=-price$", page.url)
    # The address is the choice: it can be sent to someone, or loaded again.
    page.reload()
    expect(page.locator(".carlot-count")).to_have_text("8 vehicles")
    expect(page.get_by_label("Make")).to_have_value("Kia")
    page.get_by_label("Search", exact=True).fill("nothing like it")
    expect(page.get_by_text("No vehicles match right now.")).to_be_visible()
    page.get_by_role("link", name="See all 60 vehicles").click()
    expect(page.locator(".carlot-count")).to_have_text("1 to 24 of 60 vehicles")


def test_the_form_works_without_javascript(browser: Browser, pretty: str, lot: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pretty)
    page.get_by_label("Make").select_option("Kia")
    page.get_by_text("More filters").click()
    page.get_by_label("Price from").fill("30000")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".carlot-count")).to_have_text("6 vehicles")
    page.locator(".carlot-card a").first.click()
    page.locator(".carlot-photos a").nth(1).click()
    assert page.url.endswith("/photo.svg?2")
    context.close()


def test_photos_open_large_with_keys(page: Page, pretty: str, lot: list[str]) -> None:
    page.goto(f"{pretty}2019-ford-escape-n0/")
    first = page.locator(".carlot-photos a").first
    first.click()
    dialog = page.get_by_role("dialog")
    shown = dialog.locator("img")
    expect(shown).to_have_attribute("src", re.compile(r"photo\.svg\?1$"))
    box = shown.bounding_box()
    assert box
    assert box["width"] > 1000
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("src", re.compile(r"photo\.svg\?2$"))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_attribute("src", re.compile(r"photo\.svg\?3$"))
    expect(dialog).to_contain_text("2019 Ford Escape, photo 3 of 3")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".carlot-photos a").nth(2)).to_be_focused()


def test_photos_follow_a_swipe(browser: Browser, pretty: str, lot: list[str]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{pretty}2019-ford-escape-n0/")
    page.locator(".carlot-photos a").first.tap()
    shown = page.get_by_role("dialog").locator("img")
    expect(shown).to_have_attribute("src", re.compile(r"photo\.svg\?1$"))
    touch = context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 300, "y": 400}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": 100, "y": 400}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(shown).to_have_attribute("src", re.compile(r"photo\.svg\?2$"))
    context.close()


def test_the_block_has_its_controls_in_the_editor(site: RealSite, page: Page, lot: list[str]) -> None:
    page.goto(f"{site.url}/wp-login.php")
    page.fill("#user_login", "dealer")
    page.fill("#user_pass", "a password for tests")
    page.click("#wp-submit")
    page.goto(f"{site.url}/wp-admin/post.php?post={site.pages['block']}&action=edit")
    page.evaluate("wp.data.dispatch('core/preferences').set('core/edit-post', 'welcomeGuide', false)")
    page.evaluate(
        "() => { const editor = wp.data.select('core/block-editor');"
        " wp.data.dispatch('core/block-editor').selectBlock(editor.getBlocks()[0].clientId);"
        " wp.data.dispatch('core/edit-post').openGeneralSidebar('edit-post/block'); }"
    )
    # The preview, in the framed canvas of newer editors.
    canvas = page.locator('iframe[name="editor-canvas"]')
    preview = page.frame_locator('iframe[name="editor-canvas"]') if canvas.count() else page
    expect(preview.locator(".carlot-card").first).to_be_visible()
    page.get_by_label("Body", exact=True).fill("Truck")
    page.get_by_label("Price up to").fill("30000")
    attributes = page.evaluate("wp.data.select('core/block-editor').getBlocks()[0].attributes")
    assert (attributes["bodyStyle"], attributes["priceMax"]) == ("Truck", "30000")
    kinds = page.evaluate(
        "wp.blocks.getBlockTypes().filter(kind => kind.name === 'carlot/inventory').map(kind => kind.apiVersion)"
    )
    assert kinds == [3]
