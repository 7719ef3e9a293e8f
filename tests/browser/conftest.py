"""Headless Chromium in front of a running CarLot Manager.

What a test can ask for:

- `demo_lot`   an installation with the demo lot imported and on show. To look at: no test changes it. `cars` is what it shows.
- `desk_lot`   another, on all listing sites and with a VIN decoder, for tests that change it. Each such test makes the vehicles
               that it needs itself.
- `desk`       a page at its desk, signed in: `desk()` or `desk("#/sales", width=360)`, with the options of `open_page`.
- `page`       a page of a fresh browser profile, 1280 x 800 in light colours. The test fails when a script throws, the console
               shows an error, the CSP is violated, or the page asks any host but this machine for something.
- `complaints` what was held against the page so far. A test that provokes errors says so: `complaints.expect("503")`.
- `open_page`  makes further pages: `open_page(width=360, color_scheme="dark")`, with any option of a playwright context.
- `dealer_site`  the dealer's own website, foreign to the lot: `dealer_site(html)` answers the address of a page with that body.
- `axe`        `axe(page)` fails with what axe-core finds wrong.
- `faultless`  `faultless(page)` does the same in light and in dark colours, and on a phone's width looks that nothing sticks out.

An installation is started when the first test asks for it. With pytest-xdist (`--dist loadgroup`) the files `test_desk*` run in
one process and all the others in another, so that no installation is started twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from browser.dealer_site import DealerSite
from browser.installation import Installation, running
from browser.lot_page import Car
from runtime.paths import NODE_MODULES
from runtime.setup import find_browser
from support.running import TOKEN

HERE = Path(__file__).parent
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
PATIENCE_MS = 20_000
SESSION = "__Host-carlot_session"
# What Chromium says when the system, and not the Worker, ends a connection.
LOST = re.compile(r"net::ERR_CONNECTION_(RESET|REFUSED|CLOSED)")
# Resolves when what a change of size leads to has been drawn.
FRAMES = "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(true))))"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Nothing but this machine can be looked up, and Chromium keeps its own errands to itself.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


expect.set_options(timeout=PATIENCE_MS)

# Connections that broke under the pages of the running test.
_broken: list[str] = []


class Complaints(list[str]):
    """What was held against pages, and what of it is part of the test."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: list[str] = []

    def expect(self, *words: str) -> None:
        """Complaints that contain one of these are provoked by the test."""
        self._expected += words

    def unexpected(self) -> list[str]:
        """The others."""
        return [complaint for complaint in self if not any(words in complaint for words in self._expected)]


class OpenPage(Protocol):
    """Makes a page of a fresh browser profile."""

    def __call__(self, *, width: int = 1280, height: int = 800, browser: Browser | None = None, **options: Any) -> Page: ...


class OpenDesk(Protocol):
    """Opens the desk at an address behind `/`."""

    def __call__(self, path: str = "", **options: Any) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one installation in one process. One whose page lost a connection says nothing: it runs again."""
    for item in items:
        if item.path.is_relative_to(HERE):
            group = "desk" if item.path.name.startswith("test_desk") else "lot"
            item.add_marker(pytest.mark.xdist_group(f"browser-{group}"))
            item.add_marker(pytest.mark.flaky(reruns=2, condition=lost_a_connection))


def lost_a_connection() -> bool:
    """Whether the system reset or refused a connection of the running test's pages."""
    return bool(_broken)


@pytest.fixture(scope="session")
def demo_lot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The demo lot, on show. To look at only."""
    with running(tmp_path_factory.mktemp("demo-lot")) as installation:
        assert installation.import_lot()["status"] == "completed"
        yield installation


@pytest.fixture(scope="session")
def cars(demo_lot: Installation) -> list[Car]:
    """What the API says is on show in the demo lot, newest first."""
    found: list[Car] = demo_lot.ask("GET", "/api/public/inventory").json()
    assert len(found) > 50
    return found


@pytest.fixture(scope="session")
def desk_lot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The demo lot, for tests that change it. Its desk wants a sign-in."""
    with running(tmp_path_factory.mktemp("desk-lot"), on_sites=True, with_decoder=True, AUTH_MODE="required") as installation:
        assert installation.import_lot()["status"] == "completed"
        yield installation


# Its loop runs from start to end, and no `async def` test could run in the same process meanwhile.
@pytest.fixture(scope="package")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts Chromium with further flags. `dev/setup --for-tests` sees that there is one."""
    path = find_browser()
    assert path, "these tests need Chromium: run dev/setup --for-tests"
    with sync_playwright() as playwright:
        yield lambda *flags, **options: playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags], **options)


@pytest.fixture(scope="package")
def chromium(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """One browser for all the tests here."""
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> Complaints:
    """What was held against the test's pages."""
    _broken.clear()
    return Complaints()


@pytest.fixture
def open_page(chromium: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """Makes pages; all are closed after the test, and what was held against them fails it."""
    contexts = []

    def open_one(*, width: int = 1280, height: int = 800, browser: Browser | None = None, **options: Any) -> Page:
        context = (browser or chromium).new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        listen(page, complaints)
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert complaints.unexpected() == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page as on a desk, in light colours."""
    return open_page(color_scheme="light")


@pytest.fixture(scope="session")
def session_cookie(desk_lot: Installation) -> str:
    """A session at the desk."""
    answer = httpx.post(f"{desk_lot.url}/api/session", json={"token": TOKEN})
    assert answer.status_code == 204
    return answer.cookies[SESSION]


@pytest.fixture
def desk(open_page: OpenPage, desk_lot: Installation, session_cookie: str) -> OpenDesk:
    """Opens the desk, signed in."""

    def open_desk(path: str = "", **options: Any) -> Page:
        page = open_page(**{"color_scheme": "light", "reduced_motion": "reduce", **options})
        sign_in(page, desk_lot, session_cookie)
        page.goto(f"{desk_lot.url}/{path}")
        expect(page.get_by_role("navigation", name="Desk")).to_be_visible()
        return page

    return open_desk


@pytest.fixture
def dealer_site() -> Iterator[Callable[[str], str]]:
    """Puts pages on a website whose site is not the lot's: localhost, where the lot is on 127.0.0.1."""
    site = DealerSite()
    yield site.publish
    site.close()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Fails with what axe-core finds wrong with a page as it is now."""
    source = AXE.read_text()

    def check(page: Page) -> None:
        # Colours on their way from one to another are nobody's choice.
        page.evaluate("() => document.getAnimations().forEach(each => { try { each.finish(); } catch { each.cancel(); } })")
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(source)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
        faults = [
            f"{rule['id']}: {rule['help']}\n    " + "\n    ".join(f"{node['html'][:200]} {node['any']}" for node in rule["nodes"])
            for rule in found["violations"]
        ]
        assert not faults, "\n".join(faults)

    return check


@pytest.fixture(scope="session")
def faultless(axe: Callable[[Page], None]) -> Callable[[Page], None]:
    """Fails with what is wrong with a page's state in any colours and at any width."""

    def check(page: Page) -> None:
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            axe(page)
        usual = page.viewport_size
        assert usual is not None
        page.set_viewport_size({"width": 360, "height": 740})
        page.wait_for_function(FRAMES)
        beyond = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, f"{beyond} px stick out at 360 px"
        page.set_viewport_size(usual)
        page.wait_for_function(FRAMES)

    return check


def sign_in(page: Page, lot: Installation, session_cookie: str) -> None:
    """Give a page's profile a session."""
    # Set over https, or Chromium refuses the prefix __Host-. It sends the cookie to this machine over http too.
    secure = lot.url.replace("http:", "https:")
    page.context.add_cookies([{"name": SESSION, "value": session_cookie, "url": secure, "secure": True}])


def listen(page: Page, complaints: list[str]) -> None:
    """Note what goes wrong in a page. A CSP violation is an error of the console, and so is a request that fails."""
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))

    def note(message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        text = f"{message.text} ({message.location['url']})"
        if LOST.search(text):
            _broken.append(text)
        # A page gets over a reset connection: its test shows that.
        if "ERR_CONNECTION_RESET" not in text:
            complaints.append(f"console: {text}")

    page.on("console", note)
