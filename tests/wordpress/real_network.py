"""The plugin on a network of two sites: `make wordpress-test`. Not part of `make test`."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from wordpress.conftest import Answer, ScriptedWorker
from wordpress.real_site import RealSite, database, fresh, site, worker
from wordpress.test_plugin import LIST, car

__all__ = ["database", "fresh", "site", "worker"]

NETWORK = """
define( 'MULTISITE', true );
define( 'SUBDOMAIN_INSTALL', false );
define( 'DOMAIN_CURRENT_SITE', '%(host)s' );
define( 'PATH_CURRENT_SITE', '/' );
define( 'SITE_ID_CURRENT_SITE', 1 );
define( 'BLOG_ID_CURRENT_SITE', 1 );
$_SERVER['HTTP_HOST'] = $_SERVER['HTTP_HOST'] ?? '%(host)s';
$_SERVER['REQUEST_URI'] = $_SERVER['REQUEST_URI'] ?? '/';
"""


@pytest.fixture(scope="module")
def second(site: RealSite, worker: ScriptedWorker) -> str:
    """The address of the lot on the second site of the network; the first is `site`."""
    host = site.url.removeprefix("http://")
    site.php(
        "define( 'WP_INSTALLING_NETWORK', true ); require_once ABSPATH . 'wp-admin/includes/upgrade.php'; global $wpdb;"
        "foreach ( $wpdb->tables( 'ms_global' ) as $table => $name ) { $wpdb->$table = $name; }"
        "require_once ABSPATH . 'wp-admin/includes/network.php'; install_network();"
        f"populate_network( 1, '{host}', 'dealer@maple.example', 'Maple', '/', false );"
    )
    site.php(f"foreach ( array( 'home', 'siteurl' ) as $name ) {{ update_option( $name, '{site.url}' ); }}")
    configuration = site.folder / "wp-config.php"
    # On a network, each site has an address of its own.
    text = re.sub(r"define\( 'WP_(HOME|SITEURL)'.*\n", "", configuration.read_text())
    configuration.write_text(text.replace("$table_prefix", NETWORK % {"host": host} + "$table_prefix", 1))
    made = json.loads(
        site.php(
            f"""
            activate_plugin( 'carlot-inventory/carlot-inventory.php', '', true );
            $id = wpmu_create_blog( '{host}', '/second/', 'Second', 1 );
            if ( is_wp_error( $id ) ) {{ throw new Exception( $id->get_error_message() ); }}
            // A real network is not on a port, which WordPress takes out of the name.
            $GLOBALS['wpdb']->update( $GLOBALS['wpdb']->blogs, array( 'domain' => '{host}' ), array( 'blog_id' => $id ) );
            clean_blog_cache( $id );
            switch_to_blog( $id );
            update_option( 'home', '{site.url}/second' );
            update_option( 'siteurl', '{site.url}/second' );
            update_option( 'carlot_inventory', array( 'url' => '{worker.url}' ) );
            $page = array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Lot' );
            $page['post_content'] = '[carlot_inventory]';
            echo json_encode( array( 'page' => wp_insert_post( $page ) ) );"""
        ).splitlines()[-1]
    )
    return f"{site.url}/second/?page_id={made['page']}"


def test_each_site_has_its_own_lot_and_nothing_remains(site: RealSite, worker: ScriptedWorker, second: str) -> None:
    worker.answers[LIST] = Answer([car(stockNumber="M1")])
    there = httpx.get(second, timeout=60, follow_redirects=True)
    assert there.text.count("carlot-card") == 1
    assert f"{site.url}/second/" in there.text.split('carlot-name"><a href="')[1][:100]
    here = httpx.get(f"{site.url}/?page_id={site.pages['shortcode']}", timeout=60, follow_redirects=True)
    assert here.text.count("carlot-card") == 1
    counted = (
        "foreach ( get_sites( array( 'fields' => 'ids' ) ) as $id ) { switch_to_blog( $id ); global $wpdb;"
        "echo (int) $wpdb->get_var( \"SELECT COUNT(*) FROM $wpdb->options WHERE option_name LIKE '%carlot_inventory%'\" )"
        " + ( wp_next_scheduled( 'carlot_inventory_tick' ) ? 1 : 0 ), ' '; restore_current_blog(); }"
    )
    before = [int(number) for number in site.php(counted).split()]
    assert len(before) == 2
    assert min(before) > 2
    # It was on for the first site before there was a network, and for the whole network since.
    site.php(
        "$plugin = 'carlot-inventory/carlot-inventory.php'; deactivate_plugins( $plugin, false, true );"
        "deactivate_plugins( $plugin, false, false ); uninstall_plugin( $plugin );"
    )
    assert site.php(counted).split() == ["0", "0"]
