"""Serve the stand-in alone: `python -m simulators.cloudflare --port 9100`."""

from __future__ import annotations

import argparse

from aiohttp import web

from simulators.app import build_app
from simulators.cloudflare import Cloudflare


def main() -> None:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="simulators.cloudflare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=9100)
    port = parser.parse_args().port
    account = Cloudflare()
    for name, value in account.settings(f"http://127.0.0.1:{port}").items():
        print(f"export {name}={value}", flush=True)
    web.run_app(build_app([account]), host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    main()
