"""The plugin in a real WordPress with permalinks that can be read: `make wordpress-test`. Not part of `make test`."""

from __future__ import annotations

import json
import re

import httpx

from wordpress.conftest import Answer, ScriptedWorker
from wordpress.real_site import RealSite, database, fresh, pretty, site, worker
from wordpress.test_plugin import LIST, car

__all__ = ["database", "fresh", "pretty", "site", "worker"]


def test_each_car_has_an_address_that_says_what_it_is(site: RealSite, worker: ScriptedWorker, pretty: str) -> None:
    worker.answers[LIST] = Answer([car(stockNumber="M1064"), car("v2", stockNumber="M2")])
    own = f"{pretty}2019-honda-accord-m1064/"
    listed = httpx.get(pretty, timeout=60).text
    assert f'href="{own}"' in listed
    response = httpx.get(own, timeout=60)
    assert response.status_code == 200
    assert response.text.count("<article") == 1
    assert re.search(rf'<link rel="canonical" href="{own}"', response.text)
    assert re.search(rf'<meta property="og:url" content="{own}"', response.text)
    for old in (f"{pretty}?carlot_vehicle=v1", f"{pretty}2018-honda-civic-m1064/", own.rstrip("/")):
        moved = httpx.get(old, timeout=60)
        assert (moved.status_code, moved.headers["location"]) == (301, own), old
    worker.answers["/api/public/vehicle/v1"] = Answer({"code": "not-found"}, 404)
    worker.answers[LIST] = Answer([car("v2", stockNumber="M2")])
    site.forget(age_s=1000)
    httpx.get(pretty, timeout=60)
    gone = httpx.get(own, timeout=60)
    assert (gone.status_code, "no longer available" in gone.text) == (404, True)
    # The site's own pages below and beside stay.
    assert httpx.get(f"{site.url}/about-us/", timeout=60).status_code == 200
    assert httpx.get(f"{pretty}no-such-car/", timeout=60).status_code == 404


def test_every_car_is_in_the_sitemap(site: RealSite, worker: ScriptedWorker, pretty: str) -> None:
    site.php("update_option( 'blog_public', 1 );")
    worker.answers[LIST] = Answer([car(stockNumber="M1"), car("v2", stockNumber="M2")])
    index = httpx.get(f"{site.url}/wp-sitemap.xml", timeout=60).text
    ours = [place for place in re.findall(r"<loc>([^<]+)</loc>", index) if "carlot" in place]
    assert len(ours) == 1, index
    cars = re.findall(r"<loc>([^<]+)</loc>", httpx.get(ours[0], timeout=60).text)
    assert cars == [f"{pretty}2019-honda-accord-m1/", f"{pretty}2019-honda-accord-m2/"]


def test_beside_a_plugin_for_search_engines_the_cars_have_a_sitemap_of_their_own(
    site: RealSite, worker: ScriptedWorker, pretty: str
) -> None:
    worker.answers[LIST] = Answer([car(stockNumber="M1")])
    with site.plugin("<?php define( 'WPSEO_VERSION', '99' ); add_filter( 'wp_sitemaps_enabled', '__return_false' );"):
        answer = httpx.get(f"{site.url}/?carlot_sitemap=1", timeout=60)
        assert answer.headers["content-type"].startswith("application/xml")
        assert re.findall(r"<loc>([^<]+)</loc>", answer.text) == [f"{pretty}2019-honda-accord-m1/"]
        assert f"Sitemap: {site.url}/?carlot_sitemap=1" in httpx.get(f"{site.url}/robots.txt", timeout=60).text
        assert 'property="og:title"' not in httpx.get(f"{pretty}2019-honda-accord-m1/", timeout=60).text
    assert "<urlset" not in httpx.get(f"{site.url}/?carlot_sitemap=1", timeout=60, follow_redirects=True).text


def test_a_lot_of_sixty_has_pages_and_filters_without_javascript(site: RealSite, worker: ScriptedWorker, pretty: str) -> None:
    lot = [car(f"v{n}", stockNumber=f"N{n}", make="Ford" if n % 2 else "Kia") for n in range(60)]
    worker.answers[LIST] = Answer(lot)
    page = httpx.get(pretty, timeout=60).text
    assert page.count("carlot-card") == 24
    assert "1 to 24 of 60 vehicles" in page
    second = httpx.get(pretty, params={"carlot_make": "Kia", "carlot_page": "2"}, timeout=60)
    assert second.text.count("carlot-card") == 6
    assert "25 to 30 of 30 vehicles" in second.text
    assert "See all 60 vehicles" in second.text
    none = httpx.get(pretty, params={"carlot_make": "Saab"}, timeout=60).text
    assert "No vehicles match right now." in none


def test_wherever_the_lot_is_written_the_right_thing_is_shown(site: RealSite, worker: ScriptedWorker, pretty: str) -> None:
    worker.answers[LIST] = Answer([car(f"v{n}", stockNumber=f"N{n}") for n in range(5)])
    made = json.loads(
        site.php(
            """
            $pattern = wp_insert_post( array( 'post_type' => 'wp_block', 'post_status' => 'publish', 'post_title' => 'Lot',
                'post_content' => '<!-- wp:carlot/inventory {"limit":3} /-->' ) );
            $post = array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Home',
                'post_content' => '<!-- wp:block {"ref":' . $pattern . '} /-->' );
            echo json_encode( array( 'pattern' => wp_insert_post( $post ) ) );"""
        )
    )
    # A plugin that makes a description of the text before it is shown, and a footer with the shortcode.
    others = """<?php
        add_action( 'template_redirect', function () {
            apply_filters( 'the_content', get_queried_object()->post_content ?? '' );
        } );
        add_action( 'wp_footer', function () {
            echo '<div id="footer">' . do_shortcode( '[carlot_inventory limit="2"]' ) . '</div>';
        } );"""
    with site.plugin(others):
        own = httpx.get(f"{pretty}2019-honda-accord-n0/", timeout=60).text
        text, footer = own.split('<div id="footer">')
        assert (text.count("<article"), text.count("carlot-card")) == (1, 0)
        assert (footer.count("<article"), footer.count("carlot-card")) == (0, 2)
        assert f'href="{pretty}2019-honda-accord-n0/"' in footer
        assert "See all 5 vehicles" in footer
        about = httpx.get(f"{site.url}/about-us/", timeout=60).text
        assert about.count("carlot-card") == 2
        assert f'href="{pretty}2019-honda-accord-n0/"' in about
        # A synced pattern is the page's own text: it lists, and cars lead to the page with the lot.
        home = httpx.get(f"{site.url}/?page_id={made['pattern']}", timeout=60, follow_redirects=True).text
        assert home.split('<div id="footer">')[0].count("carlot-card") == 3


def test_the_footer_of_a_block_theme_lists_and_leads_to_the_lot(site: RealSite, worker: ScriptedWorker, pretty: str) -> None:
    worker.answers[LIST] = Answer([car(f"v{n}", stockNumber=f"N{n}") for n in range(5)])
    made = site.php(
        """
        $footer = array( 'post_type' => 'wp_template_part', 'post_status' => 'publish', 'post_name' => 'footer',
            'post_title' => 'Footer', 'post_content' => '<!-- wp:carlot/inventory {"limit":2} /-->',
            'tax_input' => array( 'wp_theme' => array( get_stylesheet() ), 'wp_template_part_area' => array( 'footer' ) ) );
        wp_set_current_user( 1 );
        echo wp_insert_post( $footer );"""
    )
    try:
        own = httpx.get(f"{pretty}2019-honda-accord-n0/", timeout=60).text
        text, footer = own.rsplit("<footer", 1)
        assert (text.count("<article"), text.count("carlot-card")) == (1, 0)
        assert (footer.count("<article"), footer.count("carlot-card")) == (0, 2)
        assert "See all 5 vehicles" in footer
        assert "carlot-search" not in footer
        # The page in the settings has its list from its template, outside of any text.
        about = site.pages["plain"]
        site.php(f"update_option( 'carlot_inventory', array( 'url' => '{worker.url}', 'page' => {about} ) );")
        beside = httpx.get(f"{site.url}/about-us/?carlot_vehicle=v0", timeout=60, follow_redirects=True).text
        assert (beside.count("<article"), beside.count("carlot-card")) == (0, 2)
    finally:
        site.php(f"wp_delete_post( {int(made)}, true ); update_option( 'carlot_inventory', array( 'url' => '{worker.url}' ) );")
