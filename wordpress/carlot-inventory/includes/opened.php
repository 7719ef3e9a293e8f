<?php
/**
 * The vehicle that a visitor opened: by its address, or by its id as in addresses of earlier versions.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * The vehicle of this page, as `ask` returns it; null when the page shows no single vehicle.
 */
function opened(): ?array {
	static $known = array();
	$slug         = (string) get_query_var( QUERY_VAR );
	$id           = asked_text( 'carlot_vehicle' );
	$id           = preg_match( ID_PATTERN, $id ) ? $id : '';
	if ( '' === $slug . $id || '' === base_url() || ! is_singular() || ! shows_lot( get_queried_object() ) ) {
		return null;
	}
	$known[ $slug . ' ' . $id ] = $known[ $slug . ' ' . $id ] ?? ( '' === $slug ? opened_by_id( $id ) : opened_by_slug( $slug ) );
	return $known[ $slug . ' ' . $id ];
}

/**
 * The vehicle with an id: from the lot's copy; one that is not in it may have come since, or be gone, which the Worker says.
 *
 * @param string $id Id.
 */
function opened_by_id( string $id ): array {
	$lot = ask( base_url(), LIST_PATH );
	foreach ( (array) $lot['content'] as $vehicle ) {
		if ( $vehicle['id'] === $id ) {
			return array_merge( $lot, array( 'content' => $vehicle ) );
		}
	}
	return ask( base_url(), CAR_PATH . $id );
}

/**
 * The vehicle with an address. An address that no vehicle of the lot ever had is gone as well, unless the lot is not known just now.
 *
 * @param string $slug Last part of the address.
 */
function opened_by_slug( string $slug ): array {
	$lot     = ask( base_url(), LIST_PATH );
	$vehicle = by_slug( (array) $lot['content'], $slug );
	if ( $vehicle ) {
		return array_merge( $lot, array( 'content' => $vehicle ) );
	}
	if ( isset( $lot['left'][ $slug ] ) ) {
		return ask( base_url(), CAR_PATH . $lot['left'][ $slug ] );
	}
	$never = null !== $lot['content'] && '' === $lot['error'];
	return array_merge( $lot, array( 'content' => null, 'gone' => $never ) );
}

/**
 * Sends the status of a page without its vehicle: 404 when it is gone, so that search engines drop it; 503 while it cannot be told, so
 * that they keep it. Leads addresses of earlier versions, and those from before a correction, to the vehicle's own.
 */
function answer_opened(): void {
	$opened = opened();
	if ( ! $opened ) {
		return;
	}
	if ( null === $opened['content'] ) {
		status_header( $opened['gone'] ? 404 : 503 );
		if ( ! $opened['gone'] ) {
			header( 'Retry-After: ' . AWAY_S );
		}
		nocache_headers();
		return;
	}
	$own = car_address( $opened['content'] );
	if ( ! is_here( $own ) ) {
		wp_safe_redirect( add_query_arg( array_map( 'rawurlencode', foreign_query() ), $own ), 301 );
		exit;
	}
}

/**
 * Keeps WordPress from leading the address of a vehicle to the page that the vehicle is on.
 *
 * @param string|false $address Where WordPress would lead the visitor.
 */
function keep_address( $address ) {
	return '' === (string) get_query_var( QUERY_VAR ) ? $address : false;
}

/**
 * Whether the visitor is at an address, apart from parameters that are not the plugin's.
 *
 * @param string $address An address of this site.
 */
function is_here( string $address ): bool {
	// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- it is only compared.
	$here   = wp_parse_url( isset( $_SERVER['REQUEST_URI'] ) ? wp_unslash( $_SERVER['REQUEST_URI'] ) : '' );
	$there  = wp_parse_url( $address );
	$wanted = array();
	$given  = array();
	parse_str( $there['query'] ?? '', $wanted );
	parse_str( $here['query'] ?? '', $given );
	return rawurldecode( $here['path'] ?? '/' ) === rawurldecode( $there['path'] ?? '/' )
		&& ! array_diff_assoc( $wanted, array_filter( $given, 'is_string' ) )
		&& ( isset( $wanted['carlot_vehicle'] ) || ! isset( $given['carlot_vehicle'] ) );
}

/**
 * The parameters of the address that are neither the plugin's nor WordPress' own, such as those of an advertisement.
 *
 * @return array<string, string>
 */
function foreign_query(): array {
	$kept = array();
	// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a public page that changes nothing.
	foreach ( wp_unslash( $_GET ) as $name => $value ) {
		if ( is_string( $value ) && preg_match( '/^(utm_\w+|gclid|fbclid|msclkid|gad_\w+)$/', $name ) ) {
			$kept[ $name ] = $value;
		}
	}
	return $kept;
}
