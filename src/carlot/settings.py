"""The configuration: secrets and vars, read once from the Worker's environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from carlot.domain.partner import Partner

PLACEHOLDER = re.compile(r"^(YOUR[_-].*|<.*>|CHANGE[_-]?ME|REPLACE[_-].*|xxx+)$", re.IGNORECASE)
"""Texts that the setup guide prints for the reader to replace. They count as not configured."""


SECRET_LENGTH = 16
"""Characters that a webhook's secret has at least."""

SECRET_NAME = re.compile(r"_(KEY|SECRET|TOKEN|VERIFIER|CLIENT_ID|FTP_URL|FILE_URL)$|^ALERT_")
"""The names of secrets."""


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Every setting of docs/settings.md, "Settings", under its own name in lower case; `""` means not configured.

    Settings that only a partner's own module names (those of the listing sites) are in `others`; `value` finds them.
    There is no `repr`, so that no log line or traceback can show a secret.
    """

    wayne_reeves_api_key: str = ""
    wayne_reeves_api_url: str = ""
    wayne_reeves_file_url: str = ""
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
    quickbooks_tax_code: str = ""
    quickbooks_start_date: str = ""
    quickbooks_fee_item: str = ""
    quickbooks_tax_item: str = ""
    quickbooks_trade_in_item: str = ""
    quickbooks_deposit_item: str = ""
    quickbooks_discount_item: str = ""
    quickbooks_inventory_account: str = ""
    quickbooks_cost_of_sales_account: str = ""
    quickbooks_purchase_account: str = ""
    quickbooks_class: str = ""
    quickbooks_department: str = ""
    admin_token: str = ""
    token_encryption_key: str = ""
    auth_mode: str = "required"
    alert_webhook_url: str = ""
    alert_heartbeat_url: str = ""
    vin_decoder_url: str = ""
    import_publish_to_website: str = "false"
    dealer_name: str = ""
    dealer_phone: str = ""
    dealer_email: str = ""
    dealer_address: str = ""
    dealer_timezone: str = "America/New_York"
    public_base_url: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    partners: Mapping[str, Partner] = field(default_factory=dict)

    @classmethod
    def from_env(cls, env: Mapping[str, str | None], partners: Mapping[str, Partner]) -> Settings:
        """Read the settings by name; empty, missing and placeholder values leave the default."""
        found: dict[str, str] = {}
        for name in setting_names(partners):
            value = (env.get(name) or "").strip()
            if value and not PLACEHOLDER.match(value):
                found[name] = value.rstrip("/") if name.endswith("_URL") else value
        own = {name.lower(): value for name, value in found.items() if name in _OWN}
        return cls(**own, others={name: value for name, value in found.items() if name not in _OWN}, partners=partners)

    def value(self, name: str) -> str:
        """Return a setting by the name it has in the environment; empty when it is not configured."""
        return str(getattr(self, name.lower())) if name in _OWN else self.others.get(name, "")

    def configured(self, target: str) -> bool:
        """Whether a partner has every setting it needs."""
        return not self.missing(target)

    def missing(self, target: str) -> list[str]:
        """The names of the settings that a partner needs and that are not set.

        None for a target that is unknown, and for a partner that gets or gives a file instead.
        """
        partner = self.partners.get(target)
        return [] if partner and partner.alone and self.value(partner.alone) else self.lacking(target)

    def lacking(self, target: str) -> list[str]:
        """The names of the settings that a partner's API needs and that are not set, also where a file does instead."""
        needs = self.partners[target].needs if target in self.partners else ()
        return [name for name in needs if not self.value(name)]

    @property
    def tells_dms(self) -> bool:
        """Whether the DMS hears of sales and edits: not where its inventory comes in a file alone."""
        return not self.configured("wayne_reeves") or not self.lacking("wayne_reeves")

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets that sign the DMS's webhook: two while it is being rotated. A text that is no two such secrets is one.

        None is shorter than `SECRET_LENGTH`: what is short is guessed, and counts as not configured.
        """
        parts = self.webhook_secret.split()
        if len(parts) == 2 and all(len(part) >= SECRET_LENGTH for part in parts):
            return tuple(parts)
        return (self.webhook_secret,) if len(self.webhook_secret) >= SECRET_LENGTH else ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that are shown nowhere, the longest first. Very short ones are left out: they would hide too much."""
        names = (name for name in (*_OWN, *self.others) if SECRET_NAME.search(name))
        values = {part for name in names for part in (self.value(name), *self.value(name).split()) if len(part) >= 6}
        return tuple(sorted(values, key=len, reverse=True))

    @property
    def keeps_costs(self) -> bool:
        """Whether the cost of cars is kept in the books: all its accounts are named."""
        return bool(
            self.quickbooks_inventory_account and self.quickbooks_cost_of_sales_account and self.quickbooks_purchase_account
        )

    @property
    def publishes_imports(self) -> bool:
        """Whether newly imported vehicles go on the public page at once."""
        return self.import_publish_to_website.lower() in ("true", "1", "on", "yes")


_OWN = tuple(setting.name.upper() for setting in fields(Settings) if setting.name not in ("others", "partners"))


def setting_names(partners: Mapping[str, Partner]) -> tuple[str, ...]:
    """Every name that is read from the environment."""
    of_partners = (name for partner in partners.values() for name in (*partner.needs, *partner.options))
    return tuple(dict.fromkeys((*_OWN, *of_partners)))
