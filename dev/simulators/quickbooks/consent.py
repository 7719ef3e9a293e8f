"""The pages of Intuit's consent screen."""

from collections.abc import Iterable
from html import escape

from aiohttp import web

from simulators.quickbooks.company import Company

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;background:#f4f5f8;color:#393a3d;margin:0;min-height:100vh;display:grid;"
    "place-items:center}main{background:#fff;border-radius:8px;box-shadow:0 2px 12px #0002;max-width:26rem;padding:2rem}"
    "h1{font-size:1.25rem;margin:0 0 1rem}select,button{font:inherit;border-radius:4px;padding:.5rem 1rem}"
    "select{border:1px solid #8d9096;display:block;margin:.25rem 0 1.5rem;width:100%}button{border:2px solid #2ca01c;"
    "cursor:pointer;background:#fff;color:#22801a}[value=approve]{background:#2ca01c;color:#fff}"
)


def ask(parameters: dict[str, str], companies: Iterable[Company]) -> web.Response:
    """Return the page that asks which company to connect, with the buttons Connect and Cancel."""
    kept = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in parameters.items())
    choices = "".join(f'<option value="{escape(each.realm)}">{escape(each.name)}</option>' for each in companies)
    return _page(
        "Connect to QuickBooks",
        f"<p>The app <strong>{escape(parameters['client_id'])}</strong> wants to read and change the books of your company.</p>"
        f'<form method="post" action="/connect/oauth2">{kept}'
        f'<label>Company<select name="realm">{choices}</select></label>'
        '<button name="decision" value="approve">Connect</button> '
        '<button name="decision" value="deny" formnovalidate>Cancel</button></form>'
        "<p><small>Simulated QuickBooks: nothing leaves this machine.</small></p>",
    )


def refuse(reason: str) -> web.Response:
    """Return the page for an app that cannot be trusted, instead of a redirect to it. Status 400."""
    text = "<p>Sorry, but the app did not connect.</p><p>Tell its developer: "
    return _page("Uh oh, there's a connection problem", f"{text}<code>{escape(reason)}</code></p>", 400)


def _page(title: str, content: str, status: int = 200) -> web.Response:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>{content}</main></body></html>"
    )
    headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
