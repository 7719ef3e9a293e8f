<?php
/**
 * Chooses from the lot: the same filters and orders as the Worker's public API, applied to the copy, so that they work while the Worker
 * is away and a visitor's choices never reach it.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

// Field of the vehicle for each filter.
const EQUAL  = array( 'make', 'model', 'bodyStyle' );
const LIMITS = array(
	'yearMin'    => array( 'year', 1 ),
	'yearMax'    => array( 'year', -1 ),
	'priceMin'   => array( 'price', 1 ),
	'priceMax'   => array( 'price', -1 ),
	'mileageMax' => array( 'mileage', -1 ),
);
// A text search looks into these fields, besides year, make and model.
const SEARCHED = array(
	'vin',
	'stockNumber',
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
// What people call a make or a kind of car, and what may stand for it in a vehicle.
const ALIASES = array(
	'chevy'     => array( 'chevy', 'chevrolet' ),
	'vw'        => array( 'vw', 'volkswagen' ),
	'benz'      => array( 'benz', 'mercedes' ),
	'caddy'     => array( 'caddy', 'cadillac' ),
	'beamer'    => array( 'beamer', 'bmw' ),
	'beemer'    => array( 'beemer', 'bmw' ),
	'bimmer'    => array( 'bimmer', 'bmw' ),
	'pickup'    => array( 'pickup', 'truck' ),
	'truck'     => array( 'truck', 'pickup' ),
	'4x4'       => array( '4x4', '4wd', 'fourwheel' ),
	'4wd'       => array( '4wd', '4x4', 'fourwheel' ),
	'stick'     => array( 'stick', 'manual' ),
	'crossover' => array( 'crossover', 'suv' ),
);
const MOST_WORDS = 10;

/**
 * The vehicles that pass all filters, in the order asked for.
 *
 * @param array $vehicles The lot, newest first.
 * @param array $wanted   Filters and `sort`; an empty text filters nothing.
 */
function matching( array $vehicles, array $wanted ): array {
	$words = array_slice( preg_split( '/\s+/u', $wanted['q'], -1, PREG_SPLIT_NO_EMPTY ), 0, MOST_WORDS );
	$words = array_filter( array_map( __NAMESPACE__ . '\squeezed', $words ), 'strlen' );
	$found = array_filter(
		$vehicles,
		static function ( $vehicle ) use ( $wanted, $words ) {
			return passes( $vehicle, $wanted ) && has_words( $vehicle, $words );
		}
	);
	return ordered( array_values( $found ), $wanted['sort'] );
}

/**
 * Whether a vehicle passes the filters other than the text search. A number that is not known passes no limit.
 *
 * @param array $vehicle A vehicle.
 * @param array $wanted  Filters.
 */
function passes( array $vehicle, array $wanted ): bool {
	foreach ( EQUAL as $field ) {
		if ( '' !== $wanted[ $field ] && lower( $wanted[ $field ] ) !== lower( $vehicle[ $field ] ) ) {
			return false;
		}
	}
	foreach ( LIMITS as $filter => list( $field, $direction ) ) {
		if ( '' !== $wanted[ $filter ] && ( null === $vehicle[ $field ] || $vehicle[ $field ] * $direction < $wanted[ $filter ] * $direction ) ) {
			return false;
		}
	}
	return true;
}

/**
 * Whether every word, or one of its other names, occurs somewhere in the vehicle's texts. Make and model are one text: a Mazda 3 is a Mazda3.
 *
 * @param array    $vehicle A vehicle.
 * @param string[] $words   As `squeezed` makes them.
 */
function has_words( array $vehicle, array $words ): bool {
	if ( ! $words ) {
		return true;
	}
	$texts = array( $vehicle['year'], $vehicle['make'] . $vehicle['model'] );
	foreach ( SEARCHED as $field ) {
		$texts[] = $vehicle[ $field ];
	}
	$text = squeezed( implode( '|', $texts ) );
	foreach ( $words as $word ) {
		$ways = isset( ALIASES[ $word ] ) ? ALIASES[ $word ] : array( $word );
		$says = false;
		foreach ( $ways as $way ) {
			$says = $says || false !== strpos( $text, $way );
		}
		if ( ! $says ) {
			return false;
		}
	}
	return true;
}

/**
 * A text as searches compare it: lower case, without hyphens and spaces.
 *
 * @param string $text Any text.
 */
function squeezed( string $text ): string {
	return (string) preg_replace( '/[-\x{2010}-\x{2015}\s]/u', '', lower( $text ) );
}

/**
 * The vehicles in an order; those without the number come last.
 *
 * @param array  $vehicles Vehicles, newest first.
 * @param string $sort     One of `SORTS`.
 */
function ordered( array $vehicles, string $sort ): array {
	$field     = ltrim( $sort, '-' );
	$direction = '-' === $sort[0] ? -1 : 1;
	if ( ! isset( MOST[ $field ] ) ) {
		return $vehicles;
	}
	$ids = array_keys( $vehicles );
	usort(
		$ids,
		static function ( $one, $other ) use ( $vehicles, $field, $direction ) {
			$first  = $vehicles[ $one ][ $field ];
			$second = $vehicles[ $other ][ $field ];
			if ( null === $first || null === $second ) {
				$order = ( null === $first ) <=> ( null === $second );
			} else {
				$order = ( $first <=> $second ) * $direction;
			}
			return 0 !== $order ? $order : strcmp( $vehicles[ $one ]['id'], $vehicles[ $other ]['id'] );
		}
	);
	return array_map(
		static function ( $id ) use ( $vehicles ) {
			return $vehicles[ $id ];
		},
		$ids
	);
}

/**
 * The different values of a field, in alphabetical order, each in its first spelling.
 *
 * @param array  $vehicles Vehicles.
 * @param string $field    Name of a text field.
 * @return string[]
 */
function values_of( array $vehicles, string $field ): array {
	$values = array();
	foreach ( $vehicles as $vehicle ) {
		if ( '' !== $vehicle[ $field ] && ! isset( $values[ lower( $vehicle[ $field ] ) ] ) ) {
			$values[ lower( $vehicle[ $field ] ) ] = $vehicle[ $field ];
		}
	}
	natcasesort( $values );
	return array_values( $values );
}

/**
 * A text in lower case.
 *
 * @param string $text Any text.
 */
function lower( string $text ): string {
	return function_exists( 'mb_strtolower' ) ? mb_strtolower( $text, 'UTF-8' ) : strtolower( $text );
}
