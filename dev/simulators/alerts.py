"""A sink for alerts and heartbeats: point `ALERT_WEBHOOK_URL` at `/alerts` and `ALERT_HEARTBEAT_URL` at `/alerts/heartbeat`."""

from aiohttp import web

from simulators.partner import answer_error, answer_json, read_json


class Alerts:
    """Accept `POST /alerts {"text"}` as a chat service does, and list the messages."""

    name = "alerts"
    prefixes: tuple[str, ...] = ("/alerts",)

    def __init__(self) -> None:
        self._texts: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of `POST /alerts` and `GET /alerts/heartbeat`."""
        return [web.post("/alerts", self.take_alert), web.get("/alerts/heartbeat", self.take_heartbeat, allow_head=False)]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the route of `GET /_sim/alerts`."""
        return [web.get("/_sim/alerts", self.list_alerts)]

    def settings(self, base: str) -> dict[str, str]:
        """Return the settings with which CarLot Manager sends its alerts here."""
        return {"ALERT_WEBHOOK_URL": f"{base}/alerts", "ALERT_HEARTBEAT_URL": f"{base}/alerts/heartbeat"}

    def reset(self) -> None:
        """Forget all alerts."""
        self._texts.clear()

    async def take_alert(self, request: web.Request) -> web.Response:
        """Record an alert; 422 when it has no text."""
        body = await read_json(request)
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str) or not text:
            return answer_error(422, "no_text", "An alert is an object with text", "text")
        self._texts.append(text)
        return answer_json({"ok": True})

    async def take_heartbeat(self, _request: web.Request) -> web.Response:
        """Take a heartbeat; the ledger has when it came."""
        return answer_json({"ok": True})

    async def list_alerts(self, _request: web.Request) -> web.Response:
        """Texts of the alerts received, oldest first."""
        return answer_json({"alerts": self._texts})
