"""The query language, as Intuit documents it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Ask = Callable[[str], list[str]]
CodeOf = Callable[[httpx.Response], str]


@pytest.fixture
def ask(company: httpx.Client, sim: httpx.Client) -> Ask:
    """Display names of the customers that a query finds, after some were put in."""
    customers = [
        {"DisplayName": "50% Off Motors", "CompanyName": "Off"},
        {"DisplayName": "O'Hara [Sons] *", "PrimaryEmailAddr": {"Address": "ohara@example.com"}},
        {"DisplayName": "back\\slash", "GivenName": "Back"},
        {"DisplayName": "Zoë Ångström", "GivenName": "Zoë"},
    ]
    assert sim.post("/_sim/quickbooks/seed", json={"customers": customers}).status_code == 200

    def names(where: str) -> list[str]:
        answer = company.get("query", params={"query": f"select * from Customer {where}"})
        assert answer.status_code == 200, answer.text
        return [each["DisplayName"] for each in answer.json()["QueryResponse"].get("Customer", [])]

    return names


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("where DisplayName = 'O\\'Hara [Sons] *'", ["O'Hara [Sons] *"]),
        ("WHERE displayname='o\\'hara [SONS] *'", ["O'Hara [Sons] *"]),
        ("where DisplayName = 'back\\\\slash'", ["back\\slash"]),
        ("where DisplayName = 'ZOË ÅNGSTRÖM'", ["Zoë Ångström"]),
        ("where DisplayName like '%slash'", ["back\\slash"]),
        ("where DisplayName like 'o\\'h%*'", ["O'Hara [Sons] *"]),
        ("where DisplayName like '%[sons]%'", ["O'Hara [Sons] *"]),
        ("where DisplayName like 'O\\'H?ra%'", []),
        ("where GivenName = 'Zoë' and DisplayName like 'Z%'", ["Zoë Ångström"]),
        ("where GivenName = 'Zoë' and DisplayName like 'Y%'", []),
        ("where PrimaryEmailAddr = 'OHARA@example.com'", ["O'Hara [Sons] *"]),
        ("where PrimaryPhone like '%0177'", ["Lucía Fernández"]),
        ("where CompanyName != '' and Active = true", ["50% Off Motors"]),
        ("where DisplayName in ('Dana O\\'Neill', 'nobody','50% Off Motors')", ["Dana O'Neill", "50% Off Motors"]),
        ("where Id in ('1', '2')", ["Walk-in Customer", "Dana O'Neill"]),
        ("where id = '1'", ["Walk-in Customer"]),
        ("where MetaData.CreateTime > '2099-01-01'", []),
        ("where Metadata.LastUpdatedTime > '2020-01-01T00:00:00Z' and Id = '1'", ["Walk-in Customer"]),
        ("where DisplayName < 'c' ORDERBY DisplayName DESC", ["back\\slash", "50% Off Motors"]),
        ("orderby Id startposition 2 maxresults 2", ["Dana O'Neill", "Lucía Fernández"]),
        ("order by Id asc STARTPOSITION 7", ["Zoë Ångström"]),
        ("startposition 99", []),
    ],
)
def test_what_is_found(ask: Ask, where: str, found: list[str]) -> None:
    assert ask(where) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("drop table Customer", "4000"),
        ("select * from", "4000"),
        ("select Id from Customer", "4000"),
        ("select * from Customer where", "4000"),
        ("select * from Customer where DisplayName = 'x' or DisplayName = 'y'", "4000"),
        ("select * from Customer where DisplayName = 'O'Neill'", "4000"),
        ("select * from Customer where DisplayName = 'x", "4000"),
        ("select * from Customer where DisplayName = (", "4000"),
        ("select * from Customer where DisplayName is null", "4000"),
        ("select * from Customer where DisplayName in 'x'", "4000"),
        ("select * from Customer maxresults 0", "4000"),
        ("select * from Customer startposition x", "4000"),
        ("select * from Customer; select * from Vendor", "4000"),
        ("select * from Customer maxresults 1001", "4001"),
        ("select * from Shoe", "4001"),
        ("select * from Invoice where PrivateNote = 'x'", "4001"),
        ("select * from Purchase where EntityRef = '1'", "4001"),
        ("select * from Customer where Id > '1'", "4001"),
        ("select * from Customer orderby Shoe", "4001"),
        ("", "2020"),
    ],
)
def test_what_cannot_be_asked(company: httpx.Client, refused: CodeOf, text: str, code: str) -> None:
    assert refused(company.get("query", params={"query": text})) == code


def test_a_query_is_text(company: httpx.Client, refused: CodeOf) -> None:
    assert refused(company.post("query", json={"query": "select * from Item"})) == "1050"


def test_shapes_of_answers(company: httpx.Client) -> None:
    def ask(text: str) -> dict[str, Any]:
        text_type = {"Content-Type": "application/text"}
        answers = [
            company.get("query", params={"query": text}).json(),
            company.post("query", content=text, headers=text_type).json(),
        ]
        assert answers[0]["QueryResponse"] == answers[1]["QueryResponse"]
        return dict(answers[0]["QueryResponse"])

    assert ask("select count(*) from Account") == {"totalCount": 16}
    assert ask("select * from Invoice") == {}
    page = ask("select * from Account startposition 3 maxresults 4")
    assert (page["startPosition"], page["maxResults"], len(page["Account"])) == (3, 4, 4)


def test_inactive_names_are_shown_to_who_asks_for_them(company: httpx.Client, ask: Ask) -> None:
    company.post("customer", json={"Id": "2", "SyncToken": "0", "sparse": True, "Active": False})
    assert "Dana O'Neill (deleted)" not in ask("")
    assert ask("where Active = false") == ["Dana O'Neill (deleted)"]
    assert len(ask("where Active in (true, false)")) == 7


def test_documents_by_number_day_amount_and_customer(company: httpx.Client, invoice: Callable[..., dict[str, Any]]) -> None:
    for number, amount, day in (("S-1", 9.5, "2026-11-01"), ("S-2", 100, "2026-11-02"), ("S-3", 1000, "2026-11-03")):
        assert company.post("invoice", json=invoice(number, amount, TxnDate=day)).status_code == 200

    def numbers(where: str) -> list[str]:
        answer = company.get("query", params={"query": f"select * from Invoice where {where}"}).json()
        return [each["DocNumber"] for each in answer["QueryResponse"].get("Invoice", [])]

    assert numbers("DocNumber = 'S-2'") == ["S-2"]
    assert numbers("DocNumber in ('S-3', 'S-1', 'S-9')") == ["S-1", "S-3"]
    assert numbers("TotalAmt > '99.5'") == ["S-2", "S-3"]
    assert numbers("Balance <= 100") == ["S-1", "S-2"]
    assert numbers("TxnDate >= '2026-11-02' and TxnDate < '2026-11-03'") == ["S-2"]
    assert numbers("CustomerRef = '1' orderby TotalAmt desc") == ["S-3", "S-2", "S-1"]


def test_default_and_largest_page(company: httpx.Client, sim: httpx.Client) -> None:
    customers = [{"DisplayName": f"Customer {number}"} for number in range(1100)]
    sim.post("/_sim/quickbooks/seed", json={"customers": customers})
    for clause, expected in (("", 100), (" maxresults 1000", 1000), (" startposition 1001 maxresults 1000", 103)):
        answer = company.get("query", params={"query": f"select * from Customer{clause}"}).json()["QueryResponse"]
        assert len(answer["Customer"]) == answer["maxResults"] == expected
