"""What the simulated QuickBooks knows: its companies, tokens, counts and changes to tell; and the answers that come of them."""

from aiohttp import web

from simulators.partner import answer_json
from simulators.quickbooks import preset, refusals, xml
from simulators.quickbooks.clock import Clock
from simulators.quickbooks.company import Company
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.limits import Traffic
from simulators.quickbooks.tokens import Tokens
from simulators.quickbooks.webhooks import Outbox, WebhookSettings


class State:
    """The books of two companies, and who may read them."""

    def __init__(self, webhooks: WebhookSettings | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.tokens = Tokens(self.clock)
        self.outbox = Outbox(webhooks or WebhookSettings())
        self.reset()

    def reset(self) -> None:
        """Both companies as at the start, no tokens, no counts, no knobs, real time."""
        self.clock.offset_s = 0.0
        self.knobs = Knobs()
        self.tokens.clear()
        self.outbox.clear()
        self.traffic: dict[str, Traffic] = {}
        self.companies: dict[str, Company] = {}
        for realm, name in preset.NAMES.items():
            company = Company(realm, name, self.clock, self.outbox.heed)
            preset.fill(company)
            self.companies[realm] = company
        self.outbox.open()

    def clear_traffic(self) -> None:
        """Start all counts anew. Requests that are in now are counted out of what they were counted into."""
        self.traffic.clear()
        self.tokens.counts.clear()
        self.tokens.most_refreshing = self.tokens.refreshing

    def unauthorised(self, detail: str) -> web.Response:
        """The 401 of a token that is unknown, over or revoked."""
        message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
        fault = refusals.gateway_fault("AUTHENTICATION", "3200", message, detail, self.clock.now())
        return answer_json(fault, 401, {"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'})

    def throttled(self, retry_after_s: float | None = None) -> web.Response:
        """The 429 (also seen: 403) that Intuit's gateway gives; `retry_after_s` in place of the knob's.

        Source of the 403: https://github.com/ruckus/quickbooks-ruby/issues/338
        """
        now, status = self.clock.now(), self.knobs.throttle_status
        message = f"message=ThrottleExceeded; errorCode=003001; statusCode={status}"
        detail = "The request limit was reached.  Try again later"
        if self.knobs.throttle_body == "xml":
            fault = refusals.Refused("3001", message, detail, kind="SERVICE").fault()
            answer = web.Response(body=xml.render({"Fault": fault}, now), status=status, content_type="application/xml")
        else:
            answer = answer_json(refusals.gateway_fault("SERVICE", "3001", message, detail, now), status)
        pause_s = self.knobs.retry_after_s if retry_after_s is None else retry_after_s
        if pause_s is not None:
            answer.headers["Retry-After"] = f"{pause_s:g}"
        return answer
