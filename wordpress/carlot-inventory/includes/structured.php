<?php
/**
 * The vehicle as data for search engines: the same object as on the Worker's own page.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

// Cars leave the factory with a few miles on them; a car with more miles than this has had an owner or was a demonstrator.
const NEW_MILES = 300;
// The driven wheels by schema.org's names, with the words of a DMS.
const WHEELS = array(
	'FourWheelDriveConfiguration'  => '/\b(4wd|4x4|four)/',
	'AllWheelDriveConfiguration'   => '/\b(awd|all)/',
	'FrontWheelDriveConfiguration' => '/\b(fwd|front)/',
	'RearWheelDriveConfiguration'  => '/\b(rwd|rear|2wd rear)/',
);

/**
 * Prints the data. It is in the head, where WordPress expands no shortcodes and changes no quotes.
 */
function print_structured(): void {
	$opened = opened();
	if ( ! $opened || ! $opened['content'] ) {
		return;
	}
	$dealer = ask( base_url(), DEALER_PATH )['content'];
	$json   = wp_json_encode( structured( $opened['content'], $dealer ), JSON_HEX_TAG | JSON_HEX_AMP | JSON_UNESCAPED_SLASHES );
	// phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- with JSON_HEX_TAG, no text can end the element.
	echo '<script type="application/ld+json">' . $json . "</script>\n";
}

/**
 * The vehicle as a Car with an Offer. Source: schema.org.
 *
 * @param array      $vehicle A vehicle.
 * @param array|null $dealer  The dealer.
 */
function structured( array $vehicle, ?array $dealer ): array {
	$here      = car_address( $vehicle );
	$condition = null !== $vehicle['mileage'] && $vehicle['mileage'] > NEW_MILES ? 'https://schema.org/UsedCondition' : null;
	return known(
		array(
			'@context'                    => 'https://schema.org',
			'@type'                       => 'Car',
			'name'                        => full_name( $vehicle ),
			'url'                         => $here,
			'vehicleIdentificationNumber' => $vehicle['vin'],
			'sku'                         => $vehicle['stockNumber'],
			'brand'                       => thing( 'Brand', array( 'name' => $vehicle['make'] ) ),
			'model'                       => $vehicle['model'],
			'vehicleModelDate'            => null === $vehicle['year'] ? null : (string) $vehicle['year'],
			'vehicleConfiguration'        => $vehicle['trim'],
			'bodyType'                    => $vehicle['bodyStyle'],
			'color'                       => $vehicle['exteriorColor'],
			'vehicleInteriorColor'        => $vehicle['interiorColor'],
			'vehicleTransmission'         => $vehicle['transmission'],
			'driveWheelConfiguration'     => wheels( $vehicle['drivetrain'] ),
			'fuelType'                    => $vehicle['fuelType'],
			'vehicleEngine'               => '' === $vehicle['engine'] ? null : thing(
				'EngineSpecification',
				array(
					'name'     => $vehicle['engine'],
					'fuelType' => $vehicle['fuelType'],
				)
			),
			'mileageFromOdometer'         => miles( $vehicle ),
			'image'                       => pictures( $vehicle ),
			'description'                 => $vehicle['description'],
			'itemCondition'               => $condition,
			'offers'                      => offer( $vehicle, $dealer, $here, $condition ),
		)
	);
}

/**
 * The offer. One without a price is kept: it says that the car is there and who sells it.
 *
 * @param array       $vehicle   A vehicle.
 * @param array|null  $dealer    The dealer.
 * @param string      $here      Address of the vehicle.
 * @param string|null $condition Condition of the vehicle.
 */
function offer( array $vehicle, ?array $dealer, string $here, ?string $condition ): array {
	return known(
		array(
			'@type'              => 'Offer',
			'url'                => $here,
			'availability'       => 'https://schema.org/InStock',
			'price'              => $vehicle['price'],
			'priceCurrency'      => null === $vehicle['price'] ? null : 'USD',
			'priceSpecification' => struck( price_before( $vehicle ) ),
			'itemCondition'      => $condition,
			'seller'             => ! $dealer || '' === $dealer['name'] ? null : thing(
				'AutoDealer',
				array(
					'name'      => $dealer['name'],
					'telephone' => $dealer['phone'],
					'email'     => $dealer['email'],
					'address'   => $dealer['address'],
				)
			),
		)
	);
}

/**
 * The price before it fell; null when it has not fallen. Source: developers.google.com, "Merchant listing", sale pricing.
 *
 * @param int|float|null $price The price.
 */
function struck( $price ): ?array {
	return null === $price ? null : array(
		'@type'         => 'UnitPriceSpecification',
		'priceType'     => 'https://schema.org/StrikethroughPrice',
		'price'         => $price,
		'priceCurrency' => 'USD',
	);
}

/**
 * The driven wheels by schema.org's names; the DMS's own words when they name none of these.
 *
 * @param string $drivetrain Words of a DMS.
 */
function wheels( string $drivetrain ): string {
	foreach ( WHEELS as $name => $pattern ) {
		if ( preg_match( $pattern, lower( $drivetrain ) ) ) {
			return 'https://schema.org/' . $name;
		}
	}
	return $drivetrain;
}

/**
 * The photos that search engines take, those over https and those of the Worker itself; null when there are none.
 *
 * @param array $vehicle A vehicle.
 */
function pictures( array $vehicle ): ?array {
	$pictures = array_filter(
		$vehicle['photos'],
		static function ( $photo ) {
			return 0 === strpos( $photo, 'https://' ) || 0 === strpos( $photo, base_url() . '/' );
		}
	);
	return $pictures ? array_values( $pictures ) : null;
}

/**
 * The mileage; null when it is unknown.
 *
 * @param array $vehicle A vehicle.
 */
function miles( array $vehicle ): ?array {
	// SMI is the UN/CEFACT unit code of the mile.
	return null === $vehicle['mileage'] ? null : array(
		'@type'    => 'QuantitativeValue',
		'value'    => $vehicle['mileage'],
		'unitCode' => 'SMI',
	);
}

/**
 * A thing with its known members; null without any.
 *
 * @param string $type    Type of schema.org.
 * @param array  $members Members.
 */
function thing( string $type, array $members ): ?array {
	$members = known( $members );
	return $members ? array_merge( array( '@type' => $type ), $members ) : null;
}

/**
 * The members that are known.
 *
 * @param array $members Members.
 */
function known( array $members ): array {
	return array_filter(
		$members,
		static function ( $value ) {
			return null !== $value && '' !== $value;
		}
	);
}
