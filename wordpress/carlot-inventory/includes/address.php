<?php
/**
 * Where the lot is on this site, and the one address that each vehicle has there.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

const RULES     = 'carlot_inventory_rules';
const QUERY_VAR = 'carlot_car';
// Vehicles that left the lot, by address, so that their addresses are still understood.
const MOST_LEFT = 500;

/**
 * The page with the lot, to which every vehicle's address belongs: the one in the settings, else the oldest that shows the lot; 0 when
 * there is none.
 */
function lot_page(): int {
	$settings = get_option( OPTION, array() );
	$chosen   = is_array( $settings ) ? (int) ( $settings['page'] ?? 0 ) : 0;
	if ( $chosen && 'publish' === get_post_status( $chosen ) ) {
		return $chosen;
	}
	$found = get_transient( PREFIX . 'page' );
	if ( ! is_numeric( $found ) || ( $found && 'publish' !== get_post_status( (int) $found ) ) ) {
		$found = first_lot_page();
		set_transient( PREFIX . 'page', $found, DAY_IN_SECONDS );
	}
	return (int) $found;
}

/**
 * The oldest published page or post that shows the lot; 0 when there is none.
 */
function first_lot_page(): int {
	global $wpdb;
	$short = '%' . $wpdb->esc_like( '[' . SHORTCODE ) . '%';
	$block = '%' . $wpdb->esc_like( '<!-- wp:' . BLOCK ) . '%';
	// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WordPress' search cannot look for a shortcode; the result is kept for a day.
	return (int) $wpdb->get_var(
		$wpdb->prepare(
			"SELECT ID FROM {$wpdb->posts} WHERE post_status = 'publish' AND post_type IN ('page', 'post')
			AND (post_content LIKE %s OR post_content LIKE %s) ORDER BY post_type, ID LIMIT 1",
			$short,
			$block
		)
	);
}

/**
 * Looks for the page with the lot anew after a change to a page.
 */
function forget_lot_page(): void {
	delete_transient( PREFIX . 'page' );
}

/**
 * Whether a post shows the lot: the page in the settings, or one with the shortcode or the block in its text, in a synced pattern of its
 * text, or in what a page builder keeps beside it.
 *
 * @param mixed $post A post.
 */
function shows_lot( $post ): bool {
	static $known = array();
	if ( ! $post instanceof \WP_Post ) {
		return false;
	}
	$key           = $post->ID . ' ' . md5( $post->post_content );
	$known[ $key ] = $known[ $key ] ?? ( lot_page() === $post->ID || writes_lot( $post ) );
	return $known[ $key ];
}

/**
 * Whether the shortcode or the block is in what was written for a post.
 *
 * @param \WP_Post $post A post.
 */
function writes_lot( \WP_Post $post ): bool {
	if ( text_has_lot( $post->post_content, 3 ) ) {
		return true;
	}
	foreach ( (array) get_post_meta( $post->ID ) as $values ) {
		foreach ( (array) $values as $value ) {
			if ( is_string( $value ) && ( false !== strpos( $value, '[' . SHORTCODE ) || false !== strpos( $value, 'wp:' . BLOCK ) ) ) {
				return true;
			}
		}
	}
	return false;
}

/**
 * Whether the shortcode or the block is in a text or in its synced patterns.
 *
 * @param string $content Text of a post.
 * @param int    $depth   How many patterns within patterns are looked at.
 */
function text_has_lot( string $content, int $depth ): bool {
	if ( has_shortcode( $content, SHORTCODE ) || has_block( BLOCK, $content ) ) {
		return true;
	}
	if ( $depth && preg_match_all( '/<!-- wp:block \{"ref":(\d+)/', $content, $found ) ) {
		foreach ( $found[1] as $id ) {
			$pattern = get_post( (int) $id );
			if ( $pattern instanceof \WP_Post && text_has_lot( $pattern->post_content, $depth - 1 ) ) {
				return true;
			}
		}
	}
	return false;
}

/**
 * The address of a vehicle on this site; on the Worker when this site has no page with the lot.
 *
 * @param array $vehicle A vehicle.
 */
function car_address( array $vehicle ): string {
	$page = lot_page();
	if ( ! $page ) {
		return $vehicle['url'];
	}
	$here = (string) get_permalink( $page );
	if ( '' === lot_path() ) {
		return add_query_arg( 'carlot_vehicle', rawurlencode( $vehicle['id'] ), $here );
	}
	return user_trailingslashit( trailingslashit( $here ) . slug( $vehicle ) );
}

/**
 * The path of the page with the lot, below which the vehicles have addresses; empty when they have none because the site uses plain
 * addresses or the lot is on its front page.
 */
function lot_path(): string {
	$page = lot_page();
	if ( ! $page || ! get_option( 'permalink_structure' ) ) {
		return '';
	}
	$home = (string) wp_parse_url( home_url( '/' ), PHP_URL_PATH );
	$path = (string) wp_parse_url( (string) get_permalink( $page ), PHP_URL_PATH );
	return trim( rawurldecode( substr( $path, strlen( rtrim( $home, '/' ) ) ) ), '/' );
}

/**
 * The last part of a vehicle's address: year, make, model and stock number, such as `2018-subaru-outback-m1064`.
 *
 * @param array $vehicle A vehicle.
 */
function slug( array $vehicle ): string {
	$name = '' === $vehicle['make'] . $vehicle['model'] ? 'vehicle' : trim( $vehicle['year'] . ' ' . $vehicle['make'] . ' ' . $vehicle['model'] );
	return plain( $name . ' ' . slug_end( $vehicle ) );
}

/**
 * The part of the address that tells the vehicle from all others: its stock number, else the beginning of its id.
 *
 * @param array $vehicle A vehicle.
 */
function slug_end( array $vehicle ): string {
	$stock = plain( $vehicle['stockNumber'] );
	return '' === $stock ? plain( substr( $vehicle['id'], 0, 12 ) ) : $stock;
}

/**
 * A text in lower case letters, digits and hyphens.
 *
 * @param string $text Any text.
 */
function plain( string $text ): string {
	return trim( preg_replace( '/[^a-z0-9]+/', '-', strtolower( remove_accents( $text ) ) ), '-' );
}

/**
 * The vehicle of an address: the one with exactly this address, else the only one with its stock number, since make and model can be
 * corrected; null when there is none.
 *
 * @param array  $vehicles The lot.
 * @param string $slug     Last part of the address.
 */
function by_slug( array $vehicles, string $slug ): ?array {
	$same_end = array();
	foreach ( $vehicles as $vehicle ) {
		if ( slug( $vehicle ) === $slug ) {
			return $vehicle;
		}
		if ( substr( '-' . $slug, -strlen( '-' . slug_end( $vehicle ) ) ) === '-' . slug_end( $vehicle ) ) {
			$same_end[] = $vehicle;
		}
	}
	return 1 === count( $same_end ) ? $same_end[0] : null;
}

/**
 * The ids of vehicles that left the lot, by the last part of their address: those known before and those that left since.
 *
 * @param array|null $copy The copy before, if any.
 * @param array|null $lot  The lot now; null when it is unchanged.
 * @return array<string, string>
 */
function departed( ?array $copy, ?array $lot ): array {
	$left = $copy ? $copy['left'] : array();
	if ( ! $copy || null === $lot ) {
		return $left;
	}
	$here = array_column( $lot, 'id', 'id' );
	foreach ( $copy['content'] as $vehicle ) {
		if ( ! isset( $here[ $vehicle['id'] ] ) ) {
			$left[ slug( $vehicle ) ] = $vehicle['id'];
		}
	}
	return array_slice( $left, -MOST_LEFT, null, true );
}

/**
 * Registers the addresses of vehicles, and has WordPress take them up when they changed: after activation, and on each site of a network.
 */
function add_rules(): void {
	add_rewrite_tag( '%' . QUERY_VAR . '%', '([a-z0-9-]+)' );
	$path = lot_path();
	if ( '' !== $path ) {
		$post = get_post( lot_page() );
		$page = $post && 'page' === $post->post_type ? 'page_id' : 'p';
		add_rewrite_rule( '^' . preg_quote( $path, '#' ) . '/([a-z0-9-]*[a-z][a-z0-9-]*)/?$', "index.php?$page=" . lot_page() . '&' . QUERY_VAR . '=$matches[1]', 'top' );
	}
	$now = VERSION . ' ' . lot_page() . ' ' . $path;
	if ( get_option( RULES ) !== $now ) {
		update_option( RULES, $now );
		flush_rewrite_rules( false );
	}
}

/**
 * Leaves an address below the page with the lot to a page of the site, where there is one.
 *
 * @param array $query Query of the request.
 */
function spare_pages( $query ) {
	if ( empty( $query[ QUERY_VAR ] ) ) {
		return $query;
	}
	$path = lot_path() . '/' . $query[ QUERY_VAR ];
	return get_page_by_path( $path ) ? array( 'pagename' => $path ) : $query;
}
