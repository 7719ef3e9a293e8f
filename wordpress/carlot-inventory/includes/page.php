<?php
/**
 * The page of one vehicle: its content, its title, and its data for search engines.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * The full vehicle, or a message that it is gone.
 *
 * @param array $said Result of `ask`.
 */
function render_vehicle( array $said ): string {
	$back = '<p class="carlot-back"><a href="' . address( (string) get_permalink( get_queried_object_id() ) ) . '">'
		. '<span aria-hidden="true">&larr;</span> ' . text( __( 'All vehicles', 'carlot-inventory' ) ) . '</a></p>';
	if ( $said['gone'] ) {
		return $back . message( __( 'This one is no longer on the lot. There may well be another like it.', 'carlot-inventory' ), '' );
	}
	if ( null === $said['content'] ) {
		return $back . message( unreachable(), $said['error'] );
	}
	$vehicle = $said['content'];
	$miles   = mileage_of( $vehicle );
	return $back . '<article class="carlot-inventory carlot-vehicle">' . note( $said ) . photos( $vehicle )
		. '<h2 class="carlot-name">' . text( trim( name_of( $vehicle ) . ' ' . $vehicle['trim'] ) ) . '</h2>'
		. '<p class="carlot-price"><strong>' . text( price_of( $vehicle ) ) . '</strong>'
		. ( '' === $miles ? '' : ' <span>' . text( $miles ) . '</span>' ) . '</p>'
		. contact( $vehicle ) . description( $vehicle ) . facts( $vehicle ) . '</article>';
}

/**
 * All photos, each with an alternative text.
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
		$html .= '<li>' . photo( $vehicle, $source, $words ) . '</li>';
	}
	return '<ul class="carlot-photos">' . $html . '</ul>';
}

/**
 * The contact details of the dealer.
 *
 * @param array $vehicle A vehicle.
 */
function contact( array $vehicle ): string {
	$dealer = ask( base_url(), '/api/public/dealer', __NAMESPACE__ . '\read_dealer' )['content'];
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
		__( 'Body', 'carlot-inventory' )         => $vehicle['bodyStyle'],
		__( 'Exterior', 'carlot-inventory' )     => $vehicle['exteriorColor'],
		__( 'Interior', 'carlot-inventory' )     => $vehicle['interiorColor'],
		__( 'Engine', 'carlot-inventory' )       => $vehicle['engine'],
		__( 'Transmission', 'carlot-inventory' ) => $vehicle['transmission'],
		__( 'Drivetrain', 'carlot-inventory' )   => $vehicle['drivetrain'],
		__( 'Fuel', 'carlot-inventory' )         => $vehicle['fuelType'],
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

/**
 * Sends status 404 for a vehicle that is gone, so that search engines drop it.
 */
function answer_gone(): void {
	$asked = asked_vehicle();
	if ( $asked && $asked['gone'] ) {
		status_header( 404 );
		nocache_headers();
	}
}

/**
 * Adds the vehicle to the title of the page.
 *
 * @param array $parts Parts of the title.
 */
function title_parts( array $parts ): array {
	$asked = asked_vehicle();
	if ( $asked && $asked['content'] ) {
		$parts['title'] = trim( name_of( $asked['content'] ) . ' ' . $asked['content']['trim'] );
	}
	return $parts;
}

/**
 * Gives the page of a vehicle a canonical address of its own, apart from the page of the list.
 *
 * @param string   $url  Address of the post.
 * @param \WP_Post $post The post.
 */
function canonical_url( $url, $post ) {
	$asked = get_queried_object_id() === $post->ID ? asked_vehicle() : null;
	return $asked && $asked['content'] ? add_query_arg( 'carlot_vehicle', $asked['content']['id'], $url ) : $url;
}

/**
 * Prints the data for search engines. It is in the head, where WordPress expands no shortcodes and changes no quotes.
 */
function print_structured(): void {
	$asked = asked_vehicle();
	if ( ! $asked || ! $asked['content'] ) {
		return;
	}
	$json = wp_json_encode( structured( $asked['content'] ), JSON_HEX_TAG | JSON_HEX_AMP | JSON_UNESCAPED_SLASHES );
	// phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- with JSON_HEX_TAG, no text can end the element.
	echo '<script type="application/ld+json">' . $json . "</script>\n";
}

/**
 * The vehicle as a Car with an Offer. Source: schema.org.
 *
 * @param array $vehicle A vehicle.
 */
function structured( array $vehicle ): array {
	$here = add_query_arg( 'carlot_vehicle', $vehicle['id'], (string) get_permalink( get_queried_object_id() ) );
	$car  = array(
		'@context'                    => 'https://schema.org',
		'@type'                       => 'Car',
		'name'                        => trim( name_of( $vehicle ) . ' ' . $vehicle['trim'] ),
		'url'                         => $here,
		'vehicleIdentificationNumber' => $vehicle['vin'],
		'sku'                         => $vehicle['stockNumber'],
		'brand'                       => '' === $vehicle['make'] ? null : array(
			'@type' => 'Brand',
			'name'  => $vehicle['make'],
		),
		'model'                       => $vehicle['model'],
		'vehicleModelDate'            => null === $vehicle['year'] ? null : (string) $vehicle['year'],
		'bodyType'                    => $vehicle['bodyStyle'],
		'color'                       => $vehicle['exteriorColor'],
		'vehicleTransmission'         => $vehicle['transmission'],
		'fuelType'                    => $vehicle['fuelType'],
		'mileageFromOdometer'         => null === $vehicle['mileage'] ? null : array(
			'@type'    => 'QuantitativeValue',
			'value'    => $vehicle['mileage'],
			'unitCode' => 'SMI',
		),
		'image'                       => $vehicle['photos'] ? $vehicle['photos'] : null,
		'description'                 => $vehicle['description'],
		'offers'                      => array_filter(
			array(
				'@type'         => 'Offer',
				'url'           => $here,
				'availability'  => 'https://schema.org/InStock',
				'price'         => $vehicle['price'],
				'priceCurrency' => null === $vehicle['price'] ? null : 'USD',
			),
			__NAMESPACE__ . '\is_known'
		),
	);
	return array_filter( $car, __NAMESPACE__ . '\is_known' );
}

/**
 * Whether a value is known.
 *
 * @param mixed $value Any value.
 */
function is_known( $value ): bool {
	return null !== $value && '' !== $value;
}
