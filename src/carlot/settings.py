"""The configuration: secrets and vars, read once from the Worker's environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from carlot.partners.listings.registry import SITES

PLACEHOLDER = re.compile(r"^(YOUR[_-].*|<.*>|CHANGE[_-]?ME|REPLACE[_-].*|xxx+)$", re.IGNORECASE)
"""Texts that the setup guide prints for the reader to replace. They count as not configured."""

PARTNER_NAMES = {
    "wayne_reeves": "Wayne Reeves",
    "quickbooks": "QuickBooks",
    **{site.target: site.name for site in SITES.values()},
    "alerts": "the alert address",
    "carlot": "CarLot itself",
}
"""Target and name of everything a task can be for."""

NEEDED: dict[str, tuple[str, ...]] = {
    "wayne_reeves": ("WAYNE_REEVES_API_URL", "WAYNE_REEVES_API_KEY"),
    "quickbooks": (
        "QUICKBOOKS_CLIENT_ID",
        "QUICKBOOKS_CLIENT_SECRET",
        "QUICKBOOKS_REALM_ID",
        "TOKEN_ENCRYPTION_KEY",
    ),
    **{site.target: site.needed for site in SITES.values()},
    "alerts": ("ALERT_WEBHOOK_URL",),
}
"""What each partner cannot do without."""

_OF_SITES = tuple(name for site in SITES.values() for name in (*site.needed, *site.optional))
"""The settings of the listing sites, which only their own modules name."""


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Every setting of docs/settings.md, "Settings", under its own name in lower case; `""` means not configured.

    Those of the listing sites stand in `of_sites`, by name; `value` finds them.

    It has no `repr`, so that no log line or traceback can show a secret.
    """

    wayne_reeves_api_key: str = ""
    wayne_reeves_api_url: str = ""
    webhook_secret: str = ""
    webhook_legacy: str = "on"
    quickbooks_client_id: str = ""
    quickbooks_client_secret: str = ""
    quickbooks_realm_id: str = ""
    quickbooks_webhook_verifier: str = ""
    quickbooks_environment: str = "sandbox"
    quickbooks_authorize_url: str = ""
    quickbooks_token_url: str = ""
    quickbooks_revoke_url: str = ""
    quickbooks_api_url: str = ""
    quickbooks_sales_item: str = ""
    quickbooks_expense_account: str = ""
    quickbooks_payment_account: str = ""
    quickbooks_default_customer: str = ""
    admin_token: str = ""
    token_encryption_key: str = ""
    auth_mode: str = "required"
    alert_webhook_url: str = ""
    import_publish_to_website: str = "false"
    dealer_name: str = ""
    dealer_phone: str = ""
    dealer_email: str = ""
    dealer_address: str = ""
    dealer_timezone: str = "America/New_York"
    public_base_url: str = ""
    of_sites: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_env(cls, env: Mapping[str, str | None]) -> Settings:
        """Read the settings by name; empty, missing and placeholder values leave the default."""
        found: dict[str, str] = {}
        for name in NAMES:
            value = (env.get(name) or "").strip()
            if value and not PLACEHOLDER.match(value):
                found[name] = value.rstrip("/") if name.endswith("_URL") else value
        own = {name.lower(): value for name, value in found.items() if name not in _OF_SITES}
        return cls(**own, of_sites={name: found[name] for name in _OF_SITES if name in found})

    def value(self, name: str) -> str:
        """A setting by the name it has in the environment; empty when it is not configured."""
        return self.of_sites.get(name, "") if name in _OF_SITES else str(getattr(self, name.lower()))

    def configured(self, target: str) -> bool:
        """Whether a partner, named as in `NEEDED`, has all it needs."""
        return not self.missing(target)

    def missing(self, target: str) -> list[str]:
        """The names of the settings a partner still lacks."""
        return [name for name in NEEDED.get(target, ()) if not self.value(name)]

    @property
    def publishes_imports(self) -> bool:
        """Whether newly imported vehicles go on the public page at once."""
        return self.import_publish_to_website.lower() in ("true", "1", "on", "yes")


NAMES: tuple[str, ...] = (*(setting.name.upper() for setting in fields(Settings) if setting.name != "of_sites"), *_OF_SITES)
"""Every name that is read from the environment."""
