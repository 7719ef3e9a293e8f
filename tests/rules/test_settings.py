"""Every setting is known wherever it has to be: program, configuration, example, docs/settings.md, commands, simulators."""

from __future__ import annotations

import re
from functools import cache

import pytest

from carlot import settings
from carlot.partners.listings.site import Site
from carlot.partners.registry import PARTNERS, SITES
from carlot.settings import Settings, setting_names
from runtime import configuration, up
from runtime.paths import ROOT
from simulators.app import make_partners
from simulators.partner import Introduced

NAMES = setting_names(PARTNERS)
PAGE = ROOT / "docs" / "settings.md"
NAME = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`")
BINDINGS = {"DB", "INTEGRATIONS_KV", "PHOTOS", "SYNC_QUEUE", "SYNC_DLQ", "ASSETS"}


@cache
def described() -> list[tuple[str, str]]:
    """Every name in the tables of docs/settings.md with its kind."""
    rows = re.findall(r"^\| (`[A-Z].*?) \| ([^|]+) \|", PAGE.read_text(), re.MULTILINE)
    return [(name, kind) for names, kind in rows for name in NAME.findall(names)]


def test_the_page_describes_each_setting_once_and_no_other() -> None:
    assert sorted(name for name, _ in described()) == sorted(NAMES)


def test_each_is_a_var_in_the_configuration_or_a_secret_in_the_example() -> None:
    variables, secrets = set(configuration.read_config()["vars"]), configuration.secret_names()
    assert variables | set(secrets) == set(NAMES)
    assert variables & set(secrets) == set()
    assert len(secrets) == len(set(secrets))


def test_the_page_says_of_each_whether_it_is_a_secret_or_a_var() -> None:
    secrets = set(configuration.secret_names())
    assert {name for name, kind in described() if kind.startswith("secret")} == secrets
    assert {kind.split(",")[0] for _, kind in described()} == {"secret", "var"}


def test_the_example_configures_nothing() -> None:
    lines = configuration.EXAMPLE.read_text().splitlines()
    settings = (line.removeprefix("#") for line in lines if "=" in line and not line.startswith("# "))
    given = dict(line.split("=", 1) for line in settings)
    assert set(given) == set(configuration.secret_names())
    assert Settings.from_env({name: value.strip('"') for name, value in given.items()}, PARTNERS) == Settings(partners=PARTNERS)


def test_the_commands_know_what_the_program_takes_for_not_configured() -> None:
    assert configuration.PLACEHOLDER == settings.PLACEHOLDER


@pytest.mark.parametrize("target", [target for target, partner in PARTNERS.items() if partner.needs])
def test_the_doctor_asks_for_what_each_partner_needs(target: str) -> None:
    assert configuration.PURPOSES[PARTNERS[target].name] == PARTNERS[target].needs


def test_the_doctor_asks_for_nothing_that_nobody_reads() -> None:
    asked = {name for names in configuration.PURPOSES.values() for name in names}
    assert asked <= set(NAMES)
    assert {name for partner in PARTNERS.values() for name in partner.needs} <= asked


def test_the_demo_configures_every_partner() -> None:
    """A simulated partner says itself what it takes; together with the made-up dealer that is all there is to set."""
    given = dict(up.DEALER)
    for partner in make_partners([], None):
        if isinstance(partner, Introduced):
            given |= partner.settings("http://127.0.0.1:9000")
    assert set(given) <= set(NAMES)
    demo = Settings.from_env(given, PARTNERS)
    assert [target for target in PARTNERS if not demo.configured(target)] == []


DELIVERED: dict[str, str] = configuration.read_config()["vars"]


@pytest.mark.parametrize(
    ("target", "setting"),
    [
        ("wayne_reeves", "WAYNE_REEVES_API_KEY"),
        ("cargurus", "CARGURUS_API_KEY"),
        ("truecar", "TRUECAR_DEALER_ID"),
        ("kbb", "KBB_DEALER_ID"),
    ],
)
def test_one_setting_alone_configures_the_partner(target: str, setting: str) -> None:
    """The setup guide has the dealer set the key, or the dealer id, and nothing else."""
    assert not Settings.from_env(DELIVERED, PARTNERS).configured(target)
    assert Settings.from_env({**DELIVERED, setting: "dealer-1"}, PARTNERS).configured(target)


def test_the_doctor_asks_about_the_addresses_as_delivered() -> None:
    assert {name: address for name, (address, _, _) in configuration.ASSUMED.items()} == {
        name: value for name, value in DELIVERED.items() if value.startswith("https://") and name != "VIN_DECODER_URL"
    }


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.target)
def test_the_version_is_in_a_sites_address_once(site: Site) -> None:
    """The address as delivered ends with it, that of a simulated site does not."""
    given = {site.base_url: "", "TRUECAR_DEALER_ID": "d", "KBB_DEALER_ID": "d"}
    path = site.url(given.__getitem__, "VIN")
    assert path.startswith("/v1/")
    for base, whole in ((DELIVERED[site.base_url], DELIVERED[site.base_url][:-3]), ("http://x.test/site", "http://x.test/site")):
        given[site.base_url] = base
        assert site.url(given.__getitem__, "VIN") == whole + path
