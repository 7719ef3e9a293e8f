"""A Worker beside the three listing sites, and the truths that must hold whatever happens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from support.running import Partners, Worker, wait_until

SITES = ("cargurus", "truecar", "kbb")
PRICE = {"cargurus": "price", "truecar": "list_price", "kbb": "ListPrice"}


def settings(partners: Partners) -> dict[str, str]:
    """The settings of a dealer who is on all sites."""
    return {
        "CARGURUS_API_URL": f"{partners.url}/cargurus",
        "CARGURUS_API_KEY": "key",
        "TRUECAR_API_URL": f"{partners.url}/truecar",
        "TRUECAR_DEALER_ID": "D42",
        "KBB_API_URL": f"{partners.url}/kbb",
        "KBB_DEALER_ID": "K7",
    }


def imported(worker: Worker, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Send rows as a CSV file that must be taken; the report."""
    lines = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    answer = worker.client.post(
        "/api/vehicles/import", content=text.getvalue().encode(), headers={"content-type": "text/csv"}, timeout=60
    )
    assert answer.status_code == 200, answer.text[:2000]
    report: dict[str, Any] = answer.json()
    return report


def shown(partners: Partners, site: str) -> dict[str, dict[str, Any]]:
    """What a site shows, by VIN."""
    listings: dict[str, dict[str, Any]] = partners.sim("GET", f"{site}/listings")["listings"]
    return listings


def all_calm(worker: Worker, limit_s: float = 400) -> None:
    """Fire the cron again and again until no task is left to do and nothing is to be read back soon."""
    left = """SELECT 1 FROM sync_tasks WHERE state IN ('pending', 'running') UNION ALL
      SELECT 1 FROM listings WHERE verify_after IS NOT NULL"""

    def calm() -> bool:
        worker.tick()
        return not worker.query(left)

    wait_until(calm, limit_s, "every task done, every listing sure")


def check(worker: Worker, partners: Partners, held: dict[str, set[float]]) -> None:
    """Every site shows just the cars that are to be listed, each at its present price, and none that was not `held`."""
    rows = worker.query(
        """SELECT vin, price_cents FROM vehicles WHERE status = 'available' AND publish_to_third_party = 1
        AND vin_valid = 1 AND price_cents > 0 AND photos <> '[]'"""
    )
    wanted = {row["vin"]: row["price_cents"] / 100 for row in rows}
    for site in SITES:
        listings = {vin: listing[PRICE[site]] for vin, listing in shown(partners, site).items()}
        assert listings == wanted, site
        audited = worker.query("SELECT vin, state, price_cents FROM audit_listing WHERE platform = ? AND state <> 'absent'", site)
        assert {row["vin"]: (row["state"], row["price_cents"] / 100) for row in audited} == {
            vin: ("live", price) for vin, price in wanted.items()
        }
        for change in partners.sim("GET", f"{site}/history")["history"]:
            assert change["what"] == "removed" or change["price"] in held[change["vin"]], (site, change)
