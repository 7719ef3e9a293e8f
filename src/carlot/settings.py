"""The configuration: secrets and vars, read once from the Worker's environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

PLACEHOLDER = re.compile(r"^(YOUR[_-].*|<.*>|CHANGE[_-]?ME|REPLACE[_-].*|xxx+)$", re.IGNORECASE)
"""Texts that the setup guide prints for the reader to replace. They count as not configured."""

LISTING_SITES = {"cargurus": "CarGurus", "truecar": "TrueCar", "kbb": "Kelley Blue Book"}
"""Target and name of each listing site."""

PARTNER_NAMES = {
    "wayne_reeves": "Wayne Reeves",
    "quickbooks": "QuickBooks",
    **LISTING_SITES,
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
    "cargurus": ("CARGURUS_API_URL", "CARGURUS_API_KEY"),
    "truecar": ("TRUECAR_API_URL", "TRUECAR_DEALER_ID"),
    "kbb": ("KBB_API_URL", "KBB_DEALER_ID"),
    "alerts": ("ALERT_WEBHOOK_URL",),
}
"""What each partner cannot do without."""


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Every setting of CONTRACTS section 1 under its own name in lower case; `""` means not configured.

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
    cargurus_api_key: str = ""
    cargurus_api_url: str = ""
    truecar_api_url: str = ""
    truecar_api_key: str = ""
    truecar_dealer_id: str = ""
    kbb_api_url: str = ""
    kbb_api_key: str = ""
    kbb_dealer_id: str = ""
    admin_token: str = ""
    token_encryption_key: str = ""
    auth_mode: str = "required"
    alert_webhook_url: str = ""
    import_publish_to_website: str = "false"
    dealer_name: str = ""
    dealer_phone: str = ""
    dealer_address: str = ""
    dealer_timezone: str = "America/New_York"
    public_base_url: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str | None]) -> Settings:
        """Read the settings by name; empty, missing and placeholder values leave the default."""
        found: dict[str, str] = {}
        for setting in fields(cls):
            value = (env.get(setting.name.upper()) or "").strip()
            if value and not PLACEHOLDER.match(value):
                found[setting.name] = value.rstrip("/") if setting.name.endswith("_url") else value
        return cls(**found)

    def configured(self, target: str) -> bool:
        """Whether a partner (`wayne_reeves`, `quickbooks`, `cargurus`, `truecar`, `kbb`) has all it needs."""
        return not self.missing(target)

    def missing(self, target: str) -> list[str]:
        """The names of the settings a partner still lacks."""
        return [name for name in NEEDED.get(target, ()) if not getattr(self, name.lower())]

    @property
    def publishes_imports(self) -> bool:
        """Whether newly imported vehicles go on the public page at once."""
        return self.import_publish_to_website.lower() in ("true", "1", "on", "yes")


NAMES: tuple[str, ...] = tuple(setting.name.upper() for setting in fields(Settings))
"""Every name that is read from the environment."""
