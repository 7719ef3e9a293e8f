<?php
/**
 * Where on a page a list is written: in the page's own text, or beside it, as in a widget, a footer or another post's excerpt.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * Whether the text being written is the own text of the page that the visitor opened.
 */
function in_own_text(): bool {
	if ( ! is_singular() || ! shows_lot( get_queried_object() ) ) {
		return false;
	}
	if ( doing_filter( 'the_content' ) ) {
		return get_the_ID() === get_queried_object_id();
	}
	// A theme or a page builder that writes the text by itself does so before the footer and outside of widgets.
	$by_theme = ! wp_is_block_theme() && in_the_loop() && get_the_ID() === get_queried_object_id();
	return ( $by_theme || ! text_has_lot( get_queried_object()->post_content, 3 ) )
		&& ! did_action( 'get_footer' ) && ! did_action( 'wp_footer' )
		&& did_action( 'dynamic_sidebar_before' ) === did_action( 'dynamic_sidebar_after' )
		&& 0 === template_part_depth();
}

/**
 * How many template parts of a block theme, such as its footer, are being written.
 *
 * @param int $change What to add.
 */
function template_part_depth( int $change = 0 ): int {
	static $depth = 0;
	$depth       += $change;
	return $depth;
}

/**
 * Notes that a template part begins.
 *
 * @param string|null $html  What is written instead of the block.
 * @param array       $block The block.
 */
function begin_template_part( $html, $block ) {
	if ( null === $html && 'core/template-part' === ( $block['blockName'] ?? '' ) ) {
		template_part_depth( 1 );
	}
	return $html;
}

/**
 * Notes that a template part ends.
 *
 * @param string $html The block as written.
 */
function end_template_part( $html ) {
	template_part_depth( -1 );
	return $html;
}

/**
 * Whether the vehicle was already written in this text. A text can be written more than once for one page view: plugins do that to make
 * a description of it. Each time, its first list gives way to the vehicle.
 *
 * @param bool|null $now The new state; null leaves it.
 */
function vehicle_written( ?bool $now = null ): bool {
	static $written = false;
	$before         = $written;
	$written        = $now ?? $written;
	return $before;
}

/**
 * Begins a text: nothing of it is written yet.
 *
 * @param string $content Text of a post.
 */
function begin_text( $content ) {
	if ( get_the_ID() === get_queried_object_id() ) {
		vehicle_written( false );
	}
	return $content;
}
