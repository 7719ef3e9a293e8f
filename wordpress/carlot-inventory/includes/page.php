<?php
/**
 * The page of one vehicle: photos, price, how to reach the dealer, description, facts.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * The full vehicle, or a message that it is gone.
 *
 * @param array $said Result of `opened`.
 */
function render_vehicle( array $said ): string {
	$back = '<p class="carlot-back"><a href="' . address( page_address() ) . '">'
		. '<span aria-hidden="true">&larr;</span> ' . text( __( 'All vehicles', 'carlot-inventory' ) ) . '</a></p>';
	if ( $said['gone'] ) {
		return $back . message( __( 'This vehicle is no longer available. We may have another one like it.', 'carlot-inventory' ), '' ) . similar();
	}
	if ( null === $said['content'] ) {
		return $back . message( unreachable(), $said['error'] );
	}
	$vehicle = $said['content'];
	return $back . '<article class="carlot-inventory carlot-vehicle">' . note( $said ) . photos( $vehicle )
		. '<h2 class="carlot-name">' . text( full_name( $vehicle ) ) . '</h2>' . price_line( $vehicle )
		. contact( $vehicle ) . description( $vehicle ) . facts( $vehicle ) . '</article>';
}

/**
 * Up to three vehicles whose address has most words in common with the address of one that is gone.
 */
function similar(): string {
	$words  = array_flip( explode( '-', (string) get_query_var( QUERY_VAR ) ) );
	$common = array();
	$lot    = (array) ask( base_url(), LIST_PATH )['content'];
	foreach ( $lot as $index => $vehicle ) {
		$common[ $index ] = count( array_intersect_key( $words, array_flip( explode( '-', plain( name_of( $vehicle ) ) ) ) ) );
	}
	arsort( $common );
	$cards = '';
	foreach ( array_slice( array_keys( $common ), 0, 3 ) as $index ) {
		$cards .= card( $lot[ $index ], true );
	}
	return '' === $cards ? '' : '<div class="carlot-inventory"><ul class="carlot-list carlot-columns-3">' . $cards . '</ul></div>';
}

/**
 * All photos, each with an alternative text and as a link to its file. The script opens them large on the page.
 *
 * @param array $vehicle A vehicle.
 */
function photos( array $vehicle ): string {
	if ( ! $vehicle['photos'] ) {
		return photo( $vehicle, '', '' );
	}
	$count = count( $vehicle['photos'] );
	$html  = '';
	foreach ( $vehicle['photos'] as $index => $source ) {
		/* translators: 1: year, make and model; 2: number of the photo; 3: how many there are. */
		$words = sprintf( __( '%1$s, photo %2$d of %3$d', 'carlot-inventory' ), name_of( $vehicle ), $index + 1, $count );
		$html .= '<li><a href="' . address( $source ) . '">' . photo( $vehicle, $source, $words ) . '</a></li>';
	}
	$labels = ' data-close="' . attribute( __( 'Close', 'carlot-inventory' ) ) . '" data-previous="' . attribute( __( 'Previous', 'carlot-inventory' ) )
		. '" data-next="' . attribute( __( 'Next', 'carlot-inventory' ) ) . '"';
	return '<ul class="carlot-photos"' . $labels . '>' . $html . '</ul>';
}

/**
 * The contact details of the dealer.
 *
 * @param array $vehicle A vehicle.
 */
function contact( array $vehicle ): string {
	$dealer = ask( base_url(), DEALER_PATH )['content'];
	if ( ! $dealer ) {
		return '';
	}
	$html   = '';
	$digits = preg_replace( '/[^\d+]/', '', $dealer['phone'] );
	if ( '' !== $digits ) {
		/* translators: %s: a phone number. */
		$words = sprintf( __( 'Call %s', 'carlot-inventory' ), $dealer['phone'] );
		$html .= '<a class="wp-element-button" href="' . address( 'tel:' . $digits, array( 'tel' ) ) . '">' . text( $words ) . '</a> ';
	}
	if ( is_email( $dealer['email'] ) ) {
		$subject = name_of( $vehicle ) . ( '' === $vehicle['stockNumber'] ? '' : ' (' . $vehicle['stockNumber'] . ')' );
		$mail    = 'mailto:' . $dealer['email'] . '?subject=' . rawurlencode( $subject );
		$html   .= '<a href="' . address( $mail, array( 'mailto' ) ) . '">' . text( __( 'Email us', 'carlot-inventory' ) ) . '</a>';
	}
	$html .= '' === $dealer['address'] ? '' : ' <span>' . text( $dealer['address'] ) . '</span>';
	return '' === $html ? '' : '<p class="carlot-contact">' . $html . '</p>';
}

/**
 * The description, in paragraphs.
 *
 * @param array $vehicle A vehicle.
 */
function description( array $vehicle ): string {
	$html = '';
	foreach ( preg_split( '/\R+/u', $vehicle['description'], -1, PREG_SPLIT_NO_EMPTY ) as $paragraph ) {
		$html .= '<p>' . text( trim( $paragraph ) ) . '</p>';
	}
	return '' === $html ? '' : '<div class="carlot-description">' . $html . '</div>';
}

/**
 * The table of known facts.
 *
 * @param array $vehicle A vehicle.
 */
function facts( array $vehicle ): string {
	$facts = array(
		__( 'Body', 'carlot-inventory' )         => term( $vehicle['bodyStyle'] ),
		__( 'Exterior', 'carlot-inventory' )     => term( $vehicle['exteriorColor'] ),
		__( 'Interior', 'carlot-inventory' )     => term( $vehicle['interiorColor'] ),
		__( 'Engine', 'carlot-inventory' )       => $vehicle['engine'],
		__( 'Transmission', 'carlot-inventory' ) => term( $vehicle['transmission'] ),
		__( 'Drivetrain', 'carlot-inventory' )   => term( $vehicle['drivetrain'] ),
		__( 'Fuel', 'carlot-inventory' )         => term( $vehicle['fuelType'] ),
		__( 'Location', 'carlot-inventory' )     => $vehicle['location'],
		__( 'Stock number', 'carlot-inventory' ) => $vehicle['stockNumber'],
		__( 'VIN', 'carlot-inventory' )          => $vehicle['vin'],
	);
	$html  = '';
	foreach ( array_filter( $facts, 'strlen' ) as $label => $value ) {
		$html .= '<div><dt>' . text( $label ) . '</dt><dd>' . text( $value ) . '</dd></div>';
	}
	return '<dl class="carlot-facts">' . $html . '</dl>';
}
