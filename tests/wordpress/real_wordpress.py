"""The plugin in a real WordPress, with MariaDB behind it: `make wordpress-test`. Not part of `make test`.

Needs Debian's packages wordpress, wordpress-theme-twentytwentythree, mariadb-server, php-cli and php-mysql. Nothing of the
machine's own WordPress or database is touched.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from browser.naughty import MARKUP
from runtime import wordpress
from runtime.children import Child
from support.running import free_port
from wordpress.conftest import Answer, ScriptedWorker
from wordpress.test_plugin import AWAY, EDITORS, LIST, TEXTS, car

PROGRAM = Path("/usr/share/wordpress")
CONFIGURATION = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:%(socket)s' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', '%(log)s' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HOME', '%(url)s' );
define( 'WP_SITEURL', '%(url)s' );
$table_prefix = 'wp_';
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """
define( 'WP_INSTALLING', true );
require 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'Maple Street Motors', 'dealer', 'dealer@maple.example', true, '', 'a password for tests' );
"""
SET_UP = """
require 'wp-load.php';
require ABSPATH . 'wp-admin/includes/plugin.php';
$failed = activate_plugin( 'carlot-inventory/carlot-inventory.php' );
if ( is_wp_error( $failed ) ) { throw new Exception( $failed->get_error_message() ); }
function page( $title, $content ) {
	$post = array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => $title, 'post_content' => $content );
	return wp_insert_post( $post );
}
echo json_encode( array(
	'shortcode' => page( 'Cars', '[carlot_inventory columns="2" sort="price"]' ),
	'block'     => page( 'Block', '<!-- wp:carlot/inventory {"make":"Honda"} /-->' ),
	'plain'     => page( 'About us', 'Nothing here.' ),
) );
"""


@dataclass(frozen=True, slots=True)
class RealSite:
    """A WordPress with the plugin, and pages with the shortcode, with the block and with neither."""

    folder: Path
    url: str
    log: Path
    pages: dict[str, int]

    def php(self, code: str) -> str:
        """Run PHP inside WordPress; answers what it writes. Raises: AssertionError."""
        return php(self.folder, "require 'wp-load.php'; require ABSPATH . 'wp-admin/includes/plugin.php';" + code)

    def get(self, page: str, **query: str) -> httpx.Response:
        """Look at a page as a visitor."""
        return httpx.get(self.url, params={"page_id": str(self.pages[page]), **query}, timeout=60)

    def forget(self, age_s: int | None = None) -> None:
        """Make the copies so old; without an age there are none any more. Failures are forgotten too."""
        self.php(
            f"$age = {json.dumps(age_s)};"
            """
            global $wpdb;
            $then = array( 'checked' => time() - $age, 'fetched' => time() - $age );
            $kept = "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '_transient_carlot%'";
            foreach ( $wpdb->get_col( $kept ) as $name ) {
                $key = substr( $name, strlen( '_transient_' ) );
                $copy = get_transient( $key );
                delete_transient( $key );
                if ( null !== $age && is_array( $copy ) ) {
                    set_transient( $key, array_merge( $copy, $then ), 604800 );
                }
            }"""
        )

    def complaints(self) -> str:
        """What PHP and WordPress had to say about the plugin."""
        said = self.log.read_text() if self.log.exists() else ""
        return "\n".join(line for line in said.splitlines() if "carlot" in line.lower())


def php(folder: Path, code: str) -> str:
    """Run PHP in a folder. Raises: AssertionError when it fails."""
    done = subprocess.run(
        ["php", "-d", "display_errors=stderr", "-r", code], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """MariaDB in a folder of its own, reached by its socket only."""
    for command in ("mariadbd", "mariadb-install-db", "php"):
        assert shutil.which(command), f"needs {command}: see the top of this file"
    folder = tmp_path_factory.mktemp("db")
    user = f"--user={os.environ.get('USER', 'root')}"
    made = ["mariadb-install-db", "--no-defaults", user, f"--datadir={folder}/data", "--auth-root-authentication-method=normal"]
    subprocess.run([*made, "--skip-test-db"], check=True, stdout=subprocess.DEVNULL, timeout=120)
    socket = folder / "socket"
    words = ["mariadbd", "--no-defaults", user, f"--datadir={folder}/data", f"--socket={socket}", "--skip-networking"]
    with (folder / "log").open("wb") as output, Child([*words, f"--pid-file={folder}/pid"], folder, dict(os.environ), output):
        for _ in range(300):
            if socket.exists():
                break
            time.sleep(0.1)
        made_database = (
            f"(new mysqli('localhost', 'root', '', '', 0, '{socket}'))->query('CREATE DATABASE wordpress CHARACTER SET utf8mb4');"
        )
        php(folder, made_database)
        yield socket


@pytest.fixture(scope="module")
def worker() -> Iterator[ScriptedWorker]:
    """A Worker that a test scripts."""
    worker = ScriptedWorker()
    yield worker
    worker.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, database: Path, worker: ScriptedWorker) -> Iterator[RealSite]:
    """The site, with the plugin as it is packed."""
    assert PROGRAM.exists(), "needs WordPress: see the top of this file"
    top = tmp_path_factory.mktemp("wordpress")
    folder, log, port = top / "site", top / "debug.log", free_port()
    url = f"http://127.0.0.1:{port}"
    shutil.copytree(PROGRAM, folder, ignore_dangling_symlinks=True)
    (folder / "wp-config.php").unlink(missing_ok=True)
    (folder / "wp-config.php").write_text(CONFIGURATION % {"socket": database, "log": log, "url": url})
    wordpress.pack(top / "plugin.zip")
    with zipfile.ZipFile(top / "plugin.zip") as package:
        package.extractall(folder / "wp-content" / "plugins")
    php(folder, INSTALL)
    pages = json.loads(php(folder, SET_UP))
    environment = {**os.environ, "PHP_CLI_SERVER_WORKERS": "2"}
    with (
        (top / "server.log").open("wb") as output,
        Child(["php", "-S", f"127.0.0.1:{port}", "-t", str(folder)], top, environment, output),
    ):
        found = RealSite(folder, url, log, pages)
        for _ in range(100):
            try:
                httpx.get(f"{url}/wp-login.php", timeout=60)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        found.php(f"update_option( 'carlot_inventory', array( 'url' => '{worker.url}' ) );")
        yield found


@pytest.fixture(autouse=True)
def fresh(site: RealSite, worker: ScriptedWorker) -> Iterator[None]:
    """Each test begins without copies, and ends without a complaint of PHP's."""
    site.forget()
    worker.answers = {LIST: Answer([car(), car("v2", price=None)], headers={"ETag": '"1"'})}
    worker.heard.clear()
    yield
    assert site.complaints() == ""


def test_the_shortcode_lists_vehicles(site: RealSite, worker: ScriptedWorker) -> None:
    html = site.get("shortcode").text
    assert html.count("carlot-card") == 2
    assert "2019 Honda Accord" in html
    assert "carlot-columns-2" in html
    assert "carlot-inventory.css" in html
    assert worker.heard == [(f"{LIST}?sort=price&limit=24", None)]


def test_the_block_lists_vehicles(site: RealSite, worker: ScriptedWorker) -> None:
    html = site.get("block").text
    assert html.count("carlot-card") == 2
    assert "wp-block-carlot-inventory" in html
    assert worker.heard == [(f"{LIST}?make=Honda&sort=newest&limit=24", None)]


def test_a_copy_serves_and_outlives_the_worker(site: RealSite, worker: ScriptedWorker) -> None:
    site.get("shortcode")
    site.get("shortcode")
    assert len(worker.heard) == 1
    site.forget(age_s=400)
    assert "2019 Honda Accord" in site.get("shortcode").text
    assert worker.heard[1][1] == '"1"'
    worker.answers = {LIST: Answer({}, 503)}
    site.forget(age_s=7200)
    html = site.get("shortcode").text
    assert "2019 Honda Accord" in html
    assert EDITORS not in html


def test_without_a_copy_the_visitor_is_told_to_call(site: RealSite, worker: ScriptedWorker) -> None:
    worker.answers = {LIST: Answer(b"<h1>Gateway</h1>", 502)}
    html = site.get("block").text
    assert AWAY in html
    assert EDITORS not in html


def test_a_vehicle_has_a_page_a_title_an_address_and_a_description(site: RealSite, worker: ScriptedWorker) -> None:
    worker.answers["/api/public/vehicle/v1"] = Answer(car(vin="1HGCV1F3XKA000001", description="One owner.\nNew brakes."))
    worker.answers["/api/public/dealer"] = Answer(
        {"name": "M", "phone": "(555) 010-0142", "email": "cars@maple.example", "address": ""}
    )
    response = site.get("shortcode", carlot_vehicle="v1")
    assert response.status_code == 200
    html = response.text
    title = re.search(r"<title>(.*?)</title>", html)
    assert title
    assert title[1].startswith("2019 Honda Accord Sport")
    canonical = re.search(r'<link rel="canonical" href="(.*?)"', html)
    assert canonical
    assert "carlot_vehicle=v1" in canonical[1]
    structured = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert structured
    assert json.loads(structured[1])["vehicleIdentificationNumber"] == "1HGCV1F3XKA000001"
    assert 'href="tel:5550100142"' in html
    assert 'href="mailto:cars@maple.example?subject=' in html
    gone = site.get("shortcode", carlot_vehicle="gone")
    assert gone.status_code == 404
    assert "no longer on the lot" in gone.text
    assert "no longer on the lot" not in site.get("plain", carlot_vehicle="gone").text


def test_hostile_text_stays_text_and_runs_no_shortcode(site: RealSite, worker: ScriptedWorker) -> None:
    text = f"[caption]x[/caption] [embed]http://127.0.0.1/[/embed] {MARKUP}"
    hostile = car(**dict.fromkeys(TEXTS, text))
    worker.answers = {
        LIST: Answer([hostile]),
        "/api/public/vehicle/v1": Answer(hostile),
        "/api/public/dealer": Answer({"phone": text}),
    }
    for page, query in (
        ("shortcode", {}),
        ("block", {}),
        ("shortcode", {"carlot_vehicle": "v1"}),
        ("block", {"carlot_vehicle": "v1"}),
    ):
        html = site.get(page, **query).text
        assert "<script>window.pwned" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
        assert "&#091;caption&#093;" in html
        # A caption that WordPress had made would be a figure.
        assert "wp-caption" not in html.split("</head>")[1]


def test_an_editor_is_told_what_a_visitor_is_not(site: RealSite, worker: ScriptedWorker) -> None:
    worker.answers = {LIST: Answer({}, 503)}
    with httpx.Client(base_url=site.url, timeout=60, follow_redirects=True) as dealer:
        dealer.get("/wp-login.php")
        dealer.post("/wp-login.php", data={"log": "dealer", "pwd": "a password for tests", "testcookie": "1"})
        html = dealer.get("/", params={"page_id": site.pages["shortcode"]}).text
        assert EDITORS in html
        assert "status 503" in html
        settings = dealer.get("/wp-admin/options-general.php?page=carlot-inventory").text
        assert "CarLot Manager answered with status 503." in settings
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', settings)
        assert nonce
        form = {
            "option_page": "carlot_inventory",
            "action": "update",
            "carlot_inventory[url]": "https://lot.example/inventory.html",
        }
        assert dealer.post("/wp-admin/options.php", data={**form, "_wpnonce": "forged"}).status_code == 403
        saved = dealer.post(
            "/wp-admin/options.php", data={**form, "_wpnonce": nonce[1], "_wp_http_referer": "/wp-admin/options-general.php"}
        )
        assert saved.status_code == 200
        assert site.php("echo get_option( 'carlot_inventory' )['url'];") == "https://lot.example"
        bad = {**form, "carlot_inventory[url]": "javascript:alert(1)", "_wpnonce": nonce[1]}
        dealer.post("/wp-admin/options.php", data=bad)
        assert site.php("echo get_option( 'carlot_inventory' )['url'];") == "https://lot.example"
    site.php(f"update_option( 'carlot_inventory', array( 'url' => '{worker.url}' ) );")


def test_the_texts_are_translated(site: RealSite) -> None:
    assert (
        site.php(
            "unload_textdomain( 'carlot-inventory' );"
            "load_textdomain( 'carlot-inventory', WP_PLUGIN_DIR . '/carlot-inventory/languages/carlot-inventory-es_ES.mo' );"
            "echo __( 'Call for price', 'carlot-inventory' );"
        )
        == "Consulte el precio"
    )


def test_deleting_it_leaves_nothing(site: RealSite) -> None:
    site.get("shortcode")
    query = "SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE '%carlot_inventory%'"
    left = f'global $wpdb; echo (int) $wpdb->get_var( "{query}" );'
    assert int(site.php(left)) >= 2
    site.php("$plugin = 'carlot-inventory/carlot-inventory.php'; deactivate_plugins( $plugin );uninstall_plugin( $plugin );")
    assert site.php(left) == "0"
    assert "[carlot_inventory" in site.get("shortcode").text
