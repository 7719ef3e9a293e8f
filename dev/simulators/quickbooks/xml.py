"""Responses as XML, which QuickBooks sends without `Accept: application/json`, and sometimes despite it."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from simulators.quickbooks.clock import precise_stamp

NAMESPACE = "http://schema.intuit.com/finance/v3"


def render(answer: dict[str, Any], now: float) -> bytes:
    """Return a response as an XML document; its `time` becomes an attribute."""
    inside = "".join(_element(name, value) for name, value in answer.items() if name != "time")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<IntuitResponse xmlns="{NAMESPACE}" time="{precise_stamp(now)}">{inside}</IntuitResponse>'.encode()


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, each) for each in value)
    if name == "Fault" and isinstance(value, dict):
        return _fault(value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(inner, each) for inner, each in value.items())}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return f"<{name}>{escape(text)}</{name}>"


def _fault(fault: dict[str, Any]) -> str:
    errors = "".join(
        f"<Error code={quoteattr(each['code'])} element={quoteattr(each.get('element') or '')}>"
        f"<Message>{escape(each['Message'])}</Message><Detail>{escape(each['Detail'])}</Detail></Error>"
        for each in fault["Error"]
    )
    return f"<Fault type={quoteattr(fault['type'])}>{errors}</Fault>"
