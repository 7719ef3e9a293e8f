<?php
/**
 * Asks the Worker when no visitor waits: every five minutes by WordPress' own clock, and after the answer to a page view.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

const TICK  = 'carlot_inventory_tick';
const RENEW = 'carlot_inventory_renew';
const EVERY = 'carlot_inventory_five_minutes';

/**
 * Makes the Worker be asked after this page view has been answered.
 *
 * @param string $base Address of the Worker.
 * @param string $path Path of the request.
 */
function ask_later( string $base, string $path ): void {
	static $planned = array();
	if ( isset( $planned[ $base . $path ] ) ) {
		return;
	}
	$planned[ $base . $path ] = true;
	// WordPress sends what it wrote at priority 1.
	add_action(
		'shutdown',
		static function () use ( $base, $path ) {
			after_answer( $base, $path );
		},
		20
	);
}

/**
 * Asks the Worker by the first means that this server has: after the answer is sent, by WordPress' clock, or at once.
 *
 * @param string $base Address of the Worker.
 * @param string $path Path of the request.
 */
function after_answer( string $base, string $path ): void {
	$asking = PREFIX . 'asking_' . md5( $base . $path );
	if ( get_transient( $asking ) ) {
		return;
	}
	$copy = copy_of( $base, $path );
	foreach ( array( 'fastcgi_finish_request', 'litespeed_finish_request' ) as $finish ) {
		if ( function_exists( $finish ) ) {
			set_transient( $asking, 1, AWAY_S );
			$finish();
			renew( $base, $path );
			return;
		}
	}
	if ( ! defined( 'DISABLE_WP_CRON' ) || ! DISABLE_WP_CRON ) {
		set_transient( $asking, 1, AWAY_S );
		wp_schedule_single_event( time(), RENEW, array( $base, $path ) );
		spawn_cron();
	} elseif ( ! $copy || time() - $copy['fetched'] > OLDEST_S ) {
		set_transient( $asking, 1, AWAY_S );
		renew( $base, $path );
	}
}

/**
 * Asks for the lot and the dealer, unless the Worker just failed.
 */
function tick(): void {
	if ( '' !== base_url() && ! is_resting( base_url() ) ) {
		renew( base_url(), LIST_PATH );
		renew( base_url(), DEALER_PATH );
	}
}

/**
 * Adds five minutes to the spans of WordPress' clock.
 *
 * @param array $spans Spans by name.
 */
function add_span( $spans ) {
	$spans[ EVERY ] = array(
		'interval' => FRESH_S,
		'display'  => __( 'Every five minutes', 'carlot-inventory' ),
	);
	return $spans;
}

/**
 * Sets the clock, on each site of a network when it is first looked at.
 */
function set_clock(): void {
	if ( '' !== base_url() && ! wp_next_scheduled( TICK ) ) {
		wp_schedule_event( time() + FRESH_S, EVERY, TICK );
	}
}

/**
 * Stops the clock.
 */
function stop_clock(): void {
	wp_clear_scheduled_hook( TICK );
	wp_unschedule_hook( RENEW );
}
