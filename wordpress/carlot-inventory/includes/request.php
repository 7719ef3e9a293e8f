<?php
/**
 * What a shortcode, a block or a visitor asks for.
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
 * The attributes with every one in its type and range.
 *
 * @param array|string $given What was written; a shortcode without attributes has an empty text.
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
 * A whole number in a range; the fallback when it is none.
 *
 * @param mixed $given    What was written.
 * @param int   $least    Least that is taken.
 * @param int   $most     Most that is taken.
 * @param int   $fallback Instead of what makes no sense.
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
 * The id of the vehicle that the visitor wants to see; empty when none, or when it cannot be one.
 */
function wanted_vehicle(): string {
	// A public page, to look at: there is nothing a nonce would protect.
	// phpcs:ignore WordPress.Security.NonceVerification.Recommended, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
	$given = isset( $_GET['carlot_vehicle'] ) ? wp_unslash( $_GET['carlot_vehicle'] ) : '';
	return is_string( $given ) && preg_match( ID_PATTERN, $given ) ? $given : '';
}

/**
 * The vehicle that this page is about, as `ask` answers it; null when the page is about none.
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
