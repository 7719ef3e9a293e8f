"""A real WordPress with MariaDB behind it, for the tests that `make wordpress-test` runs.

Needs the packages that `dev/wordpress --packages` installs, and takes the WordPress of Debian, or the one in the folder
`WORDPRESS_PROGRAM`. Nothing of the machine's own WordPress or database is touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from runtime import wordpress
from runtime.children import Child
from support.running import free_port
from wordpress.conftest import Answer, ScriptedWorker
from wordpress.test_plugin import LIST, car

PROGRAM = Path(os.environ.get("WORDPRESS_PROGRAM", "/usr/share/wordpress"))
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
// WordPress' own clock runs only in the tests that ask for it.
define( 'DISABLE_WP_CRON', ! file_exists( __DIR__ . '/clock' ) );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HOME', '%(url)s' );
define( 'WP_SITEURL', '%(url)s' );
$table_prefix = 'wp_';
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""
# What a web server's rewriting does: files as they are, all else to WordPress.
ROUTER = """<?php
$path = $_SERVER['DOCUMENT_ROOT'] . parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( is_file( $path ) || is_file( rtrim( $path, '/' ) . '/index.php' ) ) {
    return false;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
"""
INSTALL = """
define( 'WP_INSTALLING', true );
require 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'Maple Street Motors', 'dealer', 'dealer@maple.example', true, '', 'a password for tests' );
"""
SET_UP = """
require 'wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
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
        return php(self.folder, "require 'wp-load.php'; require_once ABSPATH . 'wp-admin/includes/plugin.php';" + code)

    @contextmanager
    def plugin(self, code: str) -> Iterator[None]:
        """Run with another plugin on the site."""
        folder = self.folder / "wp-content" / "mu-plugins"
        folder.mkdir(exist_ok=True)
        (folder / "other.php").write_text(code)
        try:
            yield
        finally:
            (folder / "other.php").unlink()

    def get(self, page: str, **query: str) -> httpx.Response:
        """Look at a page as a visitor."""
        return httpx.get(self.url, params={"page_id": str(self.pages[page]), **query}, timeout=60)

    def forget(self, age_s: int | None = None) -> None:
        """Make the copies so old; without an age there are none any more. Failures are forgotten too."""
        self.php(
            f"$age = {json.dumps(age_s)};"
            """
            global $wpdb;
            $then = array( 'fetched' => time() - $age );
            $kept = "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '_transient_carlot%'";
            foreach ( $wpdb->get_col( $kept ) as $name ) {
                $key = substr( $name, strlen( '_transient_' ) );
                $copy = get_transient( $key );
                delete_transient( $key );
                if ( null !== $age && is_array( $copy ) && isset( $copy['content'] ) ) {
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
    # Not shutil.copytree, which takes every relative link for a dangling one. Some of Debian's do dangle, and cp says so.
    subprocess.run(["cp", "-rL", str(PROGRAM), str(folder)], check=False, stderr=subprocess.DEVNULL)
    (folder / "wp-config.php").unlink(missing_ok=True)
    (folder / "wp-config.php").write_text(CONFIGURATION % {"socket": database, "log": log, "url": url})
    wordpress.pack(top / "plugin.zip")
    with zipfile.ZipFile(top / "plugin.zip") as package:
        package.extractall(folder / "wp-content" / "plugins")
    php(folder, INSTALL)
    pages = json.loads(php(folder, SET_UP))
    (top / "router.php").write_text(ROUTER)
    environment = {**os.environ, "PHP_CLI_SERVER_WORKERS": "3"}
    with (
        (top / "server.log").open("wb") as output,
        Child(["php", "-S", f"127.0.0.1:{port}", "-t", str(folder), str(top / "router.php")], top, environment, output),
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


PRETTY = """
global $wp_rewrite;
$wp_rewrite->set_permalink_structure( '/%postname%/' );
update_option( 'permalink_structure', '/%postname%/' );
"""
PLAIN = "update_option( 'permalink_structure', '' ); delete_option( 'rewrite_rules' );"


@pytest.fixture
def pretty(site: RealSite) -> Iterator[str]:
    """The address of the page with the lot, on a site with permalinks that can be read."""
    site.php(PRETTY)
    httpx.get(site.url, timeout=60)
    yield f"{site.url}/cars/"
    site.php(PLAIN)
