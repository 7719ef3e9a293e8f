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
	'make'       => '',
	'model'      => '',
	'bodyStyle'  => '',
	'q'          => '',
	'yearMin'    => '',
	'yearMax'    => '',
	'priceMin'   => '',
	'priceMax'   => '',
	'mileageMax' => '',
	'sort'       => 'newest',
	'limit'      => 24,
	'columns'    => 3,
	'search'     => '',
	'lang'       => '',
	'url'        => '',
);
// Of these, what a visitor can choose. The query has each behind `carlot_`, apart from the names that WordPress uses itself.
const CHOICES = array( 'q', 'make', 'model', 'bodyStyle', 'yearMin', 'yearMax', 'priceMin', 'priceMax', 'mileageMax', 'sort' );
// What WordPress adds to the attributes of a block.
const OF_BLOCKS = array( 'align', 'classname', 'anchor', 'lock', 'metadata', 'style', 'blockvisibility' );

/**
 * The attributes, each of the right type and in range.
 *
 * @param array $given The attributes, as `named` gives them.
 */
function wanted( array $given ): array {
	$wanted = cleaned( array_merge( DEFAULTS, array_intersect_key( $given, DEFAULTS ) ) );
	$wanted['limit']   = within( $wanted['limit'], 1, 200, DEFAULTS['limit'] );
	$wanted['columns'] = within( $wanted['columns'], 1, 6, DEFAULTS['columns'] );
	$wanted['search']  = in_array( $wanted['search'], array( 'yes', 'no' ), true ) ? $wanted['search'] : '';
	$wanted['lang']    = in_array( substr( $wanted['lang'], 0, 2 ), array( 'en', 'es' ), true ) ? substr( $wanted['lang'], 0, 2 ) : '';
	$wanted['url']     = worker_address( $wanted['url'] );
	return $wanted;
}

/**
 * The filters and the order, each a text without tags or a number in range; what makes no sense filters nothing.
 *
 * @param array $given By name.
 */
function cleaned( array $given ): array {
	foreach ( array_diff( array_keys( $given ), array_keys( LIMITS ) ) as $name ) {
		$given[ $name ] = is_scalar( $given[ $name ] ) ? substr( sanitize_text_field( (string) $given[ $name ] ), 0, 200 ) : '';
	}
	foreach ( array_keys( LIMITS ) as $name ) {
		$digits         = is_scalar( $given[ $name ] ) ? preg_replace( '/[\s$,]/', '', (string) $given[ $name ] ) : '';
		$given[ $name ] = is_numeric( $digits ) && $digits >= 0 && $digits <= 99999999 ? (float) $digits : '';
	}
	$given['sort'] = in_array( $given['sort'], SORTS, true ) ? $given['sort'] : DEFAULTS['sort'];
	return $given;
}

/**
 * The attributes under their names, whatever the case of the letters (WordPress gives a shortcode's in lower case), without the curly
 * quotes of a text pasted from a document.
 *
 * @param array|string $given The attributes as written; a shortcode without attributes gives an empty text.
 */
function named( $given ): array {
	$names = array();
	foreach ( array_keys( DEFAULTS ) as $name ) {
		$names[ strtolower( $name ) ] = $name;
	}
	$found = array();
	$last  = null;
	foreach ( is_array( $given ) ? $given : array() as $name => $value ) {
		if ( is_int( $name ) && null !== $last ) {
			// A value in curly quotes that has a space comes in pieces.
			$found[ $last ] .= ' ' . unquoted( $value );
			$last            = is_open( $value ) ? $last : null;
			continue;
		}
		$name           = $names[ strtolower( (string) $name ) ] ?? $name;
		$found[ $name ] = is_string( $value ) ? unquoted( $value ) : $value;
		$last           = is_string( $value ) && preg_match( '/^[“”„″]/u', decoded( $value ) ) && is_open( $value ) ? $name : null;
	}
	return $found;
}

/**
 * The text without quotes at its ends.
 *
 * @param mixed $value A piece of an attribute.
 */
function unquoted( $value ): string {
	return preg_replace( '/^[“”„″‘’′\s]+|[“”„″‘’′\s]+$/u', '', decoded( $value ) );
}

/**
 * Whether a piece of an attribute ends without a quote.
 *
 * @param mixed $value A piece of an attribute.
 */
function is_open( $value ): bool {
	return ! preg_match( '/.[“”″]$/u', decoded( $value ) );
}

/**
 * A text with the entities that WordPress makes of quotes as characters again.
 *
 * @param mixed $value A piece of an attribute.
 */
function decoded( $value ): string {
	return html_entity_decode( (string) $value, ENT_QUOTES | ENT_HTML5, 'UTF-8' );
}

/**
 * The attributes that the plugin does not know, as a text for editors; empty when it knows them all.
 *
 * @param array $given The attributes, as `named` gives them.
 */
function unknown( array $given ): string {
	$names = array();
	foreach ( array_diff_key( $given, DEFAULTS ) as $name => $value ) {
		if ( is_int( $name ) ) {
			$names[] = (string) $value;
		} elseif ( ! in_array( strtolower( $name ), OF_BLOCKS, true ) ) {
			$names[] = $name;
		}
	}
	foreach ( array( 'sort', 'search', 'lang' ) as $name ) {
		if ( isset( $given[ $name ] ) && '' !== $given[ $name ] && wanted( $given )[ $name ] !== substr( $given[ $name ], 0, 'lang' === $name ? 2 : 20 ) ) {
			$names[] = $name . '="' . $given[ $name ] . '"';
		}
	}
	foreach ( array_merge( array_keys( LIMITS ), array( 'limit', 'columns' ) ) as $name ) {
		if ( isset( $given[ $name ] ) && '' !== $given[ $name ] && ! is_numeric( preg_replace( '/[\s$,]/', '', (string) $given[ $name ] ) ) ) {
			$names[] = $name . '="' . $given[ $name ] . '"';
		}
	}
	if ( ! $names ) {
		return '';
	}
	/* translators: 1: attributes of the shortcode as written; 2: the attributes that there are. */
	return sprintf( __( 'Not a valid option: %1$s. Valid options: %2$s.', 'carlot-inventory' ), implode( ', ', $names ), implode( ', ', array_keys( DEFAULTS ) ) );
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
 * What the visitor chose in the form of a list, in the form of its attributes.
 *
 * @param string $list Name of the list: with more than one on a page, each has its own choices.
 */
function chosen( string $list ): array {
	$given = array();
	$named = asked_text( 'carlot_list' );
	foreach ( CHOICES as $name ) {
		$given[ $name ] = '' === $named || $list === $named ? asked_text( 'carlot_' . $name ) : '';
	}
	$sort           = $given['sort'];
	$given          = cleaned( $given );
	$given['sort']  = in_array( $sort, SORTS, true ) ? $sort : '';
	return $given;
}

/**
 * Filters that filter nothing.
 *
 * @return array<string, string>
 */
function no_filters(): array {
	return array_fill_keys( array_diff( CHOICES, array( 'sort' ) ), '' );
}

/**
 * The page of the list that the visitor asks for.
 *
 * @param string $list Name of the list.
 */
function chosen_page( string $list ): int {
	$named = asked_text( 'carlot_list' );
	return '' === $named || $list === $named ? within( asked_text( 'carlot_page' ), 1, MOST_VEHICLES, 1 ) : 1;
}

/**
 * A text of the address's query; empty when there is none.
 *
 * @param string $name Name of the parameter.
 */
function asked_text( string $name ): string {
	// A public page that changes nothing needs no nonce; each value is checked where it is used.
	// phpcs:ignore WordPress.Security.NonceVerification.Recommended, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
	$given = isset( $_GET[ $name ] ) ? wp_unslash( $_GET[ $name ] ) : '';
	return is_string( $given ) ? $given : '';
}
