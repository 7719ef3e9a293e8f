"""A dealer's own website, served by a thread of the tests."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FRAME = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Maple Street Motors</title></head>
<body style="margin:0 auto;max-width:1000px;font:1rem Georgia,serif">
<h1>Come and see us</h1>
{body}
<p id="foot">Open Monday to Saturday</p>
</body>
</html>"""


class DealerSite:
    """Serves pages at addresses of their own until closed."""

    def __init__(self) -> None:
        pages: dict[str, str] = {"/favicon.ico": ""}
        policies: dict[str, str] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = pages.get(self.path.split("?")[0])
                self.send_response(404 if content is None else 200)
                self.send_header("content-type", "text/html; charset=utf-8")
                if policy := policies.get(self.path.split("?")[0]):
                    self.send_header("content-security-policy", policy)
                self.end_headers()
                self.wfile.write((content or "").encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
                """Say nothing."""

        self._pages, self._policies = pages, policies
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def publish(self, body: str, policy: str = "") -> str:
        """Put this HTML into a page of the site, with a Content-Security-Policy of its own; answer the page's address."""
        path = f"/page{len(self._pages)}"
        self._policies[path] = policy
        self._pages[path] = FRAME.format(body=body)
        return f"http://localhost:{self._server.server_address[1]}{path}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
