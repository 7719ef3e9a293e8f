"""Customers, vendors, employees, items and accounts."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

CodeOf = Callable[[httpx.Response], str]


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(next(value for name, value in answer.json().items() if name != "time"))


def test_names_are_unique_over_three_lists(company: httpx.Client, refused: CodeOf) -> None:
    assert made(company.post("customer", json={"DisplayName": "Ann Lee"}))["FullyQualifiedName"] == "Ann Lee"
    for kind in ("customer", "vendor", "employee"):
        assert refused(company.post(kind, json={"DisplayName": " ann lee "})) == "6240"
    assert refused(company.post("customer", json={"DisplayName": "Tire Barn"})) == "6240"
    assert refused(company.post("vendor", json={"GivenName": "Jordan", "FamilyName": "Reyes"})) == "6240"
    assert made(company.post("vendor", json={"DisplayName": "Ann Lee (vendor)"}))["Balance"] == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"DisplayName": "A:B"}, "2040"),
        ({"DisplayName": "A\tB"}, "2040"),
        ({"DisplayName": "A\nB"}, "2040"),
        ({"GivenName": "A:B"}, "2040"),
        ({"DisplayName": "A" * 501}, "2050"),
        ({"DisplayName": 5}, "2010"),
        ({"Notes": "nameless"}, "6080"),
        ({"DisplayName": "Ann", "Email": "a@example.com"}, "2010"),
    ],
)
def test_bad_names_are_refused(company: httpx.Client, refused: CodeOf, body: dict[str, Any], code: str) -> None:
    assert refused(company.post("customer", json=body)) == code


def test_a_retired_name_is_free_again(company: httpx.Client, refused: CodeOf) -> None:
    first = made(company.post("customer", json={"DisplayName": "Ann Lee"}))
    retired = made(company.post("customer", json={"Id": first["Id"], "SyncToken": "0", "sparse": True, "Active": False}))
    assert (retired["DisplayName"], retired["Active"]) == ("Ann Lee (deleted)", False)
    second = made(company.post("customer", json={"DisplayName": "Ann Lee"}))
    assert second["Id"] != first["Id"]
    sale = {"CustomerRef": {"value": first["Id"]}, "Line": [{"Amount": 1, "DetailType": "SalesItemLineDetail"}]}
    assert refused(company.post("invoice", json=sale)) == "2500"


def test_items_and_accounts_need_a_unique_name_and_a_known_type(
    company: httpx.Client, ids: dict[str, str], refused: CodeOf
) -> None:
    income = {"IncomeAccountRef": {"value": ids["Services"]}}
    assert made(company.post("item", json={"Name": "Warranty", "Type": "Service", **income}))["UnitPrice"] == 0
    assert refused(company.post("item", json={"Name": "vehicle sale", **income})) == "6240"
    assert refused(company.post("item", json={"Name": "Warranty 2"})) == "2020"
    assert refused(company.post("item", json=income)) == "2020"
    assert refused(company.post("item", json={"Name": "Warranty 2", "Type": "Shoe", **income})) == "2170"
    towing = {"Name": "Towing", "AccountType": "Expense", "AccountSubType": "Travel"}
    assert made(company.post("account", json=towing))["Classification"] == "Expense"
    assert refused(company.post("account", json=towing)) == "6240"
    assert refused(company.post("account", json={"Name": "Towing 2"})) == "6010"
    assert refused(company.post("account", json={"Name": "Towing 2", "AccountType": "Shoe"})) == "2170"


def test_what_a_dealer_starts_with(ids: dict[str, str]) -> None:
    assert {"Vehicle Sale", "Vehicle Service Expense", "Checking", "Walk-in Customer", "Hillside Auto Repair"} <= ids.keys()
