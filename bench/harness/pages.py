"""The pages in a browser: what the lot's page transfers and how soon it shows its cars, how the desk scrolls and is searched."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from harness import servers
from harness.imports import time_import
from harness.report import Line, Outcome, Target
from harness.servers import BenchError, Server

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing but this machine is asked, so that no photo of a made-up car is waited for.
FLAGS = ["--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
WINDOW_SETTLES_MS = 1_500
SLOW_DOWN = 4
PHONE_LOT = 1_000
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
# 4G as it often is: 150 ms there and back, 1.6 megabits a second down. Source: Lighthouse, "slow 4G".
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
FIRST_PAINT_S = 1.5
LARGEST_PAINT_S = 2.0
MOST_KB = 60
MOST_S = 1.0
BUSY_MS = 50.0
"""How long a screen of scrolling or a keystroke may keep the page's thread busy. Source: W3C, Long Tasks API."""

# Notes when so many cars have been drawn, in ms since the page was asked for.
WHEN_SHOWN = """count => {
  const look = () => {
    if (document.querySelectorAll('#grid a[data-vehicle]').length < count) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.shownAt = performance.now(); }));
  };
  const watch = new MutationObserver(look);
  watch.observe(document, { childList: true, subtree: true });
}"""
# Notes the last largest paint, in ms since the page was asked for; the first paint is in the browser's own list.
LARGEST = """new PerformanceObserver(list => { window.largestAt = list.getEntries().at(-1).startTime; })
  .observe({ type: 'largest-contentful-paint', buffered: true });"""
# Both answer the times, in ms, from each act until the next frame is drawn.
SCROLL = """async () => {
  const times = [];
  const end = document.documentElement.scrollHeight;
  for (let step = 0; step <= 200; step += 1) {
    const begun = performance.now();
    window.scrollTo(0, (end * step) / 200);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    if (!document.elementFromPoint(600, 500)?.closest('.lot-row') && step < 199) throw new Error(`nothing is drawn at ${step}`);
    times.push(performance.now() - begun);
  }
  return times;
}"""
SEARCH = """async (text) => {
  const times = [];
  const input = document.querySelector('#find');
  const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  for (let end = 1; end <= text.length; end += 1) {
    const begun = performance.now();
    write.call(input, text.slice(0, end));
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - begun);
  }
  return times;
}"""


def measure_pages(lot_size: int, desk_size: int, repetitions: int) -> Outcome:
    """The lot's page with `lot_size` cars, on a processor slowed down; the desk with `desk_size`. CarLot alone."""
    with _chromium() as browser:
        phone = measure_phone(browser, repetitions)
        with servers.simulators(lot_size) as url, servers.carlot(url) as server:
            time_import(server, lot_size)
            visits = [_visit(browser, server, lot_size) for _ in range(repetitions + 1)]
        with servers.simulators(desk_size) as url, servers.carlot(url) as server:
            time_import(server, desk_size)
            desk = _work_at_desk(browser, server, desk_size, repetitions)
    # The first one warms the Worker up.
    shown_s = median(visit["shown_ms"] for visit in visits[1:]) / 1000
    busy_s = median(visit["busy_ms"] for visit in visits[1:]) / 1000
    transferred_kb = max(visit["bytes_before_photos"] for visit in visits) / 1000
    busy = {act: median(busy for busy, _ in found) for act, found in desk.items()}
    slow = {act: _usual([times for _, times in found]) for act, found in desk.items()}
    print(f"  pages: {transferred_kb:.1f} KB, {shown_s:.2f} s; desk busy {busy}", flush=True)
    lines = [
        Line("lot's page, KB before photos", f"{transferred_kb:.1f}", "", transferred_kb, Target("<", MOST_KB)),
        Line(f"  s until {lot_size} cars, CPU {SLOW_DOWN}x slower", f"{shown_s:.2f}", "", shown_s, Target("<", MOST_S)),
        Line("  of which its own thread is busy, s", f"{busy_s:.2f}", "", busy_s),
        *_phone_lines(phone),
        Line(f"desk of {desk_size:,}: a screen, ms busy", f"{busy['scroll']:.1f}", "", busy["scroll"], Target("<", BUSY_MS)),
        Line("  until it is drawn, 95 of 100, ms", f"{slow['scroll']:.0f}", "", slow["scroll"]),
        Line("  a keystroke of a search, ms busy", f"{busy['search']:.1f}", "", busy["search"], Target("<", BUSY_MS)),
        Line("  until it is drawn, 95 of 100, ms", f"{slow['search']:.0f}", "", slow["search"]),
    ]
    return Outcome("pages", lines, {"visits": visits, "phone_ms": phone, "desk_ms": desk})


def measure_phone(browser: Browser, repetitions: int) -> dict[str, list[tuple[float, float]]]:
    """First and largest paint, in ms, of the list and of one car of a large lot, on a slow phone that was never there before."""
    found: dict[str, list[tuple[float, float]]] = {"list": [], "car": []}
    with servers.simulators(PHONE_LOT) as url, servers.carlot(url) as server:
        time_import(server, PHONE_LOT)
        car = server.query("SELECT id FROM vehicles WHERE publish_to_website = 1 AND status = 'available' LIMIT 1")[0][0]
        for _ in range(repetitions + 1):
            found["list"].append(_paints(browser, server, ""))
            found["car"].append(_paints(browser, server, f"?vehicle={car}"))
    return found


def _paints(browser: Browser, server: Server, query: str) -> tuple[float, float]:
    context = browser.new_context(**PHONE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    page.add_init_script(LARGEST)
    page.wait_for_timeout(WINDOW_SETTLES_MS)
    page.goto(f"{server.url}/inventory.html{query}", wait_until="networkidle", timeout=60_000)
    first = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    largest = page.evaluate("() => window.largestAt")
    context.close()
    return first, largest


def _phone_lines(phone: dict[str, list[tuple[float, float]]]) -> list[Line]:
    """The median of each, without the first visit, which warms the Worker up."""
    lines = []
    for place, paints in phone.items():
        first, largest = (median(times) / 1000 for times in zip(*paints[1:], strict=True))
        name = f"slow phone, {place} of {PHONE_LOT:,} cars"
        lines.append(Line(f"{name}: first paint, s", f"{first:.2f}", "", first, Target("<", FIRST_PAINT_S)))
        lines.append(Line("  largest paint, s", f"{largest:.2f}", "", largest, Target("<", LARGEST_PAINT_S)))
    return lines


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        raise BenchError("the pages need Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _visit(browser: Browser, server: Server, size: int) -> dict[str, Any]:
    """One visitor who has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    transfer = _Transfer(session)
    page.add_init_script(f"({WHEN_SHOWN})({size})")
    # A new window of Chromium builds up its own address bar and menus first, on the same processor.
    page.wait_for_timeout(WINDOW_SETTLES_MS)
    page.goto(f"{server.url}/inventory.html")
    page.wait_for_function("() => window.shownAt", timeout=60_000)
    shown_ms, busy_ms = page.evaluate("() => window.shownAt"), _busy_ms(session)
    context.close()
    return {
        "shown_ms": shown_ms,
        "busy_ms": busy_ms,
        "bytes_before_photos": transfer.before_photos,
        "requests": transfer.requests,
    }


class _Transfer:
    """What came over the network, compressed, until the page asked for its first photo. Headers are left out: over HTTP/2, which
    visitors have, they are next to nothing.
    """

    def __init__(self, session: CDPSession) -> None:
        self.before_photos = 0
        self.requests = 0
        self._heads: dict[str, float] = {}
        self._photos = False
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._began)
        session.on("Network.loadingFinished", self._came)
        session.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        if event.get("type") == "Image" and "favicon" not in event["request"]["url"]:
            self._photos = True
        # What was asked for before the first photo counts whole, whenever it came.
        if not self._photos:
            self._heads[event["requestId"]] = 0.0

    def _began(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._heads:
            self._heads[event["requestId"]] = event["response"]["encodedDataLength"]

    def _came(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._heads:
            self.before_photos += round(event["encodedDataLength"] - self._heads[event["requestId"]])
            self.requests += 1


def _usual(found: list[list[float]]) -> float:
    """What 95 of 100 times do not exceed."""
    return quantiles([each for times in found for each in times], n=20)[-1]


def _work_at_desk(browser: Browser, server: Server, size: int, repetitions: int) -> dict[str, list[tuple[float, list[float]]]]:
    """Scroll through the whole lot, and search it: each time how long an act kept the thread busy, and until each was drawn."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    # Time of the page's own thread: what else this machine does is left out.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    found: dict[str, list[tuple[float, list[float]]]] = {"scroll": [], "search": []}
    for _ in range(repetitions):
        _open_desk(page, server, size)
        for act, script in (("scroll", SCROLL), ("search", SEARCH)):
            before = _busy_ms(session)
            times: list[float] = page.evaluate(script, "2019 toyota corolla")
            found[act].append(((_busy_ms(session) - before) / len(times), times))
    context.close()
    return found


def _busy_ms(session: CDPSession) -> float:
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"]) * 1000


def _open_desk(page: Page, server: Server, size: int) -> None:
    page.goto("about:blank")
    page.goto(f"{server.url}/#/inventory")
    page.get_by_role("button", name=f"On the lot {size:,}").wait_for(timeout=60_000)
    rows = page.locator(".lot-row").count()
    if not 0 < rows < size / 10:
        raise BenchError(f"the desk draws {rows} rows at once")
