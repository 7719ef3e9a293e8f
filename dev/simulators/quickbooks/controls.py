"""Endpoints under `/_sim/quickbooks`: knobs, tokens, time, the ledger, and the bookkeeper's manual changes."""

from aiohttp import web

from simulators.partner import answer_error, answer_json, read_json, read_model, validate
from simulators.quickbooks import bookkeeper, ledger, postings, preset
from simulators.quickbooks.company import Company
from simulators.quickbooks.control_bodies import Advance, Emission, Expiry, Grant, Seed
from simulators.quickbooks.kinds import KINDS
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.refusals import Refused
from simulators.quickbooks.state import State
from simulators.quickbooks.webhooks import Event, WebhookSettings, body_of, post, signature

BASE = "/_sim/quickbooks"


class Controls:
    """Read and set the state of the simulated QuickBooks."""

    def __init__(self, quickbooks: State) -> None:
        self._quickbooks = quickbooks

    def routes(self) -> list[web.RouteDef]:
        """Return all control endpoints."""
        return [
            web.get(BASE + "/documents", self.list_documents),
            web.get(BASE + "/trial-balance", self.read_trial_balance),
            web.get(BASE + "/objects/{kind}", self.list_objects),
            web.get(BASE + "/traffic", self.read_traffic),
            web.delete(BASE + "/traffic", self.clear_traffic),
            web.get(BASE + "/knobs", self.read_knobs),
            web.put(BASE + "/knobs", self.set_knobs),
            web.patch(BASE + "/knobs", self.change_knobs),
            web.post(BASE + "/tokens", self.grant_tokens),
            web.post(BASE + "/expire", self.expire_tokens),
            web.post(BASE + "/revoke", self.revoke_tokens),
            web.post(BASE + "/clock", self.advance_clock),
            web.post(BASE + "/seed", self.seed),
            web.post(BASE + "/pay", self.pay),
            web.post(BASE + "/change", self.change),
            web.get(BASE + "/webhooks", self.read_webhooks),
            web.put(BASE + "/webhooks", self.set_webhooks),
            web.post(BASE + "/webhooks/send", self.send_webhooks),
            web.post(BASE + "/emit", self.emit),
        ]

    async def list_documents(self, request: web.Request) -> web.Response:
        """All invoices, purchases, payments and journal entries ever written, one line each, amounts in cents, with their state
        (standing, voided, deleted) and the requestids that made them: `?realm=&kind=`; all companies without `realm`.
        """
        companies = [self._company(request.query["realm"])] if "realm" in request.query else self._quickbooks.companies.values()
        lines = [line for company in companies for line in ledger.documents(company, request.query.get("kind"))]
        return answer_json({"documents": lines, "count": len(lines)})

    async def read_trial_balance(self, request: web.Request) -> web.Response:
        """The balance of each account with postings, in cents, debits above zero and credits below: `?realm=`, `until=` (a day),
        `class=`, `department=` (full names). `total` is the sum of all: 0, unless only a class or a department is asked for.
        """
        company, query = self._company(request.query.get("realm")), request.query
        found = postings.trial_balance(company, query.get("until"), query.get("class"), query.get("department"))
        return answer_json({"accounts": found, "total": sum(found.values())})

    async def list_objects(self, request: web.Request) -> web.Response:
        """Objects of a kind (customer, vendor, employee, item, account, class, department, invoice, ...) as the API returns
        them: `?realm=`.
        """
        kind = KINDS.get(request.match_info["kind"].lower())
        if kind is None:
            return answer_error(404, "unknown_kind", f"There are {', '.join(KINDS)}")
        found = [record.body for record in self._company(request.query.get("realm")).standing(kind.name)]
        return answer_json({"objects": found, "count": len(found)})

    async def read_traffic(self, _request: web.Request) -> web.Response:
        """By company: requests, requests by operation, maximum at once, maximum within 60 s, throttled. Of the token service:
        exchanges, refreshes, refused ones, and the maximum of refreshes at once.
        """
        tokens = self._quickbooks.tokens
        companies = {realm: traffic.shown() for realm, traffic in self._quickbooks.traffic.items()}
        return answer_json(
            {"companies": companies, "tokens": {**tokens.counts, "most_refreshes_at_once": tokens.most_refreshing}}
        )

    async def clear_traffic(self, _request: web.Request) -> web.Response:
        """Reset all counts of requests and refreshes, and the limits with them."""
        self._quickbooks.clear_traffic()
        return web.Response(status=204)

    async def read_knobs(self, _request: web.Request) -> web.Response:
        """The behavior of QuickBooks, and the meaning of each knob."""
        meanings = {name: field.description for name, field in Knobs.model_fields.items()}
        return answer_json({"knobs": self._quickbooks.knobs.model_dump(), "meanings": meanings})

    async def set_knobs(self, request: web.Request) -> web.Response:
        """Replace all knobs; omitted knobs get their initial value."""
        self._quickbooks.knobs = await read_model(request, Knobs)
        return answer_json({"knobs": self._quickbooks.knobs.model_dump()})

    async def change_knobs(self, request: web.Request) -> web.Response:
        """Set some knobs; omitted knobs stay."""
        sent = await read_json(request)
        merged = {**self._quickbooks.knobs.model_dump(), **sent} if isinstance(sent, dict) else sent
        self._quickbooks.knobs = validate(Knobs, merged)
        return answer_json({"knobs": self._quickbooks.knobs.model_dump()})

    async def grant_tokens(self, request: web.Request) -> web.Response:
        """Issue a pair of tokens without consent: `client_id`, `realm` (the first company by default)."""
        grant = await read_model(request, Grant)
        realm = self._company(grant.realm).realm
        pair = self._quickbooks.tokens.connect(grant.client_id, realm, self._quickbooks.knobs)
        return answer_json({"access_token": pair.access_token, "refresh_token": pair.refresh_token, "realm": realm})

    async def expire_tokens(self, request: web.Request) -> web.Response:
        """Expire all access tokens now (`access`, true by default), and all refresh tokens (`refresh`)."""
        expiry = await read_model(request, Expiry)
        self._quickbooks.tokens.expire(expiry.access, expiry.refresh)
        return web.Response(status=204)

    async def revoke_tokens(self, request: web.Request) -> web.Response:
        """Disconnect the app, as the dealer can in QuickBooks' own settings: `?realm=`; all companies by default."""
        return answer_json({"ended": self._quickbooks.tokens.revoke_all(request.query.get("realm"))})

    async def advance_clock(self, request: web.Request) -> web.Response:
        """Move QuickBooks' clock forward by `advance_s` seconds: tokens age, and the minute of the limits passes."""
        self._quickbooks.clock.offset_s += (await read_model(request, Advance)).advance_s
        return answer_json({"offset_s": self._quickbooks.clock.offset_s})

    async def seed(self, request: web.Request) -> web.Response:
        """Add `accounts`, `items`, `customers`, `vendors`, `employees`, `classes`, `departments` to the books of `realm`; the
        `income` of an item may name its account.
        """
        seed = await read_model(request, Seed)
        company = self._company(seed.realm)
        ids: dict[str, list[str]] = {}
        for kind in ("Account", "Item", "Customer", "Vendor", "Employee", "Class", "Department"):
            plural = "classes" if kind == "Class" else f"{kind.lower()}s"
            try:
                ids[plural] = [preset.add(company, kind, body).object_id for body in getattr(seed, plural)]
            except Refused as refused:
                return answer_error(422, refused.code, refused.detail, plural)
        return answer_json(ids)

    async def pay(self, request: web.Request) -> web.Response:
        """Receive a payment for `invoice` (id) or `doc_number`, of `amount_cents` (the whole balance by default), on `date`,
        in `realm`.
        """
        wish = await read_model(request, bookkeeper.Payment)
        company = self._company(wish.realm)
        return self._done(company, lambda: bookkeeper.pay(company, wish))

    async def change(self, request: web.Request) -> web.Response:
        """Void, delete or edit as a bookkeeper: `action`, `kind`, `id` or `doc_number`; to edit, `set` (properties) and
        `amount_cents` (of the only line).
        """
        wish = await read_model(request, bookkeeper.Alteration)
        company = self._company(wish.realm)
        return self._done(company, lambda: bookkeeper.alter(company, wish))

    async def read_webhooks(self, _request: web.Request) -> web.Response:
        """Settings of webhooks with their meanings, the number of waiting events, and the deliveries made."""
        outbox = self._quickbooks.outbox
        meanings = {name: field.description for name, field in WebhookSettings.model_fields.items()}
        settings = outbox.settings.model_dump(exclude={"verifier"})
        return answer_json(
            {"settings": settings, "meanings": meanings, "waiting": len(outbox.waiting), "deliveries": list(outbox.deliveries)}
        )

    async def set_webhooks(self, request: web.Request) -> web.Response:
        """Replace all settings of webhooks: `url`, `verifier`, `form` (notifications, cloudevents) and the delivery problems."""
        self._quickbooks.outbox.apply(await read_model(request, WebhookSettings))
        return answer_json(self._quickbooks.outbox.settings.model_dump(exclude={"verifier"}))

    async def send_webhooks(self, _request: web.Request) -> web.Response:
        """Send all waiting changes now; returns the receiver's responses."""
        return answer_json({"deliveries": await self._quickbooks.outbox.send()})

    async def emit(self, request: web.Request) -> web.Response:
        """Send made-up events: `url`, `verifier`, `form`, `events` (`realm`, `kind`, `id`, `operation`, `at`) or `raw_body`;
        `signature`, `tamper` (alters the body after signing), `repeat`. Returns the receiver's responses.
        """
        emission = await read_model(request, Emission)
        now = self._quickbooks.clock.now()
        events = [Event(each.realm, each.kind, each.id, each.operation, each.at or now) for each in emission.events]
        body = body_of(events, emission.form) if emission.raw_body is None else emission.raw_body.encode()
        signed_as = signature(body, emission.verifier) if emission.signature is None else emission.signature
        body += b" " if emission.tamper else b""
        outcomes = [await post(emission.url, body, signed_as) for _ in range(emission.repeat)]
        return answer_json({**outcomes[-1], "statuses": [each["status"] for each in outcomes], "body": body.decode()})

    def _company(self, realm: str | None) -> Company:
        companies = self._quickbooks.companies
        if realm is not None and realm not in companies:
            raise web.HTTPNotFound(text=f"No company {realm}; there are {', '.join(companies)}")
        return next(iter(companies.values())) if realm is None else companies[realm]

    @staticmethod
    def _done(company: Company, work: "bookkeeper.Work") -> web.Response:
        try:
            return answer_json(ledger.line_of(company, work()))
        except Refused as refused:
            return answer_error(404 if refused.code == "610" else 422, refused.code, refused.detail)
