<?php
/**
 * The vehicles in WordPress' sitemap, `wp-sitemap.xml`; beside a plugin for search engines, which turns that off, in a sitemap of their own.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * The addresses of all vehicles on the lot.
 */
class Sitemap extends \WP_Sitemaps_Provider {

	/**
	 * Names the provider.
	 */
	public function __construct() {
		$this->name        = 'carlot';
		$this->object_type = 'vehicle';
	}

	/**
	 * The addresses of one page of the sitemap.
	 *
	 * @param int    $page_num       Number of the page.
	 * @param string $object_subtype Not used.
	 */
	public function get_url_list( $page_num, $object_subtype = '' ) {
		$most = wp_sitemaps_get_max_urls( $this->object_type );
		return array_map(
			static function ( $vehicle ) {
				return array( 'loc' => car_address( $vehicle ) );
			},
			array_slice( vehicles_here(), ( $page_num - 1 ) * $most, $most )
		);
	}

	/**
	 * How many pages there are.
	 *
	 * @param string $object_subtype Not used.
	 */
	public function get_max_num_pages( $object_subtype = '' ) {
		return (int) ceil( count( vehicles_here() ) / wp_sitemaps_get_max_urls( $this->object_type ) );
	}
}

/**
 * The vehicles that have an address on this site.
 */
function vehicles_here(): array {
	return lot_page() && '' !== base_url() ? (array) ask( base_url(), LIST_PATH )['content'] : array();
}

/**
 * The address of the vehicles' own sitemap.
 */
function sitemap_address(): string {
	return home_url( '/?carlot_sitemap=1' );
}

/**
 * Answers the vehicles' own sitemap. Source: sitemaps.org, protocol.
 */
function answer_sitemap(): void {
	if ( '1' !== asked_text( 'carlot_sitemap' ) || ! has_seo_plugin() ) {
		return;
	}
	header( 'Content-Type: application/xml; charset=UTF-8' );
	header( 'X-Robots-Tag: noindex' );
	echo '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">';
	foreach ( vehicles_here() as $vehicle ) {
		echo '<url><loc>' . esc_url( car_address( $vehicle ) ) . '</loc></url>';
	}
	echo '</urlset>';
	exit;
}

/**
 * Names the vehicles' own sitemap in robots.txt, where WordPress' own is off.
 *
 * @param string $text The text so far.
 */
function name_sitemap( $text ) {
	return has_seo_plugin() && vehicles_here() ? $text . "\nSitemap: " . sitemap_address() . "\n" : $text;
}

/**
 * Adds the vehicles' own sitemap to the index of Yoast SEO or Rank Math. Source: their references of filters.
 *
 * @param string $entries Entries so far, as XML.
 */
function add_to_index( $entries ) {
	return vehicles_here() ? $entries . '<sitemap><loc>' . esc_url( sitemap_address() ) . '</loc></sitemap>' : $entries;
}
