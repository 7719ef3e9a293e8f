"""Command line of the simulated partners: `python -m simulators --port 9000`."""

import argparse
import asyncio
import errno
import signal
import sys
import tempfile
from pathlib import Path

from aiohttp import web

from simulators.app import build_app, make_partners
from simulators.ftp import FtpServer
from simulators.generate import vehicles
from simulators.listings import ListingSite
from simulators.partner import Introduced, Partner
from simulators.quickbooks.webhooks import WebhookSettings
from simulators.wayne_reeves.files import LOT_FILE, read_lot


def read_flags(arguments: list[str]) -> argparse.Namespace:
    """Parse the flags. Unknown flags end the program with a message."""
    parser = argparse.ArgumentParser(prog="partners", description="Simulated partners of CarLot Manager.")
    parser.add_argument("--port", type=int, default=9000, help="0 takes a free port (default 9000)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, default=1, help="seed of faults and made-up vehicles (default 1)")
    parser.add_argument("--latency-ms", type=float, default=0, help="delay added to every response of a partner")
    parser.add_argument("--wayne-reeves-key", help="the only API key that is accepted (default: any)")
    parser.add_argument("--photo-base", help="address that replaces the placeholder in the demo lot's photo URLs")
    parser.add_argument("--quickbooks-webhook", metavar="URL", help="where QuickBooks sends its webhooks (default: nowhere)")
    parser.add_argument("--quickbooks-verifier", metavar="TOKEN", default="", help="the verifier token that signs the webhooks")
    parser.add_argument("--files-to", metavar="SITE", help="a listing site that takes the inventory by FTP, on the next port")
    parser.add_argument("--show-settings", action="store_true", help="print the settings for CarLot Manager")
    lot = parser.add_mutually_exclusive_group()
    lot.add_argument("--inventory", type=Path, default=LOT_FILE, help="CSV or JSON file with the DMS's field names")
    lot.add_argument("--generate", type=int, metavar="N", help="use a lot of N made-up vehicles")
    return parser.parse_args(arguments)


async def serve(flags: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Raises: OSError when the port or the inventory file cannot be opened."""
    if flags.generate is not None:
        inventory = vehicles(flags.generate, flags.seed)
    else:
        inventory = read_lot(flags.inventory, flags.photo_base)
    webhooks = WebhookSettings(url=flags.quickbooks_webhook, verifier=flags.quickbooks_verifier)
    partners = make_partners(inventory, flags.wayne_reeves_key, webhooks)
    with tempfile.TemporaryDirectory(prefix="carlot-files-") as folder:
        for site in partners:
            if isinstance(site, ListingSite) and site.name == flags.files_to:
                # Always the same port: another one would be another address, whose old file somebody has to delete.
                site.files = FtpServer(Path(folder), port=flags.port + 1 if flags.port else 0)
        await _serve(flags, partners, len(inventory))


async def _serve(flags: argparse.Namespace, partners: list[Partner], cars: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # A stalled response must not delay the shutdown by more than half a second.
    runner = web.AppRunner(build_app(partners, flags.seed, flags.latency_ms), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, flags.host, flags.port).start()
        host, port = runner.addresses[0][:2]
        print(f"Partners ready on http://{host}:{port} with {cars} vehicles; controls: /_sim", flush=True)
        for partner in partners:
            if flags.show_settings and isinstance(partner, Introduced):
                lines = _lines(partner.settings(f"http://{host}:{port}"))
                print(f"To use {partner.name}, set", *lines, sep="\n  ", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()


def _lines(settings: dict[str, str]) -> list[str]:
    """Return the settings as lines of `.dev.vars`."""
    return [f'{name}="{value}"' for name, value in settings.items()]


def main() -> int:
    """Return 0 after a signal, or 1 with one line on stderr when the server could not start."""
    try:
        asyncio.run(serve(read_flags(sys.argv[1:])))
    except (OSError, ValueError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        what = "The port is in use. Stop the program that uses it, or choose another port with --port." if taken else error
        print(f"partners: {what}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
