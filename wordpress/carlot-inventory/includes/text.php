<?php
/**
 * Escapes foreign text for the page.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * A text as HTML, with square brackets escaped too: WordPress looks for shortcodes in the output of a block.
 *
 * @param string|int|float|null $value Any text.
 */
function text( $value ): string {
	return unbracketed( esc_html( (string) $value ) );
}

/**
 * A text as the value of an attribute.
 *
 * @param string|int|float|null $value Any text.
 */
function attribute( $value ): string {
	return unbracketed( esc_attr( (string) $value ) );
}

/**
 * An address as the value of an attribute; empty when its scheme is not in the list.
 *
 * @param string   $address   Any text.
 * @param string[] $protocols Schemes.
 */
function address( string $address, array $protocols = array( 'https', 'http' ) ): string {
	return str_replace( array( '[', ']' ), array( '%5B', '%5D' ), esc_url( $address, $protocols ) );
}

/**
 * HTML without square brackets.
 *
 * @param string $html Escaped text.
 */
function unbracketed( string $html ): string {
	return str_replace( array( '[', ']' ), array( '&#091;', '&#093;' ), $html );
}
