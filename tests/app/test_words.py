"""The words of the public page: every language says everything, in its own words, and the right one is chosen."""

from __future__ import annotations

import json
import re

import pytest

from app.typed import add
from carlot.web.words import LANGUAGES
from runtime.paths import ROOT
from support.lot import Lot

FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "public" / "words").glob("*.json")}
SCRIPTS = sorted((ROOT / "public" / "js").glob("inventory*.js"))
# The same in both languages.
SHARED = {"photosKeys", "vin"}


def test_there_is_a_file_for_each_language() -> None:
    assert set(FILES) == set(LANGUAGES)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_language_says_everything_in_its_own_words(language: str) -> None:
    english, other = FILES["en"], FILES[language]
    assert set(other) == set(english)
    assert set(other["terms"]) >= set(english["terms"])
    texts = [key for key in english if key != "terms"]
    for key in texts:
        assert set(re.findall(r"\{\w+\}", other[key])) == set(re.findall(r"\{\w+\}", english[key])), key
        assert other[key].strip() == other[key] != "", key
    assert [key for key in texts if other[key] == english[key]] == ["vin"]


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    page = (ROOT / "public" / "inventory.html").read_text(encoding="utf-8")
    python = "".join(path.read_text() for folder in ("web", "handlers") for path in (ROOT / "src/carlot" / folder).glob("*.py"))
    scripts = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    said = set(re.findall(r"\{\{(\w+)\}\}", page))
    said |= set(re.findall(r'"(\w+)"', " ".join(re.findall(r"(?:\bsay|\.say|texts)[(\[][^\])]*[\])]", python + scripts))))
    said |= {key for key in FILES["en"] if f'("{key}", ' in python}
    assert {key for key in FILES["en"] if key != "terms"} - said == set()
    asked = set(re.findall(r'\bsay\("(\w+)"', scripts)) | set(re.findall(r"\{\{(\w+)\}\}", page))
    assert asked - set(FILES["en"]) == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_script_has_words_of_its_own(path: object) -> None:
    """A sentence in a script would be English in every language: two words in a row, or a capital letter after a bracket."""
    text = re.sub(r"/\*.*?\*/|^\s*//.*$|\s//\s.*$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)  # type: ignore[attr-defined]
    found = [each for pair in re.findall(r'"([^"\n]*)"|`([^`]*)`', text) for each in pair if each]
    plain = [re.sub(r"\$\{[^}]*\}", "", each) for each in found]
    assert [each for each in plain if re.search(r"[A-Z][a-z]+ [a-z]+ ?[a-z]*", each)] == []


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "en"),
        ("", "es-US,es;q=0.9,en;q=0.8", "es"),
        ("", "en-US,en;q=0.9,es;q=0.8", "en"),
        ("", "fr-FR,fr;q=0.9,es;q=0.5,en;q=0.4", "es"),
        ("", "de", "en"),
        ("", "en;q=0,es;q=0.1", "es"),
        ("", "es;q=nonsense,;;,=,", "en"),
        ("?lang=es", "en", "es"),
        ("?lang=EN", "es", "en"),
        ("?lang=tlh", "es", "es"),
        ("?lang=", "es", "es"),
        ("?lang=../../secrets", "en", "en"),
    ],
)
async def test_the_address_decides_then_the_browser(lot: Lot, query: str, header: str, language: str) -> None:
    await add(lot, 1)
    response = await lot.call("GET", f"/inventory.html{query}", None, {"accept-language": header}, signed_in=False)
    assert response.headers["content-language"] == language
    assert f'<html lang="{language}">' in str(response.body)


def shown_texts(page: str) -> list[str]:
    """What a reader sees or hears of a page."""
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    pairs = re.findall(r'>([^<]+)<|(?:aria-label|alt|placeholder|content)="([^"]*)"', page)
    return [text.strip() for pair in pairs for text in pair if text.strip()]


async def test_a_spanish_page_is_spanish_from_head_to_foot(lot: Lot) -> None:
    whole = {"transmission": "Automatic", "fuelType": "Gasoline", "bodyStyle": "Truck", "exteriorColor": "red", "price": None}
    car = await add(lot, 1, **whole, mileage=98_012, description="Bueno")
    english = {text for key, text in FILES["en"].items() if key != "terms" and text != FILES["es"][key]}
    for place in ("", f"&vehicle={car['id']}", "&vehicle=gone"):
        response = await lot.call("GET", f"/inventory.html?lang=es{place}", signed_in=False)
        texts = shown_texts(str(response.body))
        assert [text for text in texts if text in english] == []
        assert not re.search(r"\b(vehicles?|miles|price|Automatic|Gasoline|Call|mi)\b(?!=)", " ".join(texts)), place
        assert {"Camioneta", "Automática", "Gasolina"} <= set(texts)
