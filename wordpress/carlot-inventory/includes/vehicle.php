<?php
/**
 * Reads vehicles from the Worker's public API and describes them in words.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

// Texts that the pages may use even when an answer lacks them; every other text of a vehicle is read as well.
const TEXTS = array(
	'vin',
	'stockNumber',
	'make',
	'model',
	'trim',
	'bodyStyle',
	'exteriorColor',
	'interiorColor',
	'transmission',
	'fuelType',
	'drivetrain',
	'engine',
	'description',
	'location',
);

const ID_PATTERN = '/^[A-Za-z0-9_-]{1,64}$/';

/**
 * The vehicles in a list, without invalid entries; null when the value is not a list.
 *
 * @param mixed $given Decoded JSON.
 */
function read_list( $given ): ?array {
	if ( ! is_array( $given ) || array_keys( $given ) !== array_keys( array_keys( $given ) ) ) {
		return null;
	}
	return array_values( array_filter( array_map( __NAMESPACE__ . '\read_vehicle', $given ) ) );
}

/**
 * A vehicle with every field of the right type; null when the value is not a vehicle.
 *
 * @param mixed $given Decoded JSON.
 */
function read_vehicle( $given ): ?array {
	if ( ! is_array( $given ) || ! is_string( $given['id'] ?? null ) || ! preg_match( ID_PATTERN, $given['id'] ) ) {
		return null;
	}
	$vehicle = array(
		'id'  => $given['id'],
		'url' => is_string( $given['url'] ?? null ) ? $given['url'] : '',
	);
	foreach ( array( 'year', 'mileage', 'price' ) as $field ) {
		$vehicle[ $field ] = is_int( $given[ $field ] ?? null ) || is_float( $given[ $field ] ?? null ) ? $given[ $field ] : null;
	}
	foreach ( array_diff( array_merge( TEXTS, array_keys( $given ) ), array_keys( $vehicle ), array( 'photos' ) ) as $field ) {
		$vehicle[ $field ] = is_string( $given[ $field ] ?? null ) ? trim( $given[ $field ] ) : '';
	}
	$photos            = is_array( $given['photos'] ?? null ) ? $given['photos'] : array();
	$vehicle['photos'] = array_slice( array_values( array_filter( $photos, __NAMESPACE__ . '\is_photo' ) ), 0, 40 );
	return $vehicle;
}

/**
 * Whether the value is the address of a photo.
 *
 * @param mixed $given Decoded JSON.
 */
function is_photo( $given ): bool {
	return is_string( $given ) && preg_match( '#^https?://#i', $given );
}

/**
 * The dealer's name and contact; null when the value does not have them.
 *
 * @param mixed $given Decoded JSON.
 */
function read_dealer( $given ): ?array {
	if ( ! is_array( $given ) || ! array_key_exists( 'phone', $given ) ) {
		return null;
	}
	$dealer = array();
	foreach ( array( 'name', 'phone', 'email', 'address' ) as $field ) {
		$dealer[ $field ] = is_string( $given[ $field ] ?? null ) ? trim( $given[ $field ] ) : '';
	}
	return $dealer;
}

/**
 * Year, make and model.
 *
 * @param array $vehicle A vehicle.
 */
function name_of( array $vehicle ): string {
	$name = implode( ' ', array_filter( array( (string) $vehicle['year'], $vehicle['make'], $vehicle['model'] ), 'strlen' ) );
	return '' === $name ? __( 'Vehicle', 'carlot-inventory' ) : $name;
}

/**
 * The asking price.
 *
 * @param array $vehicle A vehicle.
 */
function price_of( array $vehicle ): string {
	if ( null === $vehicle['price'] ) {
		return __( 'Call for price', 'carlot-inventory' );
	}
	$decimals = floor( $vehicle['price'] ) === (float) $vehicle['price'] ? 0 : 2;
	return '$' . number_format_i18n( $vehicle['price'], $decimals );
}

/**
 * The mileage; empty when it is unknown.
 *
 * @param array $vehicle A vehicle.
 */
function mileage_of( array $vehicle ): string {
	if ( null === $vehicle['mileage'] ) {
		return '';
	}
	/* translators: %s: a number of miles. */
	return sprintf( __( '%s mi', 'carlot-inventory' ), number_format_i18n( $vehicle['mileage'] ) );
}
