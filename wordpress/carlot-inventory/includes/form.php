<?php
/**
 * The search above a list, its count, and the links to its pages. All of it works without JavaScript.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

// Filters behind "More filters".
const FURTHER = array( 'priceMin', 'yearMin', 'yearMax', 'mileageMax' );

/**
 * The form. It asks for the same page with the choices in the address.
 *
 * @param array $list The list.
 */
function search_form( array $list ): string {
	$chosen  = $list['chosen'];
	$further = '';
	foreach ( FURTHER as $name ) {
		$further .= number_field( $list, $name );
	}
	$open = '' !== implode( '', array_intersect_key( $chosen, array_flip( FURTHER ) ) ) ? ' open' : '';
	return '<form class="carlot-search" role="search" method="get" action="' . address( page_address() ) . '#carlot-' . $list['name'] . '">'
		. hidden_fields( $list )
		. field( $list, 'q', __( 'Search', 'carlot-inventory' ), '<input type="search" name="carlot_q" value="' . attribute( $chosen['q'] ) . '" id="%s">' )
		. field( $list, 'make', __( 'Make', 'carlot-inventory' ), choice( $list, 'make', options( values_of( $list['lot'], 'make' ), $chosen['make'] ) ) )
		. field( $list, 'model', __( 'Model', 'carlot-inventory' ), choice( $list, 'model', models( $list ) ) )
		. field( $list, 'bodyStyle', __( 'Body', 'carlot-inventory' ), choice( $list, 'bodyStyle', options( values_of( $list['lot'], 'bodyStyle' ), $chosen['bodyStyle'] ) ) )
		. number_field( $list, 'priceMax' )
		. field( $list, 'sort', __( 'Sort by', 'carlot-inventory' ), sorts( $list ) )
		. '<details class="carlot-further"' . $open . '><summary>' . text( __( 'More filters', 'carlot-inventory' ) ) . '</summary><div class="carlot-fields">' . $further . '</div></details>'
		. '<p class="carlot-submit"><button type="submit" class="wp-element-button">' . text( __( 'Show', 'carlot-inventory' ) ) . '</button></p></form>';
}

/**
 * One field with its label.
 *
 * @param array  $list    The list.
 * @param string $name    Name of the choice.
 * @param string $label   Label.
 * @param string $control HTML of the control, with `%s` for its id.
 */
function field( array $list, string $name, string $label, string $control ): string {
	$id = 'carlot-' . $list['name'] . '-' . strtolower( $name );
	return '<p class="carlot-field"><label for="' . $id . '">' . text( $label ) . '</label> ' . str_replace( 'id="%s"', 'id="' . $id . '"', $control ) . '</p>';
}

/**
 * A field for a number.
 *
 * @param array  $list The list.
 * @param string $name Name of the choice.
 */
function number_field( array $list, string $name ): string {
	$labels = array(
		'priceMin'   => __( 'Price from', 'carlot-inventory' ),
		'priceMax'   => __( 'Price up to', 'carlot-inventory' ),
		'yearMin'    => __( 'Year from', 'carlot-inventory' ),
		'yearMax'    => __( 'Year up to', 'carlot-inventory' ),
		'mileageMax' => __( 'Miles up to', 'carlot-inventory' ),
	);
	$value  = $list['chosen'][ $name ];
	$value  = '' === $value ? '' : attribute( (string) $value );
	return field( $list, $name, $labels[ $name ], '<input type="number" min="0" step="any" inputmode="numeric" name="carlot_' . $name . '" value="' . $value . '" id="%s">' );
}

/**
 * A list of choices, the first of which filters nothing.
 *
 * @param array  $list    The list.
 * @param string $name    Name of the choice.
 * @param string $options HTML of the options.
 */
function choice( array $list, string $name, string $options ): string {
	return '<select name="carlot_' . $name . '" id="%s"><option value="">' . text( __( 'All', 'carlot-inventory' ) ) . '</option>' . $options . '</select>';
}

/**
 * Options, one of them chosen.
 *
 * @param string[] $values Values.
 * @param string   $chosen The chosen one, in any case.
 */
function options( array $values, string $chosen ): string {
	$html = '';
	foreach ( $values as $value ) {
		$html .= '<option value="' . attribute( $value ) . '"' . ( lower( $value ) === lower( $chosen ) ? ' selected' : '' ) . '>' . text( term( $value ) ) . '</option>';
	}
	return $html;
}

/**
 * The models by make; of the chosen make only, when there is one.
 *
 * @param array $list The list.
 */
function models( array $list ): string {
	$html  = '';
	$makes = values_of( $list['lot'], 'make' );
	foreach ( $makes as $make ) {
		if ( '' !== $list['chosen']['make'] && lower( $make ) !== lower( $list['chosen']['make'] ) ) {
			continue;
		}
		$of_make = array_filter(
			$list['lot'],
			static function ( $vehicle ) use ( $make ) {
				return lower( $vehicle['make'] ) === lower( $make );
			}
		);
		$html   .= '<optgroup label="' . attribute( $make ) . '">' . options( values_of( $of_make, 'model' ), $list['chosen']['model'] ) . '</optgroup>';
	}
	return $html;
}

/**
 * The orders.
 *
 * @param array $list The list.
 */
function sorts( array $list ): string {
	$labels = array(
		'newest'  => __( 'Newest arrivals', 'carlot-inventory' ),
		'price'   => __( 'Price: low to high', 'carlot-inventory' ),
		'-price'  => __( 'Price: high to low', 'carlot-inventory' ),
		'-year'   => __( 'Year: newest first', 'carlot-inventory' ),
		'year'    => __( 'Year: oldest first', 'carlot-inventory' ),
		'mileage' => __( 'Mileage: lowest first', 'carlot-inventory' ),
	);
	$now    = '' === $list['chosen']['sort'] ? $list['wanted']['sort'] : $list['chosen']['sort'];
	$html   = '';
	foreach ( $labels as $value => $label ) {
		$html .= '<option value="' . $value . '"' . ( $value === $now ? ' selected' : '' ) . '>' . text( $label ) . '</option>';
	}
	return '<select name="carlot_sort" id="%s">' . $html . '</select>';
}

/**
 * The parameters of the page's own address, which a form would drop, and the name of the list.
 *
 * @param array $list The list.
 */
function hidden_fields( array $list ): string {
	$given = array();
	parse_str( (string) wp_parse_url( page_address(), PHP_URL_QUERY ), $given );
	if ( is_one_of_many() ) {
		$given['carlot_list'] = $list['name'];
	}
	$html = '';
	foreach ( array_filter( $given, 'is_string' ) as $name => $value ) {
		$html .= '<input type="hidden" name="' . attribute( $name ) . '" value="' . attribute( $value ) . '">';
	}
	return $html;
}

/**
 * How many vehicles there are, and a link to all of them while they are filtered.
 *
 * @param array $list  The list.
 * @param int   $first Number of the first one shown, from 0.
 */
function count_line( array $list, int $first ): string {
	if ( ! $list['own'] ) {
		return '';
	}
	$total = count( $list['found'] );
	$shown = min( $list['wanted']['limit'], $total - $first );
	if ( $shown < $total ) {
		/* translators: 1: number of the first vehicle shown; 2: of the last; 3: how many there are. */
		$words = sprintf( __( '%1$s to %2$s of %3$s vehicles', 'carlot-inventory' ), number_format_i18n( $first + 1 ), number_format_i18n( $first + $shown ), number_format_i18n( $total ) );
	} else {
		$words = count_of( $total );
	}
	return '<p class="carlot-count" role="status">' . text( $words ) . '</p>';
}

/**
 * A number of vehicles in words.
 *
 * @param int $count How many.
 */
function count_of( int $count ): string {
	/* translators: %s: a number of vehicles. */
	return 1 === $count ? __( '1 vehicle', 'carlot-inventory' ) : sprintf( __( '%s vehicles', 'carlot-inventory' ), number_format_i18n( $count ) );
}

/**
 * The links to the pages: the first, the last, and those around this one.
 *
 * @param array $list The list.
 */
function page_links( array $list ): string {
	if ( $list['pages'] < 2 ) {
		return '';
	}
	$html = '';
	$last = 0;
	for ( $page = 1; $page <= $list['pages']; $page++ ) {
		if ( 1 !== $page && $list['pages'] !== $page && abs( $page - $list['page'] ) > 2 ) {
			continue;
		}
		$html .= $page - $last > 1 ? '<li class="carlot-gap" aria-hidden="true">&hellip;</li>' : '';
		$html .= '<li>' . page_link( $list, $page, number_format_i18n( $page ), '' ) . '</li>';
		$last  = $page;
	}
	$before = $list['page'] > 1 ? '<li>' . page_link( $list, $list['page'] - 1, __( 'Previous', 'carlot-inventory' ), 'prev' ) . '</li>' : '';
	$after  = $list['page'] < $list['pages'] ? '<li>' . page_link( $list, $list['page'] + 1, __( 'Next', 'carlot-inventory' ), 'next' ) . '</li>' : '';
	return '<nav class="carlot-pages" aria-label="' . attribute( __( 'Pages of vehicles', 'carlot-inventory' ) ) . '"><ul>' . $before . $html . $after . '</ul></nav>';
}

/**
 * A link to a page of the list.
 *
 * @param array  $list     The list.
 * @param int    $page     Number of the page.
 * @param string $words    Words of the link.
 * @param string $relation `prev`, `next` or nothing.
 */
function page_link( array $list, int $page, string $words, string $relation ): string {
	if ( '' === $relation && $page === $list['page'] ) {
		return '<span aria-current="page">' . text( $words ) . '</span>';
	}
	$query = array();
	foreach ( $list['chosen'] as $name => $value ) {
		if ( '' !== $value ) {
			$query[ 'carlot_' . $name ] = rawurlencode( (string) $value );
		}
	}
	if ( '1' === asked_text( 'carlot_all' ) ) {
		$query['carlot_all'] = '1';
	}
	if ( $page > 1 ) {
		$query['carlot_page'] = $page;
	}
	if ( is_one_of_many() ) {
		$query['carlot_list'] = $list['name'];
	}
	$rel = '' === $relation ? '' : ' rel="' . $relation . '"';
	return '<a' . $rel . ' href="' . address( add_query_arg( $query, page_address() ) ) . '#carlot-' . $list['name'] . '">' . text( $words ) . '</a>';
}

/**
 * Whether the page's text has more than one list.
 */
function is_one_of_many(): bool {
	$post = get_queried_object();
	return $post instanceof \WP_Post && substr_count( $post->post_content, '[' . SHORTCODE ) + substr_count( $post->post_content, '<!-- wp:' . BLOCK ) > 1;
}

/**
 * The address of the page that the visitor opened, without choices.
 */
function page_address(): string {
	return (string) get_permalink( get_queried_object_id() );
}
