"""Answers as QuickBooks gives them, put before the simulated one: each ends as `field/qbo_faults.json` expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from carlot.platform.ports import HttpResponse
from support.books import BooksWorld, connected
from support.lot import answer

RULES = {rule["name"]: rule for rule in json.loads((Path(__file__).parent / "field" / "qbo_faults.json").read_text())["rules"]}


def put_before(world: BooksWorld, name: str, applies: Callable[[str, str, bytes], bool], times: int = 1_000_000) -> list[str]:
    """Answer as the rule says where it applies (method, address, body), else as the simulator does; the addresses it was for."""
    rule, through = RULES[name], world.network.request
    hits: list[str] = []
    body = rule["body"] if isinstance(rule["body"], str) else json.dumps(rule["body"])

    async def request(method: str, url: str, headers: Mapping[str, str], content: bytes | None, **limits: Any) -> HttpResponse:
        if len(hits) < times and "/v3/company/" in url and applies(method, unquote(url), content or b""):
            hits.append(url)
            kind = rule.get("content-type", "application/json")
            return HttpResponse(rule["status"], {"content-type": kind}, body.encode())
        return await through(method, url, headers, content, **limits)

    world.network.request = request  # type: ignore[method-assign, assignment]
    return hits


async def test_every_rule_has_its_test() -> None:
    assert {f"test_{name.replace(' ', '_')}" for name in RULES} <= set(globals())


async def test_lexer() -> None:
    world = await connected()
    hits = put_before(world, "lexer", lambda method, url, body: "/query" in url and any(ord(each) > 0xFF for each in url))
    await world.sell("A1", customer={"name": "Pat O\u2019Brien"})
    await world.until_quiet()
    world.check_books()
    assert [line["party"] for line in world.posted()] == ["Pat O\u2019Brien"]
    assert hits == []


async def test_category() -> None:
    world = await connected()
    hits = put_before(world, "category", lambda method, url, body: method == "POST" and "/invoice" in url)
    await world.sell("A1")
    await world.until_quiet()
    task = world.task(target="quickbooks")
    assert task["state"] == "dead"
    assert "Categories cannot be used in transactions." in task["error"]
    assert len(hits) == 5


async def test_closed_period() -> None:
    world = await connected()
    sale = await world.sell("A1")
    await world.until_quiet()
    hits = put_before(world, "closed period", lambda method, url, body: "operation=void" in url)
    await world.void(sale["id"])
    await world.until_quiet()
    task = world.task(target="quickbooks")
    assert (task["state"], len(hits)) == ("dead", 5)
    assert "The account period has closed." in task["error"]


async def test_tax() -> None:
    world = await connected()
    hits = put_before(
        world, "tax", lambda method, url, body: method == "POST" and "/invoice" in url and b"TaxCodeRef" not in body
    )
    await world.sell("A1")
    await world.until_quiet()
    task = world.task(target="quickbooks")
    assert (task["state"], len(hits)) == ("dead", 1)
    assert "GST/HST rate" in task["error"]
    assert "set QUICKBOOKS_TAX_CODE" in task["error"]
    world.env["QUICKBOOKS_TAX_CODE"] = "Exempt"
    await world.call("POST", f"/api/integrations/tasks/{task['id']}/retry")
    await world.until_quiet()
    world.check_books()


async def test_throttle() -> None:
    world = await connected()
    hits = put_before(world, "throttle", lambda method, url, body: True, times=3)
    await world.sell("A1")
    for _ in range(12):
        await world.minutes(1)
        assert answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]["status"] != "reauth_required"
    await world.until_quiet()
    world.check_books()
    assert len(hits) == 3


async def test_a_company_outside_the_us_has_its_tax_code_on_each_line() -> None:
    for setting, value in (("Exempt", "2"), ("GST", "3"), ("gst", "3")):
        world = await connected(settings={"QUICKBOOKS_TAX_CODE": setting})
        world.knobs(country="CA")
        await world.sell("A1")
        await world.spend("A1")
        await world.until_quiet()
        world.check_books()
        for kind in ("Invoice", "Purchase"):
            (made,) = world.company.standing(kind)
            line = made.body["Line"][0]
            assert line[line["DetailType"]]["TaxCodeRef"]["value"] == value
    world = await connected(settings={"QUICKBOOKS_TAX_CODE": "non"})
    await world.sell("A1")
    await world.until_quiet()
    line = next(iter(world.company.standing("Invoice"))).body["Line"][0]
    assert line["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}


async def test_a_tax_code_that_is_missing_is_said_in_one_sentence() -> None:
    world = await connected(settings={"QUICKBOOKS_TAX_CODE": "HST ON"})
    world.knobs(country="CA")
    await world.sell("A1")
    await world.minutes(2)
    assert world.task(target="quickbooks")["error"].startswith("Create a tax code named “HST ON” in QuickBooks, or set")
    assert not world.calls("POST", "/invoice")
