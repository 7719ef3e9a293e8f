"""A connected client of the simulated QuickBooks, and documents to send it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from intuitlib.client import AuthClient  # type: ignore[import-untyped]
from intuitlib.enums import Scopes  # type: ignore[import-untyped]
from quickbooks import QuickBooks  # type: ignore[import-untyped]

REALM = "9341453172604218"
Builder = Callable[..., dict[str, Any]]


@pytest.fixture
def tokens(sim: httpx.Client) -> dict[str, str]:
    """A pair of tokens of the app `app`."""
    granted: dict[str, str] = sim.post("/_sim/quickbooks/tokens", json={"client_id": "app"}).json()
    return granted


@pytest.fixture
def company(sim: httpx.Client, tokens: dict[str, str]) -> Iterator[httpx.Client]:
    """The Accounting API of the dealer's company, connected."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}
    with httpx.Client(base_url=f"{sim.base_url}/v3/company/{REALM}/", headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def ids(sim: httpx.Client) -> dict[str, str]:
    """Id of each account, item, customer and vendor, by name."""
    found: dict[str, str] = {}
    for kind, named in (("account", "Name"), ("item", "Name"), ("customer", "DisplayName"), ("vendor", "DisplayName")):
        objects = sim.get(f"/_sim/quickbooks/objects/{kind}").json()["objects"]
        found |= {each[named]: each["Id"] for each in objects}
    return found


@pytest.fixture
def invoice(ids: dict[str, str]) -> Builder:
    """Bodies of invoices, as CarLot Manager sends them."""

    def build(number: str | None = "S-1", amount: float = 12345.67, **changes: Any) -> dict[str, Any]:
        detail = {"ItemRef": {"value": ids["Vehicle Sale"]}, "Qty": 1, "UnitPrice": amount}
        line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "Description": "2003 Honda", "SalesItemLineDetail": detail}
        body: dict[str, Any] = {"CustomerRef": {"value": ids["Walk-in Customer"]}, "TxnDate": "2026-11-20", "Line": [line]}
        return {**body, **({"DocNumber": number} if number else {}), **changes}

    return build


@pytest.fixture
def purchase(ids: dict[str, str]) -> Builder:
    """Bodies of expenses, as CarLot Manager sends them."""

    def build(number: str = "E-1", amount: float = 99.5, **changes: Any) -> dict[str, Any]:
        detail = {"AccountRef": {"value": ids["Vehicle Service Expense"]}}
        line = {"Amount": amount, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
        body = {"DocNumber": number, "PaymentType": "Cash", "AccountRef": {"value": ids["Checking"]}, "Line": [line]}
        return {**body, "TxnDate": "2026-11-20", "PrivateNote": "Brakes", **changes}

    return build


@pytest.fixture
def refused() -> Callable[[httpx.Response], str]:
    """The code of a fault, after a look at its shape."""

    def code_of(answer: httpx.Response) -> str:
        assert answer.status_code == 400, answer.text
        fault = answer.json()["Fault"]
        assert set(fault) == {"Error", "type"}
        assert set(fault["Error"][0]) == {"Message", "Detail", "code", "element"}
        return str(fault["Error"][0]["code"])

    return code_of


@pytest.fixture
def without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib refuses plain HTTP, which is what this machine speaks with itself."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def auth(sim: httpx.Client, without_tls: None) -> Any:
    """intuit-oauth, which finds all addresses by discovery, with the tokens of a consent."""
    client = AuthClient(
        "app", "secret", "http://localhost:8787/callback", f"{sim.base_url}/.well-known/openid_sandbox_configuration/"
    )
    url = client.get_authorization_url([Scopes.ACCOUNTING])
    answer = sim.get(url + "&auto=approve")
    brought = httpx.URL(answer.headers["Location"]).params
    assert brought["state"] == client.state_token
    client.get_bearer_token(brought["code"], realm_id=brought["realmId"])
    return client


@pytest.fixture
def qb(sim: httpx.Client, auth: Any) -> Any:
    """python-quickbooks on the dealer's company."""
    client = QuickBooks(auth_client=auth, refresh_token=auth.refresh_token, company_id=auth.realm_id, minorversion=75)
    client.api_url_v3 = f"{sim.base_url}/v3"
    client.sandbox_api_url_v3 = f"{sim.base_url}/v3"
    return client
