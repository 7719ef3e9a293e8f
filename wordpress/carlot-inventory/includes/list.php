<?php
/**
 * The list of vehicles, as the shortcode and the block print it.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * The block.
 *
 * @param array $attributes As the editor stores them.
 */
function render_block( array $attributes ): string {
	return '<div ' . get_block_wrapper_attributes() . '>' . render( $attributes ) . '</div>';
}

/**
 * The shortcode: the list, or the vehicle that the visitor opened from it.
 *
 * @param array|string $attributes As written.
 */
function render( $attributes ): string {
	static $vehicle_shown = false;
	$wanted               = wanted( $attributes );
	$base                 = '' !== $wanted['url'] ? $wanted['url'] : base_url();
	wp_enqueue_style( 'carlot-inventory' );
	if ( '' === $base ) {
		return message( '', __( 'Set the address of CarLot Manager under Settings, CarLot Inventory.', 'carlot-inventory' ) );
	}
	$asked = asked_vehicle();
	if ( $asked && ! $vehicle_shown ) {
		$vehicle_shown = true;
		return render_vehicle( $asked );
	}
	return render_list( $base, $wanted );
}

/**
 * The list.
 *
 * @param string $base   Address of the Worker.
 * @param array  $wanted Attributes.
 */
function render_list( string $base, array $wanted ): string {
	$said = ask( $base, list_path( $wanted ), __NAMESPACE__ . '\read_list' );
	if ( null === $said['content'] ) {
		return message( unreachable(), $said['error'] );
	}
	if ( ! $said['content'] ) {
		return message( __( 'There is nothing on the lot just now. Please look in again soon.', 'carlot-inventory' ), $said['error'] );
	}
	$own   = base_url() === $base;
	$cards = array();
	foreach ( $said['content'] as $vehicle ) {
		$cards[] = card( $vehicle, $own );
	}
	return '<div class="carlot-inventory">' . note( $said )
		. '<ul class="carlot-list carlot-columns-' . (int) $wanted['columns'] . '">' . implode( '', $cards ) . '</ul></div>';
}

/**
 * One vehicle of the list.
 *
 * @param array $vehicle A vehicle.
 * @param bool  $own     Whether it comes from the Worker in the settings, so that this site has a page for it.
 */
function card( array $vehicle, bool $own ): string {
	$here  = $own && is_singular() && shows_lot( get_queried_object() ) ? get_permalink( get_queried_object_id() ) : false;
	$link  = $here ? add_query_arg( 'carlot_vehicle', rawurlencode( $vehicle['id'] ), $here ) : $vehicle['url'];
	$miles = mileage_of( $vehicle );
	return '<li class="carlot-card">'
		. photo( $vehicle, $vehicle['photos'][0] ?? '', '' )
		. '<h3 class="carlot-name"><a href="' . address( $link ) . '">' . text( name_of( $vehicle ) ) . '</a></h3>'
		. ( '' === $vehicle['trim'] ? '' : '<p class="carlot-trim">' . text( $vehicle['trim'] ) . '</p>' )
		. '<p class="carlot-price"><strong>' . text( price_of( $vehicle ) ) . '</strong>'
		. ( '' === $miles ? '' : ' <span>' . text( $miles ) . '</span>' ) . '</p></li>';
}

/**
 * A photo, or a placeholder without an address.
 *
 * @param array  $vehicle     A vehicle.
 * @param string $source      Address; empty when there is none.
 * @param string $description Alternative text; empty where the name is printed beside the photo.
 */
function photo( array $vehicle, string $source, string $description ): string {
	$source = '' === $source ? '' : address( $source );
	if ( '' === $source ) {
		return '<div class="carlot-photo carlot-no-photo"><span>' . text( __( 'Photos are on their way', 'carlot-inventory' ) ) . '</span></div>';
	}
	return '<div class="carlot-photo"><img src="' . $source . '" alt="' . attribute( $description ) . '" width="800" height="600" loading="lazy" decoding="async"></div>';
}

/**
 * A message for visitors, with more detail for editors.
 *
 * @param string $words  For all visitors; may be empty.
 * @param string $detail For editors only; may be empty.
 */
function message( string $words, string $detail ): string {
	$html = '' === $words ? '' : '<p class="carlot-message">' . text( $words ) . '</p>';
	if ( '' !== $detail && current_user_can( 'edit_posts' ) ) {
		/* translators: %s: what went wrong. */
		$html .= '<p class="carlot-note">' . text( sprintf( __( 'Only editors see this: %s', 'carlot-inventory' ), $detail ) ) . '</p>';
	}
	return '' === $html ? '' : '<div class="carlot-inventory">' . $html . '</div>';
}

/**
 * A note for editors that the list is a cached copy, with the reason.
 *
 * @param array $said Result of `ask`.
 */
function note( array $said ): string {
	if ( '' === $said['error'] || ! current_user_can( 'edit_posts' ) ) {
		return '';
	}
	/* translators: 1: how long ago, such as "2 hours"; 2: what went wrong. */
	$words = __( 'Only editors see this: CarLot Manager is out of reach; this is the lot as it was %1$s ago. %2$s', 'carlot-inventory' );
	return '<p class="carlot-note">' . text( sprintf( $words, human_time_diff( $said['fetched'] ), $said['error'] ) ) . '</p>';
}

/**
 * The message for an empty list.
 */
function unreachable(): string {
	return __( 'Our inventory cannot be shown right now. Please call us, or try again in a moment.', 'carlot-inventory' );
}
