"""The plugin in a real WordPress: `make wordpress-test`. Not part of `make test`."""

from __future__ import annotations

import json
import os
import re
import time

import httpx

from browser.naughty import MARKUP
from runtime import wordpress
from wordpress.conftest import Answer, ScriptedWorker
from wordpress.real_site import RealSite, database, fresh, site, worker
from wordpress.test_plugin import AWAY, EDITORS, LIST, TEXTS, car

__all__ = ["database", "fresh", "site", "worker"]


def test_the_readme_says_what_it_is_tested_with(site: RealSite) -> None:
    """No newer WordPress than those that these tests run in."""
    said = re.search(r"^Tested up to: (.+)$", (wordpress.PLUGIN / "readme.txt").read_text(), re.MULTILINE)
    running = site.php("echo get_bloginfo( 'version' );")
    assert said
    if "WORDPRESS_PROGRAM" in os.environ:
        assert running.startswith(said[1])


def test_the_shortcode_lists_vehicles(site: RealSite, worker: ScriptedWorker) -> None:
    html = site.get("shortcode").text
    assert html.count("carlot-card") == 2
    assert "2019 Honda Accord" in html
    assert "carlot-columns-2" in html
    assert "carlot-inventory.css" in html
    assert html.index("vehicle=v1") < html.index("vehicle=v2")
    assert worker.heard == [(f"{LIST}?limit=500", None)]


def test_the_block_lists_vehicles(site: RealSite, worker: ScriptedWorker) -> None:
    worker.answers[LIST] = Answer([car(), car("v2"), car("v3", make="Ford")])
    html = site.get("block").text
    assert html.count("carlot-card") == 2
    assert "wp-block-carlot-inventory" in html
    assert worker.heard == [(f"{LIST}?limit=500", None)]


def test_a_copy_serves_and_outlives_the_worker(site: RealSite, worker: ScriptedWorker) -> None:
    site.get("shortcode")
    site.get("shortcode")
    assert len(worker.heard) == 1
    site.forget(age_s=1000)
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
    worker.answers[LIST] = Answer([car(vin="1HGCV1F3XKA000001", description="One owner.\nNew brakes.")])
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
    worker.answers["/api/public/vehicle/gone"] = Answer({"code": "not-found"}, 404)
    gone = site.get("shortcode", carlot_vehicle="gone")
    assert gone.status_code == 404
    assert "no longer available" in gone.text
    assert "no longer available" not in site.get("plain", carlot_vehicle="gone").text


def test_hostile_text_stays_text_and_runs_no_shortcode(site: RealSite, worker: ScriptedWorker) -> None:
    text = f"[caption]x[/caption] [embed]http://127.0.0.1/[/embed] {MARKUP}"
    # One page has the Hondas only.
    hostile = car(**{**dict.fromkeys(TEXTS, text), "make": "Honda"})
    worker.answers = {
        LIST: Answer([hostile]),
        "/api/public/vehicle/v1": Answer(hostile),
        "/api/public/dealer": Answer({"phone": text}),
    }
    for page, query in (
        ("shortcode", {}),
        ("block", {}),
        ("shortcode", {"carlot_vehicle": "v1"}),
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
        assert "answers with status 503" in settings
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


def test_wordpress_clock_renews_the_copy(site: RealSite, worker: ScriptedWorker) -> None:
    site.get("shortcode")
    assert site.php("echo wp_next_scheduled( 'carlot_inventory_tick' ) ? 'yes' : 'no';") == "yes"
    worker.answers[LIST] = Answer([car(price=1)])
    site.forget(age_s=400)
    # Five minutes later.
    site.php(
        "wp_clear_scheduled_hook( 'carlot_inventory_tick' );"
        "wp_schedule_event( time() - 1, 'carlot_inventory_five_minutes', 'carlot_inventory_tick' );"
    )
    httpx.get(f"{site.url}/wp-cron.php", timeout=60)
    assert "$1<" in site.get("shortcode").text


def test_a_visitor_does_not_wait_for_a_worker_that_does_not_answer(site: RealSite, worker: ScriptedWorker) -> None:
    site.get("shortcode")
    site.forget(age_s=7200)
    worker.answers[LIST] = Answer([car(price=1)])
    asked = len(worker.heard)
    worker.awake.clear()
    (site.folder / "clock").touch()
    try:
        # The Worker answers nobody until this visitor has his page.
        assert "$19,950" in site.get("shortcode").text
    finally:
        worker.awake.set()
        (site.folder / "clock").unlink()
    for _ in range(200):
        if len(worker.heard) > asked and "$1<" in site.get("shortcode").text:
            break
        time.sleep(0.05)
    assert "$1<" in site.get("shortcode").text


def test_the_settings_try_the_address_and_ask_again(site: RealSite, worker: ScriptedWorker) -> None:
    with httpx.Client(base_url=site.url, timeout=60, follow_redirects=True) as dealer:
        dealer.get("/wp-login.php")
        dealer.post("/wp-login.php", data={"log": "dealer", "pwd": "a password for tests", "testcookie": "1"})
        path = "/wp-admin/options-general.php?page=carlot-inventory"
        page = dealer.get(path).text
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', page)
        assert nonce
        form = {"option_page": "carlot_inventory", "action": "update", "_wpnonce": nonce[1], "_wp_http_referer": path}
        chosen = {"carlot_inventory[page]": str(site.pages["shortcode"])}
        good = dealer.post("/wp-admin/options.php", data={**form, **chosen, "carlot_inventory[url]": worker.url}).text
        assert "Connected: 2 vehicles in inventory." in good
        worker.answers = {}
        wrong = dealer.post("/wp-admin/options.php", data={**form, **chosen, "carlot_inventory[url]": site.url}).text
        assert "but not as CarLot Manager does" in wrong
        assert "Connected" not in wrong
        worker.answers = {LIST: Answer([car()])}
        dealer.post("/wp-admin/options.php", data={**form, **chosen, "carlot_inventory[url]": worker.url})
        worker.answers = {LIST: Answer([car(), car("v2"), car("v3")])}
        again = re.search(
            r'<form action="[^"]*admin-post.php".*?name="action" value="(\w+)".*?name="_wpnonce" value="(\w+)"',
            dealer.get(path).text,
            re.DOTALL,
        )
        assert again
        told = dealer.post("/wp-admin/admin-post.php", data={"action": again[1], "_wpnonce": again[2]}).text
        assert "Connected: 3 vehicles in inventory." in told
        assert dealer.post("/wp-admin/admin-post.php", data={"action": again[1], "_wpnonce": "forged"}).status_code == 403
    assert site.get("shortcode").text.count("carlot-card") == 3


def test_the_block_speaks_spanish_in_the_editor(site: RealSite) -> None:
    said = site.php(
        """
        add_filter( 'pre_determine_locale', function () { return 'es_MX'; } );
        CarLot\\Inventory\\load_words();
        $folder = WP_PLUGIN_DIR . '/carlot-inventory/languages';
        $words = json_decode( load_script_textdomain( 'carlot-inventory-block', 'carlot-inventory', $folder ), true );
        echo json_encode( array( $words['locale_data']['messages']['Columns'][0], translate_with_gettext_context(
            'The vehicles on your lot, from CarLot Manager.', 'block description', 'carlot-inventory' ) ) );"""
    )
    assert json.loads(said.splitlines()[-1]) == ["Columnas", "Los vehículos de su lote, desde CarLot Manager."]


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
