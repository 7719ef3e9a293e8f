"""The WordPress plugin in real PHP: the list, one vehicle, what it keeps, what it says when the Worker is away, hostile text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from browser.naughty import MARKUP, STRINGS
from browser.snippets import on, snippet
from wordpress.conftest import PLUGIN, Answer, Site

LIST = "/api/public/inventory"
DEALER = "/api/public/dealer"
CAR = "/api/public/vehicle/"
AWAY = "Our inventory cannot be shown right now."
EDITORS = "Only editors see this"
TEXTS = (
    *("vin", "stockNumber", "make", "model", "trim", "bodyStyle", "exteriorColor", "interiorColor"),
    *("transmission", "fuelType", "drivetrain", "engine", "description", "location"),
)


def car(identity: str = "v1", **changed: Any) -> dict[str, Any]:
    """A vehicle as the public API has it."""
    vehicle = {
        "id": identity,
        **dict.fromkeys(TEXTS),
        "year": 2019,
        "make": "Honda",
        "model": "Accord",
        "trim": "Sport",
        "mileage": 63910,
        "price": 19950.00,
        "photos": ["https://photos.example/1.jpg", "https://photos.example/2.jpg"],
        "url": f"https://lot.example/inventory.html?vehicle={identity}",
    }
    return {**vehicle, **changed}


class Elements(HTMLParser):
    """Every element of a text with its attributes, and all the text that can be seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def safe(html: str) -> Elements:
    """The elements of what was written, none of which can do anything; and no shortcode is left in it."""
    found = Elements(html)
    allowed = {"div", "ul", "li", "h2", "h3", "p", "a", "strong", "span", "img", "article", "dl", "dt", "dd", "nav"}
    allowed |= {"form", "label", "input", "select", "optgroup", "option", "details", "summary", "button"}
    assert {tag for tag, _ in found.tags} <= allowed
    for _, attributes in found.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("href", "src"):
            assert re.match(r"^(https?://|tel:|mailto:)", attributes.get(name) or "https://")
    assert "[" not in html
    return found


def test_the_list_shows_what_it_is_what_it_costs_and_how_far_it_went(site: Site) -> None:
    site.worker.answers[LIST] = Answer(
        [car(), car("v2", price=None, mileage=None, photos=[], trim=None), car("v3", price=19950.5)]
    )
    found = safe(site.view())
    assert "2019 Honda Accord" in found.text
    assert "Sport" in found.text
    assert "$19,950" in found.text
    assert "$19,950.50" in found.text
    assert "63,910 mi" in found.text
    assert "Call for price" in found.text
    assert "Photos coming soon" in found.text
    links = [attributes["href"] for tag, attributes in found.tags if tag == "a"]
    assert links == [f"https://site.example/cars/2019-honda-accord-{identity}/" for identity in ("v1", "v2", "v3")]
    images = [attributes for tag, attributes in found.tags if tag == "img"]
    assert [image["src"] for image in images] == ["https://photos.example/1.jpg"] * 2
    assert all(image["alt"] == "" and image["loading"] == "lazy" and image["width"] for image in images)


def test_the_block_is_the_same_list(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car()])
    inner = site.view({"columns": 2})
    assert site.run(block={"columns": 2})["html"] == f'<div class="wp-block-carlot-inventory">{inner}</div>'


@pytest.mark.parametrize(("columns", "seen"), [("1", 1), ("6", 6), ("0", 1), ("99", 6), ("", 3), ('3" onclick="x', 3)])
def test_columns_are_one_to_six(site: Site, columns: str, seen: int) -> None:
    site.worker.answers[LIST] = Answer([car()])
    assert ("ul", {"class": f"carlot-list carlot-columns-{seen}"}) in safe(site.view({"columns": columns})).tags


def test_one_vehicle_in_full(site: Site) -> None:
    described = car(description="One owner.\r\n\r\nNew brakes.", vin="1HGCV1F3XKA000001", engine="1.5L I4", stockNumber="A7")
    site.worker.answers[LIST] = Answer([described])
    site.worker.answers[DEALER] = Answer(
        {"name": "Maple Street Motors", "phone": "(555) 010-0142", "email": "cars@maple.example", "address": None}
    )
    page = site.run(shortcode="", car="2019-honda-accord-a7")
    found = safe(page["html"])
    for words in ("2019 Honda Accord Sport", "$19,950", "63,910 mi", "One owner.", "New brakes.", "1HGCV1F3XKA000001", "1.5L I4"):
        assert words in found.text
    links = [attributes["href"] for tag, attributes in found.tags if tag == "a"]
    assert links == [
        "https://site.example/cars/",
        # Without JavaScript, each photo is a link to its file.
        "https://photos.example/1.jpg",
        "https://photos.example/2.jpg",
        "tel:5550100142",
        "mailto:cars@maple.example?subject=2019%20Honda%20Accord%20%28A7%29",
    ]
    images = [attributes for tag, attributes in found.tags if tag == "img"]
    assert [image["alt"] for image in images] == ["2019 Honda Accord, photo 1 of 2", "2019 Honda Accord, photo 2 of 2"]
    assert page["title"] == "2019 Honda Accord Sport, $19,950"
    assert page["canonical"] == "https://site.example/cars/2019-honda-accord-a7/"
    assert page["status"] == 200


def test_search_engines_read_a_car_and_an_offer(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car(description="</script><script>alert(1)</script>", vin="X")])
    head = site.run(shortcode="", car="2019-honda-accord-v1")["head"]
    found = re.search(r'<script type="application/ld\+json">([^<>]*)</script>\n$', head)
    assert found
    structured = json.loads(found[1])
    assert (structured["@type"], structured["name"]) == ("Car", "2019 Honda Accord Sport")
    assert structured["description"] == "</script><script>alert(1)</script>"
    assert structured["offers"]["price"] == 19950
    assert structured["offers"]["priceCurrency"] == "USD"
    assert structured["url"] == "https://site.example/cars/2019-honda-accord-v1/"


@pytest.mark.parametrize("identity", ["../admin", "a b", "", "x" * 65, "<script>", ["v1"], "v1/../../vehicles"])
def test_an_id_that_is_none_is_never_asked_for(site: Site, identity: Any) -> None:
    site.worker.answers[LIST] = Answer([car()])
    page = site.run(shortcode="", get={"carlot_vehicle": identity})
    assert [urlsplit(path).path for path, _ in site.worker.heard] == [LIST]
    assert page["status"] == 200


def test_a_copy_serves_for_five_minutes_and_then_is_renewed_after_the_answer(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car()], headers={"ETag": '"1-a"'})
    first = site.view()
    site.now += 299
    assert site.view() == first
    assert len(site.worker.heard) == 1
    site.now += 2
    assert site.view() == first
    assert [etag for _, etag in site.worker.heard] == [None, '"1-a"']
    site.worker.answers[LIST] = Answer([car(price=1)], headers={"ETag": '"2-a"'})
    site.now += 301
    # This visitor does not wait for the Worker; the next one sees what it said.
    assert site.view() == first
    assert "$1<" in site.view()


def test_without_wordpress_clock_a_copy_is_renewed_at_the_end_of_the_answer(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car()])
    site.view()
    site.worker.answers[LIST] = Answer([car(price=1)])
    site.now += 301
    site.view(cron=False)
    assert len(site.worker.heard) == 1
    # One question for all who look within a minute.
    site.view()
    assert len(site.worker.heard) == 1
    site.now += 61
    site.view()
    assert "$1<" in site.view()


@pytest.mark.parametrize(
    "failure",
    [
        Answer({"code": "unavailable"}, 503),
        Answer(b"<h1>Bad gateway</h1>", 502),
        Answer(b"<h1>Welcome</h1>"),
        Answer({"vehicles": []}),
        Answer(b"[" * 5000),
        Answer(b""),
        Answer("text"),
        # A wrong address, a parked domain, a Worker under another name, and the Worker itself without this route.
        Answer(b"<h1>Not found</h1>", 404),
        Answer({"code": "not-found"}, 404),
        Answer({"code": "not-found"}, 410),
    ],
    ids=["503", "502", "a web page", "not a list", "a bomb", "nothing", "a text", "foreign 404", "404", "410"],
)
def test_while_the_worker_is_away_the_last_good_copy_stays(site: Site, failure: Answer) -> None:
    site.worker.answers[LIST] = Answer([car()])
    good = site.view()
    site.worker.answers[LIST] = failure
    site.now += 3600
    assert site.view() == good
    note = safe(site.view(can_edit=True)).text
    assert EDITORS in note
    assert "3600 seconds ago" in note
    # A minute goes by before it is asked again; then it is well.
    assert len(site.worker.heard) == 2
    assert site.view() == good
    site.worker.answers[LIST] = Answer([car(price=2)])
    site.now += 61
    site.view()
    assert "$2<" in site.view()
    assert EDITORS not in site.view(can_edit=True)


def test_a_copy_is_kept_for_a_week_and_no_longer(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car()])
    site.view()
    site.worker.answers[LIST] = Answer({}, 503)
    site.now += 7 * 86400 - 1
    assert "Honda" in site.view()
    site.now += 62
    assert AWAY in site.view()


def test_without_a_copy_visitors_are_told_to_call_and_editors_why(site: Site) -> None:
    site.worker.close()
    visitor = safe(site.view()).text
    assert visitor.startswith(AWAY)
    assert EDITORS not in visitor
    editor = safe(site.view(can_edit=True)).text
    assert EDITORS in editor
    assert "Connection refused" in editor


def test_a_vehicle_opens_from_the_copy_of_the_list_while_the_worker_is_away(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car()])
    site.view()
    site.worker.close()
    site.now += 3600
    page = site.run(shortcode="", car="2019-honda-accord-v1")
    assert "2019 Honda Accord" in safe(page["html"]).text
    assert page["status"] == 200
    # After that view the plugin knows that the Worker is away. Whether it has this one cannot be told, so search engines keep it.
    unknown = site.run(shortcode="", car="2019-honda-accord-v2")
    assert AWAY in safe(unknown["html"]).text
    assert unknown["status"] == 503


def test_without_any_copy_the_page_of_a_vehicle_is_a_503(site: Site) -> None:
    site.worker.answers[LIST] = Answer(b"parked", 404)
    page = site.run(shortcode="", car="2019-honda-accord-v1")
    assert (page["status"], AWAY in page["html"]) == (503, True)


def test_a_vehicle_that_left_is_gone_by_the_workers_own_word_only(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car(), car("v2")])
    site.view()
    site.worker.answers[LIST] = Answer([car()])
    site.worker.answers[CAR + "v2"] = Answer(b"<h1>parked</h1>", 404)
    site.now += 301
    site.view()
    page = site.run(shortcode="", car="2019-honda-accord-v2")
    assert page["status"] == 503
    site.worker.answers[CAR + "v2"] = Answer({"code": "not-found"}, 404)
    site.now += 61
    page = site.run(shortcode="", car="2019-honda-accord-v2")
    assert page["status"] == 404
    found = safe(page["html"])
    assert "no longer available" in found.text
    assert (page["head"], page["title"]) == ("", "Cars")
    # One like it is offered.
    assert ("a", {"href": "https://site.example/cars/2019-honda-accord-v1/"}) in found.tags


def test_a_vehicle_that_came_since_the_copy_is_asked_for(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car()])
    site.view()
    site.worker.answers[CAR + "v9"] = Answer(car("v9", stockNumber="B 9"))
    page = site.run(shortcode="", get={"carlot_vehicle": "v9"})
    assert page["redirect"] == [301, "https://site.example/cars/2019-honda-accord-b-9/"]


def test_an_empty_lot_is_friendly(site: Site) -> None:
    site.worker.answers[LIST] = Answer([])
    assert "No vehicles right now" in safe(site.view()).text


def test_hostile_text_stays_text_everywhere(site: Site) -> None:
    texts = [MARKUP, "[gallery ids=1]", "[/carlot_inventory][carlot_inventory]", "javascript:alert(1)", *STRINGS]
    vehicles = [car(f"v{n}", **dict.fromkeys(TEXTS, text), photos=[text], url=text) for n, text in enumerate(texts)]
    site.worker.answers[LIST] = Answer(vehicles)
    pages = [safe(site.view({"limit": "200", "search": "yes"}, get={"carlot_page": str(number)})) for number in (1, 2, 3)]
    assert sum(page.text.count("$19,950") for page in pages) == len(texts)
    assert MARKUP in pages[0].text
    for vehicle in vehicles[::25]:
        address = {"get": {"carlot_vehicle": vehicle["id"]}, "uri": f"/?page_id=7&carlot_vehicle={vehicle['id']}"}
        page = site.run(shortcode="", options={"permalink_structure": ""}, **address)
        assert vehicle["make"].strip() in safe(page["html"]).text
        assert {tag for tag, _ in Elements(page["head"]).tags} == {"script", "meta"}
        assert page["head"].count("<script") == 1


@pytest.mark.parametrize(
    "record",
    [
        None,
        7,
        "text",
        {},
        {"id": 7},
        {"id": "a/b"},
        {"id": "x", "photos": "no", "price": "1", "year": [], "make": {}, "mileage": True, "description": None},
    ],
)
def test_a_record_that_makes_no_sense_harms_only_itself(site: Site, record: Any) -> None:
    site.worker.answers[LIST] = Answer([record, car()])
    assert "2019 Honda Accord" in safe(site.view()).text


def test_a_foreign_address_shows_that_lot_but_nothing_of_the_own_network(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car()])
    other = safe(site.view({"url": site.worker.url}, option={"url": "https://lot.example"}, can_edit=True))
    assert "A valid URL was not provided." in other.text
    assert site.worker.heard == []


def test_without_an_address_only_editors_are_told(site: Site) -> None:
    assert site.view(option={}) == ""
    assert "Set the address of CarLot Manager" in site.view(option={}, can_edit=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" https://lot.example/ ", "https://lot.example"),
        ("https://lot.example:8443/inventory.html?accent=fff#lot", "https://lot.example:8443"),
        ("lot.example/inventory.html", "https://lot.example"),
        ("http://localhost:1/api/public/inventory", "http://localhost:1"),
        ("", ""),
    ],
)
def test_any_page_of_the_worker_will_do_as_its_address(site: Site, typed: str, kept: str) -> None:
    result = site.run(typed={"url": typed})
    assert result["settings"] == ({"url": kept} if kept else [])
    # None of these answers, which is told.
    assert len(result["errors"]) == (1 if kept else 0)


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "lot", "ftp://lot.example", "file:///etc/passwd", "https://", "//lot.example"]
)
def test_what_is_no_web_address_is_refused_and_the_old_one_stays(site: Site, typed: str) -> None:
    result = site.run(typed={"url": typed})
    assert result["settings"] == {"url": site.worker.url}
    assert len(result["errors"]) == 1


def test_the_guides_php_works_as_printed(site: Site) -> None:
    code = on(site.worker.url, snippet("PHP", "php"))
    site.worker.answers[LIST] = Answer([car(), car("v2", price=None)])
    result = site.run(code=code, shortcode="")
    assert result["shortcodes"] == ["dealer_inventory"]
    assert Elements(result["html"]).text == "2019 Honda Accord $19,9502019 Honda Accord Call for price"
    assert parse_qs(urlsplit(site.worker.heard[0][0]).query) == {"sort": ["price"], "limit": ["12"]}
    site.worker.answers[LIST] = Answer(
        [car(make=text, model=text, url=text) for text in (MARKUP, "javascript:alert(1)", *STRINGS)]
    )
    hostile = Elements(site.run(code=code, shortcode="")["html"])
    assert {tag for tag, _ in hostile.tags} == {"ul", "li", "a", "strong"}
    assert all(set(attributes) <= {"href", "class"} for _, attributes in hostile.tags)
    assert all(re.match(r"^(https?:.*)?$", attributes.get("href") or "") for _, attributes in hostile.tags)
    site.worker.answers[LIST] = Answer({}, 503)
    assert AWAY in site.run(code=code, shortcode="")["html"]
    site.worker.close()
    assert AWAY in site.run(code=code, shortcode="")["html"]


def test_nothing_runs_when_a_file_is_asked_for_by_its_address(php: str) -> None:
    import subprocess

    for file in PLUGIN.rglob("*.php"):
        done = subprocess.run([php, str(file)], capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), file


def test_everything_written_is_escaped_where_it_is_written() -> None:
    """A second look at what review of plugins asks for: no echo of anything that is not escaped on the same line."""
    for file in PLUGIN.rglob("*.php"):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if re.match(r"\s*echo ", line) and "$" in line:
                before = file.read_text().splitlines()[number - 2]
                assert "esc_" in line or "phpcs:ignore WordPress.Security.EscapeOutput" in before, f"{file.name}:{number}"
