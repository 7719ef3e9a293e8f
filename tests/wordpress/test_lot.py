"""The plugin's lot: filters, search, pages, addresses, where on a page a list is, what editors are told, the language."""

from __future__ import annotations

import gettext
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from runtime import wordpress
from wordpress.conftest import REDUCED, Answer, Site
from wordpress.test_plugin import CAR, DEALER, EDITORS, LIST, Elements, car, safe

LOT = [
    car("v1", stockNumber="M1", make="Subaru", model="Outback", year=2018, price=18990, mileage=45200, bodyStyle="Wagon"),
    car("v2", stockNumber="M2", make="Ford", model="F-150", year=2021, price=38500, mileage=30100, bodyStyle="Truck"),
    car("v3", stockNumber="M3", make="Ford", model="Escape", year=2016, price=None, mileage=None, bodyStyle="SUV"),
    car("v4", stockNumber="M4", make="Honda", model="Civic", year=2016, price=9900.5, mileage=120000, bodyStyle="Sedan"),
]


def many(count: int) -> list[dict[str, Any]]:
    """A lot of so many cars."""
    return [car(f"v{number}", stockNumber=f"N{number}", price=10000 + number) for number in range(1, count + 1)]


def stock(html: str) -> list[str]:
    """The stock numbers of the cards, in order, from their addresses."""
    cards = re.findall(r'<h2 class="carlot-name"><a href="[^"]*?-([a-z]\d+)/">', html)
    return [number.upper() for number in cards]


def links(html: str) -> dict[str, str]:
    """The links outside of cards: address by words."""
    return {
        words: href.replace("&#038;", "&").replace("&amp;", "&")
        for href, words in re.findall(r'<a[^>]*href="([^"]+)"[^>]*>([^<]+)</a>', html)
    }


@pytest.mark.parametrize(
    ("attributes", "seen"),
    [
        ({"make": "ford"}, ["M2", "M3"]),
        ({"make": "Ford", "model": "Escape"}, ["M3"]),
        # WordPress gives a shortcode's attributes in lower case.
        ({"bodystyle": "Truck"}, ["M2"]),
        ({"pricemax": "20000"}, ["M1", "M4"]),
        ({"priceMin": "9900.5", "priceMax": "9900.5"}, ["M4"]),
        ({"yearmin": "2018"}, ["M1", "M2"]),
        ({"yearmax": "2016"}, ["M3", "M4"]),
        ({"mileagemax": "$45,200"}, ["M1", "M2"]),
        ({"q": "outback sport"}, ["M1"]),
        ({"q": "m2"}, ["M2"]),
        ({"sort": "price"}, ["M4", "M1", "M2", "M3"]),
        ({"sort": "-price"}, ["M2", "M1", "M4", "M3"]),
        ({"sort": "-year"}, ["M2", "M1", "M3", "M4"]),
        ({"sort": "mileage"}, ["M2", "M1", "M4", "M3"]),
        # Quotes as a text pasted from a document has them, with and without a space between.
        ({"make": "“Ford”"}, ["M2", "M3"]),
        ({"make": "&#8220;Ford&#8221;", "model": "”Escape″"}, ["M3"]),
        ({"q": "“Ford", "0": "Escape”"}, ["M3"]),
    ],
)
def test_attributes_filter_and_sort_as_the_public_api_does(site: Site, attributes: dict[str, Any], seen: list[str]) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    html = site.view(attributes)
    safe(html)
    assert stock(html) == seen
    # One copy of the whole lot serves every list; what a visitor or an editor chooses never reaches the Worker.
    assert [path for path, _ in site.worker.heard] == [f"{LIST}?limit=500"]


def test_a_price_that_has_fallen_says_what_it_was(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT, headers={"ETag": '"1-a"'})
    # The last three say nothing: no price now, no fall, no number.
    fallen = [("v1", 19990), ("v4", 12000.5), ("v3", 9000), ("v2", 38500), ("v2", "<b>9</b>"), (["v2"], 1), ("gone", 5)]
    site.worker.answers[REDUCED] = Answer({"vehicles": [{"id": name, "was": was} for name, was in fallen] + ["v2"]})
    page = site.view()
    safe(page)
    assert re.findall(r"Was [^<]*", page) == ["Was $19,990", "Was $12,000.50"]
    assert "Was $19,990" in site.view(car="2018-subaru-outback-m1")
    # Two weeks later it is no news, though nothing of the lot has changed.
    site.worker.answers[REDUCED] = Answer({"vehicles": []})
    site.now += 3600
    site.view()
    assert "Was " not in site.view()
    # A Worker of an earlier version knows no such address, and is not left alone for it.
    site.worker.answers[REDUCED] = Answer({"code": "not-found"}, 404)
    site.kept = {}
    assert stock(site.view()) == ["M1", "M2", "M3", "M4"]
    assert not any("away" in name for name in site.kept)


def test_a_visitors_choices_narrow_the_list_without_javascript(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    page = site.view({"yearmin": "2017"})
    form = Elements(page)
    fields = {attributes.get("name") for tag, attributes in form.tags if tag in ("input", "select")}
    chosen = ("q", "make", "model", "bodyStyle", "priceMin", "priceMax", "yearMin", "yearMax", "mileageMax", "sort")
    assert fields >= {f"carlot_{name}" for name in chosen}
    assert ("option", {"value": "Ford"}) in form.tags
    # Of the attributes' cars only.
    assert ("option", {"value": "Honda"}) not in form.tags
    assert form.text.count("2 vehicles") == 1
    assert stock(site.view({"yearmin": "2017"}, get={"carlot_make": "Ford"})) == ["M2"]
    assert stock(site.view("", get={"carlot_q": "ford", "carlot_sort": "-year"})) == ["M2", "M3"]
    assert stock(site.view("", get={"carlot_mileageMax": "50000", "carlot_priceMax": ""})) == ["M1", "M2"]
    assert len(site.worker.heard) == 1


@pytest.mark.parametrize("value", ["<script>", "many", "-1", ["a"], "1e400", "x" * 5000])
def test_a_choice_that_makes_no_sense_filters_nothing_or_all_and_harms_nothing(site: Site, value: Any) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    assert len(stock(site.view("", get={"carlot_priceMax": value, "carlot_sort": value, "carlot_page": value}))) == 4
    safe(site.view("", get={"carlot_make": value, "carlot_q": value, "carlot_list": value}))


def test_a_lot_of_any_size_has_pages_with_links_and_a_count(site: Site) -> None:
    site.worker.answers[LIST] = Answer(many(60))
    first = site.view()
    assert len(stock(first)) == 24
    assert "1 to 24 of 60 vehicles" in Elements(first).text
    seen = stock(first)
    address = links(first)["2"]
    assert address.startswith("https://site.example/cars/?carlot_page=2#carlot-")
    while address:
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        page = site.view("", get=query)
        seen += stock(page)
        address = links(page).get("Next", "")
    assert seen == [f"N{number}" for number in range(1, 61)]
    assert "49 to 60 of 60 vehicles" in Elements(page).text
    # A page that there is none of is the last one.
    assert stock(site.view("", get={"carlot_page": "99"})) == stock(page)
    filtered = links(site.view("", get={"carlot_priceMax": "10050", "carlot_sort": "-price"}))["2"]
    assert parse_qs(urlsplit(filtered).query) == {"carlot_priceMax": ["10050"], "carlot_sort": ["-price"], "carlot_page": ["2"]}


def test_the_pages_of_the_worker_are_read_to_the_end(site: Site) -> None:
    site.worker.paged = True
    site.worker.answers[LIST] = Answer(many(2400), headers={"ETag": '"7-a"'})
    html = site.view({"limit": "200"}, get={"carlot_page": "12"})
    assert "2,201 to 2,400 of 2,400 vehicles" in Elements(html).text
    assert stock(html)[-1] == "N2400"
    offsets = [parse_qs(urlsplit(path).query).get("offset", ["0"]) for path, _ in site.worker.heard]
    assert offsets == [[str(offset)] for offset in range(0, 2400, 500)]


def test_a_list_that_breaks_off_between_its_pages_changes_no_copy(site: Site) -> None:
    site.worker.paged = True
    site.worker.answers[LIST] = Answer(many(1200))
    site.view()
    site.worker.answers[LIST] = Answer(many(1300))
    site.worker.broken_from = 1000
    site.now += 301
    site.view()
    note = safe(site.view("", can_edit=True)).text
    assert "of 1,200 vehicles" in note
    assert EDITORS in note


def test_a_filter_without_a_match_says_so_and_leads_to_all(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    visitor = site.view({"make": "Saab"})
    assert "nothing on the lot" not in visitor
    assert "No vehicles match right now." in visitor
    assert EDITORS not in visitor
    assert links(visitor)["See all 4 vehicles"] == "https://site.example/cars/?carlot_all=1"
    assert len(stock(site.view({"make": "Saab"}, get={"carlot_all": "1"}))) == 4
    assert 'No vehicle matches make="Saab".' in Elements(site.view({"make": "Saab"}, can_edit=True)).text
    chosen = site.view("", get={"carlot_make": "Saab"})
    assert links(chosen)["See all 4 vehicles"] == "https://site.example/cars/"
    assert "carlot-search" in chosen
    site.worker.answers[LIST] = Answer([])
    site.now += 301
    site.view()
    assert "No vehicles right now." in site.view({"make": "Saab"})


def test_attributes_that_it_does_not_know_are_told_to_editors_only(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    wrong = {"colour": "red", "sort": "cheapest", "priceMax": "a lot", "0": "nosort"}
    assert EDITORS not in site.view(wrong)
    told = Elements(site.view(wrong, can_edit=True)).text
    for word in ("colour", 'sort="cheapest"', 'priceMax="a lot"', "nosort"):
        assert word in told
    assert EDITORS not in site.view({"bodystyle": "Truck", "lang": "en"}, can_edit=True)
    assert EDITORS not in site.run(block={"make": "Ford", "align": "wide", "className": "x"}, can_edit=True)["html"]


def test_a_car_has_one_address_and_older_ones_lead_to_it(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    own = "https://site.example/cars/2018-subaru-outback-m1/"
    assert site.run(shortcode="", car="2018-subaru-outback-m1")["redirect"] is None
    assert site.run(shortcode="", get={"carlot_vehicle": "v1"})["redirect"] == [301, own]
    # Before a correction of the year or the model, with what an advertisement added.
    moved = site.run(
        shortcode="",
        car="2017-subaru-forester-m1",
        get={"utm_source": "mail", "other": "x"},
        uri="/cars/2017-subaru-forester-m1/",
    )
    assert moved["redirect"] == [301, f"{own}?utm_source=mail"]
    page = site.run(shortcode="", car="2018-subaru-outback-m1", uri="/cars/2018-subaru-outback-m1/?utm_source=mail")
    assert (page["redirect"], page["canonical"]) == (None, own)
    # A site with plain permalinks.
    plain = site.run(
        shortcode="", get={"carlot_vehicle": "v1"}, uri="/?page_id=7&carlot_vehicle=v1", options={"permalink_structure": ""}
    )
    assert plain["redirect"] is None
    assert plain["canonical"] == "https://site.example/?page_id=7&carlot_vehicle=v1"


def test_a_page_whose_address_has_letters_beyond_ascii_has_addresses_too(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    page = {"permalink": "https://site.example/veh%c3%adculos/", "shortcode": ""}
    first = site.run(**page, car="2018-subaru-outback-m1", uri="/veh%C3%ADculos/2018-subaru-outback-m1/")
    assert first["redirect"] is None
    assert "<article" in first["html"]
    assert [pattern.startswith("^vehículos/") for pattern in first["rules"]] == [True]


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({}, "2019-honda-accord-v1"),
        ({"stockNumber": " A/7 É "}, "2019-honda-accord-a-7"),
        ({"stockNumber": "12345", "year": None, "make": None, "model": None}, "vehicle-12345"),
        ({"make": "Citroën", "model": "C4", "stockNumber": "№"}, "2019-citro-n-c4-v1"),
        ({"make": "../..", "model": "?x=1", "stockNumber": "#"}, "2019-x-1-v1"),
    ],
)
def test_the_address_says_what_the_car_is_in_letters_that_an_address_can_have(
    site: Site, changed: dict[str, Any], slug: str
) -> None:
    site.worker.answers[LIST] = Answer([car(**changed)])
    html = site.view()
    assert re.findall(r'<h2 class="carlot-name"><a href="([^"]*)"', html) == [f"https://site.example/cars/{slug}/"]
    assert site.run(shortcode="", car=slug)["status"] == 200


def test_wordpress_takes_the_addresses_up_when_they_change(site: Site) -> None:
    first = site.run()
    assert first["rules"] == {"^cars/([a-z0-9-]*[a-z][a-z0-9-]*)/?$": "index.php?page_id=7&carlot_car=$matches[1]"}
    assert first["flushed"] is True
    assert site.run(options={"carlot_inventory_rules": first["options"]["carlot_inventory_rules"]})["flushed"] is False
    # A page of the site below the lot's own stays that page.
    assert site.run(request={"page_id": "7", "carlot_car": "trucks"})["request"] == {"pagename": "cars/trucks"}
    car_request = {"page_id": "7", "carlot_car": "2018-subaru-outback-m1"}
    assert site.run(request=car_request)["request"] == car_request


def test_the_sitemap_has_every_car(site: Site) -> None:
    site.worker.answers[LIST] = Answer(many(60))
    found = [entry["loc"] for entry in site.run(sitemap=True)["sitemap"]]
    assert found == [f"https://site.example/cars/2019-honda-accord-n{number}/" for number in range(1, 61)]


def test_beside_a_plugin_for_search_engines_the_cars_have_a_sitemap_of_their_own(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    asked = {"robots_txt": "User-agent: *", "wpseo_sitemap_index": "<sitemap/>"}
    yoast = site.run(filters=asked, define={"WPSEO_VERSION": "99"})["filters"]
    assert yoast["robots_txt"].splitlines()[-1] == "Sitemap: https://site.example/?carlot_sitemap=1"
    assert yoast["wpseo_sitemap_index"] == "<sitemap/><sitemap><loc>https://site.example/?carlot_sitemap=1</loc></sitemap>"
    assert site.run(filters=asked)["filters"]["robots_txt"] == asked["robots_txt"]


def test_a_text_that_is_written_twice_shows_the_car_each_time(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    page = site.run(shortcode="", times=2, car="2018-subaru-outback-m1")
    assert page["html"].count("<article") == 2
    assert stock(page["html"]) == []


@pytest.mark.parametrize("place", ["widget", "footer"])
def test_beside_the_pages_own_text_a_list_stays_a_list_and_leads_to_the_lot(site: Site, place: str) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    site_page = {"place": place, "content": "[carlot_inventory]"}
    beside = site.view({"limit": "3"}, car="2018-subaru-outback-m1", **site_page)
    assert "<article" not in beside
    assert stock(beside) == ["M1", "M2", "M3"]
    assert "carlot-search" not in beside
    assert "carlot-pages" not in beside
    assert links(beside)["See all 4 vehicles"] == "https://site.example/cars/"
    # On a page without a lot the same, and to the page that the settings name.
    other = {"option": {"url": site.worker.url, "page": 9}, "posts": {"9": ""}, "content": "About us", "place": place}
    html = site.view({"limit": "3"}, **other)
    assert 'href="https://site.example/page-9/2018-subaru-outback-m1/"' in html
    assert site.run(shortcode="", get={"carlot_vehicle": "v1"}, **other)["redirect"] is None


def test_a_theme_or_a_page_builder_that_writes_the_text_by_itself_shows_the_car(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    opened = {"shortcode": "", "car": "2018-subaru-outback-m1", "place": "theme"}
    assert "<article" in site.run(**opened, loop=True)["html"]
    meta = {"_builder": ["[carlot_inventory]"]}
    assert "<article" in site.run(**opened, content="", meta=meta)["html"]
    # Not so in its footer, or in another post of its loop.
    assert "<article" not in site.run(**opened, loop=True, did=["get_footer"])["html"]
    assert "<article" not in site.run(**opened, content="", meta=meta, did=["dynamic_sidebar_before"])["html"]
    assert "<article" not in site.run(**opened, loop=True, post=8)["html"]
    assert "<article" not in site.run(**opened, loop=True, block_theme=True)["html"]


def test_without_a_page_with_the_lot_cars_lead_to_the_workers_own(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT[:1])
    html = site.view("", content="About us", place="widget", lot_page=0)
    assert 'href="https://lot.example/inventory.html?vehicle=v1"' in html


@pytest.mark.parametrize(
    ("content", "posts", "meta", "shows"),
    [
        ("[carlot_inventory]", {}, {}, True),
        ('<!-- wp:carlot/inventory {"make":"Ford"} /-->', {}, {}, True),
        ('<!-- wp:block {"ref":12} /-->', {"12": "<!-- wp:carlot/inventory /-->"}, {}, True),
        ('<!-- wp:block {"ref":12} /-->', {"12": "Nothing"}, {}, False),
        # A page builder keeps its text beside the post.
        ("", {}, {"_elementor_data": ['[{"shortcode":"[carlot_inventory limit=\\"6\\"]"}]']}, True),
        ("About us", {}, {"_edit_lock": ["1:1"]}, False),
    ],
)
def test_the_lot_is_found_wherever_it_was_written(site: Site, content: str, posts: Any, meta: Any, shows: bool) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    page = site.run(shortcode="", car="2018-subaru-outback-m1", content=content, posts=posts, meta=meta, lot_page=0)
    # With no page for cars, the address is the Worker's; what is asked here is only whether the page opens one.
    assert (page["redirect"] is not None) is shows


FILTERS = {
    "wpseo_title": "Cars - Site",
    "wpseo_metadesc": "",
    "wpseo_canonical": "https://site.example/cars/",
    "wpseo_opengraph_image": "",
    "rank_math/frontend/title": "Cars",
    "rank_math/frontend/canonical": "https://site.example/cars/",
    "rank_math/opengraph/facebook/image": "",
    "seopress_titles_canonical": '<link rel="canonical" href="https://site.example/cars/">',
    "seopress_social_og_thumb": "",
    "aioseo_canonical_url": "https://site.example/cars/",
    "aioseo_facebook_tags": {"og:title": "Cars", "og:locale": "en_US"},
}


def test_the_plugins_for_search_engines_are_given_the_car(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car("v1", description='"Quoted" <b>text</b> ' + "long " * 60)])
    own, photo = "https://site.example/cars/2019-honda-accord-v1/", "https://photos.example/1.jpg"
    told = site.run(shortcode="", car="2019-honda-accord-v1", filters=FILTERS)["filters"]
    assert told["wpseo_title"] == told["rank_math/frontend/title"] == "2019 Honda Accord Sport, $19,950"
    assert told["wpseo_metadesc"].startswith('2019 Honda Accord Sport, $19,950, 63,910 mi. "Quoted"')
    assert len(told["wpseo_metadesc"]) <= 160
    assert told["wpseo_canonical"] == told["rank_math/frontend/canonical"] == told["aioseo_canonical_url"] == own
    assert told["wpseo_opengraph_image"] == told["rank_math/opengraph/facebook/image"] == photo
    assert Elements(told["seopress_titles_canonical"]).tags == [("link", {"rel": "canonical", "href": own})]
    assert Elements(told["seopress_social_og_thumb"]).tags == [("meta", {"property": "og:image", "content": photo})]
    assert told["aioseo_facebook_tags"]["og:title"] == "2019 Honda Accord Sport, $19,950"
    assert told["aioseo_facebook_tags"]["og:image"] == photo
    assert told["aioseo_facebook_tags"]["og:locale"] == "en_US"
    # The page of the list is theirs.
    assert site.run(shortcode="", filters=FILTERS)["filters"] == FILTERS


def test_a_shared_link_previews_and_a_plugin_for_search_engines_writes_the_tags_itself(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car("v1", make='"><script>alert(1)</script>')])
    slug = "2019-script-alert-1-script-accord-v1"
    head = site.run(shortcode="", car=slug)["head"]
    tags = {a.get("property") or a.get("name"): a.get("content") for tag, a in Elements(head).tags if tag == "meta"}
    assert tags["og:title"] == '2019 "><script>alert(1)</script> Accord Sport, $19,950'
    assert tags["og:image"] == "https://photos.example/1.jpg"
    assert tags["og:url"] == f"https://site.example/cars/{slug}/"
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["description"]
    with_yoast = site.run(shortcode="", car=slug, define={"WPSEO_VERSION": "99"})["head"]
    assert [tag for tag, _ in Elements(with_yoast).tags] == ["script"]


def spanish() -> dict[str, str]:
    """The words of the plugin in Spanish."""
    with (wordpress.LANGUAGES / "carlot-inventory-es_ES.mo").open("rb") as compiled:
        catalog = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    return {text: words for text, words in catalog.items() if isinstance(text, str) and text}


@pytest.mark.parametrize(
    ("attributes", "locale"), [("", "es_ES"), ("", "es_MX"), ({"lang": "es"}, "en_US")], ids=["Spain", "Mexico", "attribute"]
)
def test_in_spanish_nothing_is_english(site: Site, attributes: Any, locale: str) -> None:
    lot = [
        car(
            f"v{number}",
            make="Seat",
            model="Ibiza",
            trim=None,
            photos=[],
            price=None,
            transmission="Automatic",
            fuelType="Gasoline",
            exteriorColor="Silver",
            bodyStyle="Sedan",
        )
        for number in range(60)
    ]
    site.worker.answers[LIST] = Answer(lot)
    site.worker.answers[DEALER] = Answer({"name": "M", "phone": "555", "email": "a@b.example", "address": None})
    site.worker.answers[CAR + "gone"] = Answer({"code": "not-found"}, 404)
    words = spanish()
    english = {text for text in words if words[text] != text and len(text) > 2 and "%" not in text}
    seen = 0
    views: list[dict[str, Any]] = [
        {},
        {"get": {"carlot_page": "2"}},
        {"get": {"carlot_make": "Saab"}},
        {"car": "2019-seat-ibiza-v1"},
        {"get": {"carlot_vehicle": "gone"}},
    ]
    for view in views:
        html = site.view(attributes, words=words, locale=locale, **view)
        texts = {text.strip() for text in re.findall(r">([^<>]+)<", html)} | set(
            re.findall(r'(?:aria-label|alt|data-\w+)="([^"]+)"', html)
        )
        assert texts & english == set()
        seen += len(texts & set(words.values()))
        assert re.findall(r"\b(vehicles?|of|the|with|from)\b", " ".join(texts)) == []
    assert seen > 20


def test_english_on_a_spanish_site(site: Site) -> None:
    site.worker.answers[LIST] = Answer(LOT)
    html = site.view({"lang": "en"}, words=spanish(), locale="es_ES")
    assert html.startswith('<div lang="en">')
    assert "4 vehicles" in html


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(LOT), "Connected to Maple Street Motors: 4 vehicles in inventory."),
        (Answer([]), "Turn on Publish to Website"),
        (Answer(b"<h1>WordPress</h1>", 404), "The address answers with status 404, but not as CarLot Manager does."),
        (Answer(b"<h1>Hello</h1>"), "The address answers with status 200, but not as CarLot Manager does."),
        (Answer({"code": "internal-error"}, 500), "CarLot Manager answered with status 500."),
    ],
)
def test_saving_the_settings_tries_the_address_and_says_what_was_found(site: Site, answer: Answer, told: str) -> None:
    site.worker.answers[LIST] = answer
    site.worker.answers[DEALER] = Answer({"name": "Maple Street Motors", "phone": None, "email": None, "address": None})
    result = site.run(typed={"url": site.worker.url, "page": "7"}, option={})
    assert result["settings"] == {"url": site.worker.url, "page": 7}
    assert told in " ".join(result["found"] + result["errors"])
    assert bool(result["errors"]) == (answer.status != 200 or isinstance(answer.content, bytes))


def test_numbers_that_cannot_be_are_not_shown(site: Site) -> None:
    site.worker.answers[LIST] = Answer([car(price=-5, mileage=1e300, year=-1)])
    text = Elements(site.view()).text
    assert "Call for price" in text
    assert " mi" not in text.replace("mileage", "")
