"""The Accounting API under `/v3/company/{realm}`.

Source: Intuit's API reference; "REST API features" for `requestid`, "Batch", "Change data capture".
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from simulators.partner import JSON, answer_json
from simulators.quickbooks import batch, books, refusals, search, xml
from simulators.quickbooks.clock import parse_stamp, precise_stamp, stamp
from simulators.quickbooks.company import Body, Company
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.state import State

Work = Callable[[web.Request, Company], Awaitable[Body]]
BASE = "/v3/company/{realm}"
LONGEST_REQUEST_ID = 50
LOOK_BACK_S = 30 * 86_400
MOST_CHANGED = 1000


class Api:
    """The endpoints of the companies' books."""

    def __init__(self, quickbooks: State) -> None:
        self._quickbooks = quickbooks

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, with fixed paths before those with a parameter."""
        return [
            web.get(BASE + "/query", self._served(self.query)),
            web.post(BASE + "/query", self._served(self.query)),
            web.post(BASE + "/batch", self._served(self.run_batch)),
            web.get(BASE + "/cdc", self._served(self.list_changes)),
            web.get(BASE + "/companyinfo/{number}", self._served(self.read_company)),
            web.get(BASE + "/preferences", self._served(self.read_preferences)),
            web.get(BASE + "/{kind}/{number}", self._served(self.read_object)),
            web.post(BASE + "/{kind}", self._served(self.write_object)),
        ]

    async def query(self, request: web.Request, company: Company) -> Body:
        """`GET ?query=` or `POST` with the query as text."""
        if request.method == "POST" and request.content_type not in ("application/text", "text/plain"):
            raise refusals.wrong_content_type(request.content_type)
        text = request.query.get("query", "") if request.method == "GET" else (await request.read()).decode("utf-8", "replace")
        if not text.strip():
            raise refusals.missing_parameter("query")
        return {"QueryResponse": search.answer(company, text)}

    async def read_object(self, request: web.Request, company: Company) -> Body:
        """Return one object."""
        kind = books.kind_named(request.match_info["kind"])
        return {kind.name: books.read(company, kind, request.match_info["number"]).body}

    async def write_object(self, request: web.Request, company: Company) -> Body:
        """Create without `Id`, update with `Id`; `operation=delete`, `operation=void`, and `operation=update&include=void`."""
        kind = books.kind_named(request.match_info["kind"])
        sent = await _read_body(request)
        operation = _operation(request, sent)
        request_id = request.query.get("requestid", "")
        if len(request_id) > LONGEST_REQUEST_ID:
            raise refusals.invalid_request_id(LONGEST_REQUEST_ID, len(request_id))
        knobs = self._quickbooks.knobs
        if "allowduplicatedocnum" in request.query.get("include", ""):
            knobs = knobs.model_copy(update={"duplicate_document": "allowed"})
        return batch.once(company, request_id, knobs, lambda: batch.write(company, kind, operation, sent, knobs, request_id))

    async def run_batch(self, request: web.Request, company: Company) -> Body:
        """Run up to 30 operations and queries, each with its own result."""
        return batch.run(company, await _read_body(request), request.query.get("requestid", ""), self._quickbooks.knobs)

    async def list_changes(self, request: web.Request, company: Company) -> Body:
        """Return the objects changed within the last 30 days, deleted ones with `status`."""
        since = parse_stamp(request.query.get("changedSince", "").replace(" ", "+"))
        if since is None:
            raise refusals.invalid_date("changedSince", request.query.get("changedSince", ""))
        if since < company.clock.now() - LOOK_BACK_S:
            raise refusals.invalid_range("changedSince goes back more than 30 days")
        responses, left = [], MOST_CHANGED
        for name in request.query.get("entities", "").split(","):
            if name.strip().lower() not in KINDS:
                raise refusals.invalid_choice("entities", name)
            kind = KINDS[name.strip().lower()]
            changed = search.changed_since(company.everything(kind.name), since)[:left]
            left -= len(changed)
            shown = [_tombstone(record.body, record.changed_at) if record.deleted else record.body for record in changed]
            counts = {"startPosition": 1, "maxResults": len(shown)}
            responses.append({kind.name: shown, **counts} if shown else {})
        return {"CDCResponse": [{"QueryResponse": responses}]}

    async def read_company(self, request: web.Request, company: Company) -> Body:
        """Return the company's own data. Its `Id` is always 1, whatever the path says."""
        if request.match_info["number"] not in (company.realm, "1"):
            raise refusals.not_found()
        return {"CompanyInfo": company.about(self._quickbooks.knobs.country)}

    async def read_preferences(self, _request: web.Request, _company: Company) -> Body:
        """Return the settings that matter for numbering documents."""
        knobs = self._quickbooks.knobs
        sales = {"CustomTxnNumbers": knobs.custom_txn_numbers, "DefaultTerms": {"value": "3"}}
        warn = {"WarnDuplicateCheckNumber": knobs.duplicate_document != "allowed"}
        closed = {} if knobs.books_closed_until is None else {"BookCloseDate": knobs.books_closed_until}
        return {
            "Preferences": {
                "Id": "1",
                "SyncToken": "0",
                "SalesFormsPrefs": sales,
                "OtherPrefs": {},
                "AccountingInfoPrefs": warn | closed,
            }
        }

    def _served(self, work: Work) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Wrap `work` in the gateway: limits, token, company. Errors of `work` become faults."""

        async def handle(request: web.Request) -> web.Response:
            company = self._quickbooks.companies.get(request.match_info["realm"])
            turned_away = self._turned_away(request, company)
            if turned_away is not None or company is None:
                return turned_away or web.Response(status=404)
            try:
                answer, status = await work(request, company), 200
            except refusals.Refused as refused:
                answer, status = {"Fault": refused.fault()}, 200 if self._quickbooks.knobs.faults_as_200 else 400
            return self._answer(request, answer, status)

        return handle

    def _turned_away(self, request: web.Request, company: Company | None) -> web.Response | None:
        """Return the gateway's error response, or None when the request may pass."""
        if request.get("throttled"):
            return self._quickbooks.throttled()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        realm = self._quickbooks.tokens.realm_of(token.strip()) if scheme.lower() == "bearer" else None
        if realm is None:
            return self._quickbooks.unauthorised("Token expired" if token else "Malformed bearer token: too short or too long")
        if company is None or realm != company.realm:
            message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
            return answer_json(refusals.gateway_fault("SERVICE", "3100", message, None, self._quickbooks.clock.now()), 403)
        return None

    def _answer(self, request: web.Request, answer: Body, status: int) -> web.Response:
        now = self._quickbooks.clock.now()
        if "json" in request.headers.get("Accept", ""):
            return answer_json({**answer, "time": precise_stamp(now)}, status)
        return web.Response(body=xml.render(answer, now), status=status, content_type="application/xml")


def _operation(request: web.Request, sent: Any) -> str:
    named = request.query.get("operation")
    if request.query.get("include") == "void" and named in (None, "update"):
        return "void"
    if named is None:
        return "update" if isinstance(sent, dict) and sent.get("Id") not in (None, "") else "create"
    if named not in ("create", "update", "delete", "void"):
        raise refusals.unsupported_operation(named)
    return named


def _tombstone(body: Body, deleted_at: float) -> Body:
    return {"domain": "QBO", "status": "Deleted", "Id": body["Id"], "MetaData": {"LastUpdatedTime": stamp(deleted_at)}}


async def _read_body(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise refusals.wrong_content_type(request.content_type)
    try:
        return JSON.validate_json(await request.read())
    except ValidationError:
        raise refusals.unreadable() from None
