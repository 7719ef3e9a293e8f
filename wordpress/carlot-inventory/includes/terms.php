<?php
/**
 * The words that a DMS uses for body, color, transmission and fuel, in the language that is spoken now.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * A word of a DMS in the language that is spoken now; a word that the plugin does not know stays as it is.
 *
 * @param string $value Text of a field.
 */
function term( string $value ): string {
	return terms()[ lower( $value ) ] ?? $value;
}

/**
 * The words that the plugin knows, by their lower case.
 *
 * @return array<string, string>
 */
function terms(): array {
	return array(
		'sedan'          => __( 'Sedan', 'carlot-inventory' ),
		'suv'            => __( 'SUV', 'carlot-inventory' ),
		'truck'          => __( 'Truck', 'carlot-inventory' ),
		'coupe'          => __( 'Coupe', 'carlot-inventory' ),
		'convertible'    => __( 'Convertible', 'carlot-inventory' ),
		'hatchback'      => __( 'Hatchback', 'carlot-inventory' ),
		'wagon'          => __( 'Wagon', 'carlot-inventory' ),
		'van'            => __( 'Van', 'carlot-inventory' ),
		'minivan'        => __( 'Minivan', 'carlot-inventory' ),
		'crossover'      => __( 'Crossover', 'carlot-inventory' ),
		'pickup'         => __( 'Pickup', 'carlot-inventory' ),
		'automatic'      => __( 'Automatic', 'carlot-inventory' ),
		'manual'         => __( 'Manual', 'carlot-inventory' ),
		'cvt'            => __( 'CVT', 'carlot-inventory' ),
		'gasoline'       => __( 'Gasoline', 'carlot-inventory' ),
		'gas'            => __( 'Gas', 'carlot-inventory' ),
		'diesel'         => __( 'Diesel', 'carlot-inventory' ),
		'hybrid'         => __( 'Hybrid', 'carlot-inventory' ),
		'plug-in hybrid' => __( 'Plug-in hybrid', 'carlot-inventory' ),
		'electric'       => __( 'Electric', 'carlot-inventory' ),
		'flex fuel'      => __( 'Flex fuel', 'carlot-inventory' ),
		'white'          => __( 'White', 'carlot-inventory' ),
		'black'          => __( 'Black', 'carlot-inventory' ),
		'gray'           => __( 'Gray', 'carlot-inventory' ),
		'grey'           => __( 'Grey', 'carlot-inventory' ),
		'silver'         => __( 'Silver', 'carlot-inventory' ),
		'red'            => __( 'Red', 'carlot-inventory' ),
		'blue'           => __( 'Blue', 'carlot-inventory' ),
		'green'          => __( 'Green', 'carlot-inventory' ),
		'brown'          => __( 'Brown', 'carlot-inventory' ),
		'beige'          => __( 'Beige', 'carlot-inventory' ),
		'tan'            => __( 'Tan', 'carlot-inventory' ),
		'gold'           => __( 'Gold', 'carlot-inventory' ),
		'orange'         => __( 'Orange', 'carlot-inventory' ),
		'yellow'         => __( 'Yellow', 'carlot-inventory' ),
		'purple'         => __( 'Purple', 'carlot-inventory' ),
	);
}
