<?php
/**
 * Reads the requests of shortcodes, blocks and visitors.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

const SORTS    = array( 'newest', 'price', '-price', 'year', '-year', 'mileage' );
const DEFAULTS = array(
	'make'    => '',
	'model'   => '',
	'limit'   => 24,
	'columns' => 3,
	'sort'    => 'newest',
	'url'     => '',
);

/**
 * The attributes, each of the right type and in range.
 *
 * @param array|string $given The attributes as written; a shortcode without attributes gives an empty text.
 */
function wanted( $given ): array {
	$wanted            = shortcode_atts( DEFAULTS, is_array( $given ) ? $given : array(), SHORTCODE );
	$wanted['make']    = substr( sanitize_text_field( (string) $wanted['make'] ), 0, 100 );
	$wanted['model']   = substr( sanitize_text_field( (string) $wanted['model'] ), 0, 100 );
	$wanted['limit']   = within( $wanted['limit'], 1, 200, DEFAULTS['limit'] );
	$wanted['columns'] = within( $wanted['columns'], 1, 6, DEFAULTS['columns'] );
	$wanted['sort']    = in_array( $wanted['sort'], SORTS, true ) ? $wanted['sort'] : DEFAULTS['sort'];
	$wanted['url']     = worker_address( (string) $wanted['url'] );
	return $wanted;
}

/**
 * A whole number in a range, or the fallback for an invalid value.
 *
 * @param mixed $given    The value as written.
 * @param int   $least    Smallest valid number.
 * @param int   $most     Largest valid number.
 * @param int   $fallback Result for an invalid value.
 */
function within( $given, int $least, int $most, int $fallback ): int {
	return is_numeric( $given ) ? max( $least, min( $most, (int) $given ) ) : $fallback;
}

/**
 * The path of the public API for a list.
 *
 * @param array $wanted Attributes.
 */
function list_path( array $wanted ): string {
	$query = array(
		'make'  => $wanted['make'],
		'model' => $wanted['model'],
		'sort'  => $wanted['sort'],
		'limit' => $wanted['limit'],
	);
	return '/api/public/inventory?' . http_build_query( array_filter( $query, 'strlen' ), '', '&', PHP_QUERY_RFC3986 );
}

/**
 * The id of the vehicle that the visitor opened; empty when there is none or the id is not valid.
 */
function wanted_vehicle(): string {
	// A public page that changes nothing needs no nonce.
	// phpcs:ignore WordPress.Security.NonceVerification.Recommended, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
	$given = isset( $_GET['carlot_vehicle'] ) ? wp_unslash( $_GET['carlot_vehicle'] ) : '';
	return is_string( $given ) && preg_match( ID_PATTERN, $given ) ? $given : '';
}

/**
 * The vehicle of this page, as `ask` returns it; null when the page shows no single vehicle.
 */
function asked_vehicle(): ?array {
	static $asked = array();
	$id           = wanted_vehicle();
	if ( '' === $id || '' === base_url() || ! is_singular() || ! shows_lot( get_queried_object() ) ) {
		return null;
	}
	if ( ! isset( $asked[ $id ] ) ) {
		$asked[ $id ] = ask( base_url(), '/api/public/vehicle/' . $id, __NAMESPACE__ . '\read_vehicle' );
	}
	return $asked[ $id ];
}

/**
 * Whether a post has the shortcode or the block.
 *
 * @param mixed $post A post.
 */
function shows_lot( $post ): bool {
	return $post instanceof \WP_Post && ( has_shortcode( $post->post_content, SHORTCODE ) || has_block( BLOCK, $post ) );
}
