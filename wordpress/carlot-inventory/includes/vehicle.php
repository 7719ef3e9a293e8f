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

// The numbers of a vehicle, and the most that each can be; a number below zero or above this is none.
const MOST = array(
	'year'    => 9999,
	'mileage' => 9999999,
	'price'   => 99999999,
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
	foreach ( array_keys( MOST ) as $field ) {
		$vehicle[ $field ] = number( $given[ $field ] ?? null, $field );
	}
	$vehicle['was'] = null;
	foreach ( array_diff( array_merge( TEXTS, array_keys( $given ) ), array_keys( $vehicle ), array( 'photos' ) ) as $field ) {
		$vehicle[ $field ] = is_string( $given[ $field ] ?? null ) ? trim( $given[ $field ] ) : '';
	}
	$photos            = is_array( $given['photos'] ?? null ) ? $given['photos'] : array();
	$vehicle['photos'] = array_slice( array_values( array_filter( $photos, __NAMESPACE__ . '\is_photo' ) ), 0, 40 );
	return $vehicle;
}

/**
 * The value of a field that is a number; null when it is none.
 *
 * @param mixed  $given Decoded JSON.
 * @param string $field Name of the field.
 * @return int|float|null
 */
function number( $given, string $field ) {
	return ( is_int( $given ) || is_float( $given ) ) && $given >= 0 && $given <= MOST[ $field ] ? $given : null;
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
 * Year, make, model and trim.
 *
 * @param array $vehicle A vehicle.
 */
function full_name( array $vehicle ): string {
	return trim( name_of( $vehicle ) . ' ' . $vehicle['trim'] );
}

/**
 * The asking price.
 *
 * @param array $vehicle A vehicle.
 */
function price_of( array $vehicle ): string {
	return null === $vehicle['price'] ? __( 'Call for price', 'carlot-inventory' ) : dollars( $vehicle['price'] );
}

/**
 * The price that a vehicle had before it fell lately; null when it has not fallen.
 *
 * @param array $vehicle A vehicle.
 * @return int|float|null
 */
function price_before( array $vehicle ) {
	// A copy from an earlier version of the plugin lacks the member.
	$was = $vehicle['was'] ?? null;
	return null !== $was && null !== $vehicle['price'] && $vehicle['price'] < $was ? $was : null;
}

/**
 * An amount of dollars.
 *
 * @param int|float $amount The amount.
 */
function dollars( $amount ): string {
	return '$' . number_format_i18n( $amount, floor( $amount ) === (float) $amount ? 0 : 2 );
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
