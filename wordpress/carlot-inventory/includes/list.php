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
	$given  = named( $attributes );
	$wanted = wanted( $given );
	wp_enqueue_style( 'carlot-inventory' );
	wp_enqueue_script( 'carlot-inventory' );
	return in_language(
		$wanted['lang'],
		static function () use ( $given, $wanted ) {
			return render_wanted( $wanted, unknown( $given ) );
		}
	);
}

/**
 * The list or the vehicle, in the language that is spoken now.
 *
 * @param array  $wanted  Attributes.
 * @param string $unknown What editors are told about attributes that make no sense.
 */
function render_wanted( array $wanted, string $unknown ): string {
	$base = '' !== $wanted['url'] ? $wanted['url'] : base_url();
	if ( '' === $base ) {
		return message( '', __( 'Set the address of CarLot Manager under Settings, CarLot Inventory.', 'carlot-inventory' ) );
	}
	$own    = in_own_text();
	$opened = $own ? opened() : null;
	if ( $opened && ! vehicle_written( true ) ) {
		return render_vehicle( $opened );
	}
	return render_list( $base, $wanted, $own && ! $opened, $unknown );
}

/**
 * The list.
 *
 * @param string $base    Address of the Worker.
 * @param array  $wanted  Attributes.
 * @param bool   $own     Whether it is in the page's own text, where a visitor can search it and turn its pages.
 * @param string $unknown What editors are told about attributes that make no sense.
 */
function render_list( string $base, array $wanted, bool $own, string $unknown ): string {
	$said = ask( $base, LIST_PATH );
	if ( null === $said['content'] ) {
		return message( unreachable(), trim( $said['error'] . ' ' . $unknown ) );
	}
	$name   = substr( md5( (string) wp_json_encode( $wanted ) ), 0, 4 );
	$wanted = $own && '1' === asked_text( 'carlot_all' ) ? array_merge( $wanted, no_filters() ) : $wanted;
	$chosen = $own ? chosen( $name ) : array_merge( no_filters(), array( 'sort' => '' ) );
	$lot    = matching( $said['content'], $wanted );
	$found  = matching( $lot, array_merge( $chosen, array( 'sort' => '' === $chosen['sort'] ? $wanted['sort'] : $chosen['sort'] ) ) );
	$list   = array(
		'name'   => $name,
		'wanted' => $wanted,
		'chosen' => $chosen,
		'all'    => count( $said['content'] ),
		'lot'    => $lot,
		'found'  => $found,
		'own'    => $own,
		'pages'  => max( 1, (int) ceil( count( $found ) / $wanted['limit'] ) ),
		// A car of another Worker has no address on this site.
		'here'   => base_url() === $base,
	);
	$list['page'] = $own ? min( chosen_page( $name ), $list['pages'] ) : 1;
	return '<div class="carlot-inventory" id="carlot-' . $name . '" data-carlot-list="' . $name . '">' . note( $said, $unknown )
		. ( $own && is_searched( $wanted ) && $lot ? search_form( $list ) : '' )
		. '<div class="carlot-results">' . results( $list ) . '</div></div>';
}

/**
 * Whether a list in the page's own text has the search. Without a word about it, a list of all vehicles has it, and a short one,
 * such as the three newest, has not.
 *
 * @param array $wanted Attributes.
 */
function is_searched( array $wanted ): bool {
	return 'yes' === $wanted['search'] || ( '' === $wanted['search'] && DEFAULTS['limit'] === $wanted['limit'] );
}

/**
 * The count, the cards of this page, and the links to the other pages.
 *
 * @param array $list The list.
 */
function results( array $list ): string {
	if ( ! $list['found'] ) {
		return nothing_found( $list );
	}
	$first = ( $list['page'] - 1 ) * $list['wanted']['limit'];
	$cards = '';
	foreach ( array_slice( $list['found'], $first, $list['wanted']['limit'] ) as $vehicle ) {
		$cards .= card( $vehicle, $list['here'] );
	}
	return count_line( $list, $first ) . '<ul class="carlot-list carlot-columns-' . (int) $list['wanted']['columns'] . '">' . $cards . '</ul>'
		. ( $list['own'] ? page_links( $list ) : '' ) . see_all( $list );
}

/**
 * The words for a list without a vehicle. Only an empty lot is called empty.
 *
 * @param array $list The list.
 */
function nothing_found( array $list ): string {
	if ( ! $list['all'] ) {
		return message( __( 'No vehicles right now. Please check back soon.', 'carlot-inventory' ), '' );
	}
	$asked = array();
	foreach ( array_merge( EQUAL, array_keys( LIMITS ), array( 'q' ) ) as $name ) {
		if ( '' !== $list['wanted'][ $name ] ) {
			$asked[] = $name . '="' . $list['wanted'][ $name ] . '"';
		}
	}
	$detail = '';
	if ( ! $list['lot'] ) {
		/* translators: %s: attributes of the shortcode. */
		$detail = sprintf( __( 'No vehicle matches %s.', 'carlot-inventory' ), implode( ' ', $asked ) );
	}
	return message( __( 'No vehicles match right now.', 'carlot-inventory' ), $detail ) . see_all( $list );
}

/**
 * The link to all vehicles, where there are more than the list has: without the visitor's choices on the same page, else to the page with
 * the lot, else on the same page without the list's own filters.
 *
 * @param array $list The list.
 */
function see_all( array $list ): string {
	$shown = $list['own'] ? count( $list['found'] ) : min( count( $list['found'] ), $list['wanted']['limit'] );
	$count = $list['own'] && $list['lot'] && count( $list['lot'] ) > $shown ? count( $list['lot'] ) : $list['all'];
	if ( $count <= $shown || ! $list['here'] || ( ! $list['own'] && ! lot_page() ) ) {
		return '';
	}
	$here = $list['own'] ? page_address() : '';
	if ( ! $list['own'] || $count > count( $list['lot'] ) && lot_page() !== get_queried_object_id() ) {
		$here = (string) get_permalink( lot_page() );
	} elseif ( $count > count( $list['lot'] ) ) {
		$here = add_query_arg( 'carlot_all', '1', $here );
	}
	/* translators: %s: a number of vehicles. */
	$words = 1 === $count ? __( 'View vehicle', 'carlot-inventory' ) : sprintf( __( 'See all %s vehicles', 'carlot-inventory' ), number_format_i18n( $count ) );
	return '<p class="carlot-all"><a href="' . address( $here ) . '">' . text( $words ) . '</a></p>';
}

/**
 * One vehicle of the list.
 *
 * @param array $vehicle A vehicle.
 * @param bool  $here    Whether it comes from the Worker in the settings, so that it has an address on this site.
 */
function card( array $vehicle, bool $here ): string {
	return '<li class="carlot-card">'
		. photo( $vehicle, $vehicle['photos'][0] ?? '', '' )
		. '<h2 class="carlot-name"><a href="' . address( $here ? car_address( $vehicle ) : $vehicle['url'] ) . '">' . text( name_of( $vehicle ) ) . '</a></h2>'
		. ( '' === $vehicle['trim'] ? '' : '<p class="carlot-trim">' . text( $vehicle['trim'] ) . '</p>' )
		. price_line( $vehicle ) . '</li>';
}

/**
 * The price, what it was when it has fallen lately, and the mileage.
 *
 * @param array $vehicle A vehicle.
 */
function price_line( array $vehicle ): string {
	$miles  = mileage_of( $vehicle );
	$before = price_before( $vehicle );
	/* translators: %s: the price that the vehicle had before it was reduced. */
	$was = null === $before ? '' : ' <span class="carlot-was">' . text( sprintf( __( 'Was %s', 'carlot-inventory' ), dollars( $before ) ) ) . '</span>';
	return '<p class="carlot-price"><strong>' . text( price_of( $vehicle ) ) . '</strong>' . $was
		. ( '' === $miles ? '' : ' <span>' . text( $miles ) . '</span>' ) . '</p>';
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
		return '<div class="carlot-photo carlot-no-photo"><span>' . text( __( 'Photos coming soon', 'carlot-inventory' ) ) . '</span></div>';
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
	$html = ( '' === $words ? '' : '<p class="carlot-message">' . text( $words ) . '</p>' ) . for_editors( $detail );
	return '' === $html ? '' : '<div class="carlot-inventory">' . $html . '</div>';
}

/**
 * A note that only editors see.
 *
 * @param string $detail The note; empty for none.
 */
function for_editors( string $detail ): string {
	if ( '' === $detail || ! current_user_can( 'edit_posts' ) ) {
		return '';
	}
	/* translators: %s: what went wrong. */
	return '<p class="carlot-note">' . text( sprintf( __( 'Only editors see this: %s', 'carlot-inventory' ), $detail ) ) . '</p>';
}

/**
 * Notes for editors: that the list is an old copy, with the reason, and what the list's attributes lack.
 *
 * @param array  $said    Result of `ask`.
 * @param string $unknown What editors are told about attributes that make no sense.
 */
function note( array $said, string $unknown = '' ): string {
	$away = '';
	if ( '' !== $said['error'] ) {
		/* translators: 1: how long ago, such as "2 hours"; 2: what went wrong. */
		$words = __( 'CarLot Manager cannot be reached. This is the inventory as of %1$s ago. %2$s', 'carlot-inventory' );
		$away  = sprintf( $words, human_time_diff( $said['fetched'] ), $said['error'] );
	}
	return for_editors( $away ) . for_editors( $unknown );
}

/**
 * The message for an empty list.
 */
function unreachable(): string {
	return __( 'Our inventory cannot be shown right now. Please call us, or try again in a moment.', 'carlot-inventory' );
}
