<?php
/**
 * Requests to the Worker, and the copies of its answers.
 *
 * A page view never waits for the Worker while there is a copy: an old copy is shown, and the Worker is asked after the answer.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

// In seconds: how long a copy counts as fresh, how long the plugin rests after a failure, how long a copy is kept.
const FRESH_S = 300;
const AWAY_S  = 60;
const KEEP_S  = 604800;
// On a server where nothing can run after the answer, the answer ends late, but only when the copy is older than this.
const OLDEST_S = 900;

const TIMEOUT_S  = 5;
const MOST_BYTES = 8388608;
const PREFIX     = 'carlot_inventory_';

const LIST_PATH   = '/api/public/inventory';
const DEALER_PATH = '/api/public/dealer';
const CAR_PATH    = '/api/public/vehicle/';

// The prices that have fallen lately, as they were. A question for the list brings them along.
const REDUCED_PATH = '/api/public/reduced';

// The plugin reads the list in pages, and takes ten of them.
const PAGE_LENGTH   = 500;
const MOST_VEHICLES = 5000;

/**
 * The answer of the Worker at a path: the copy when there is one, else the Worker's own.
 *
 * @param string $base Address of the Worker, without a slash at the end.
 * @param string $path Path of the request.
 * @return array{content: mixed, fetched: int, error: string, gone: bool} `content` is null when there is nothing to show.
 */
function ask( string $base, string $path ): array {
	$copy  = copy_of( $base, $path );
	$error = failure( $base );
	if ( $copy && time() - $copy['fetched'] < FRESH_S ) {
		return said( $copy, '' );
	}
	if ( is_resting( $base ) ) {
		return said( $copy, $error );
	}
	if ( $copy ) {
		ask_later( $base, $path );
		return said( $copy, $error );
	}
	return renew( $base, $path );
}

/**
 * Asks the Worker now, and keeps its answer. A failure changes no copy.
 *
 * @param string $base    Address of the Worker.
 * @param string $path    Path of the request.
 * @param bool   $trusted Whether an administrator gave the address; else the plugin asks no address inside the server's own network.
 */
function renew( string $base, string $path, bool $trusted = false ): array {
	$copy    = copy_of( $base, $path );
	$guarded = ! $trusted && base_url() !== $base;
	$answer  = fetch( $base, $path, $copy ? $copy['etag'] : '', $guarded );
	if ( is_gone( $path, $answer ) ) {
		delete_transient( key_of( $base, $path ) );
		return array_merge( said( null, '' ), array( 'gone' => true ) );
	}
	if ( null === $answer['content'] && ! ( $copy && 304 === $answer['status'] ) ) {
		$error = '' !== $answer['error'] ? $answer['error'] : complaint( $answer );
		note_failure( $base, $error );
		return said( $copy, $error );
	}
	$kept = array(
		'content' => null === $answer['content'] ? $copy['content'] : $answer['content'],
		'etag'    => null === $answer['content'] ? $copy['etag'] : $answer['etag'],
		'fetched' => time(),
		'left'    => LIST_PATH === $path ? departed( $copy, $answer['content'] ) : array(),
	);
	if ( LIST_PATH === $path ) {
		$kept['content'] = with_reduced( $kept['content'], $base, $guarded );
	}
	set_transient( key_of( $base, $path ), $kept, KEEP_S );
	delete_transient( PREFIX . 'away_' . md5( $base ) );
	return said( $kept, '' );
}

/**
 * The result of a question.
 *
 * @param array|null $copy  The copy, if any.
 * @param string     $error Why the copy may be old.
 */
function said( ?array $copy, string $error ): array {
	return array(
		'content' => $copy ? $copy['content'] : null,
		'fetched' => $copy ? $copy['fetched'] : 0,
		'left'    => $copy ? $copy['left'] : array(),
		'error'   => $error,
		'gone'    => false,
	);
}

/**
 * Whether the Worker itself says that a vehicle is not on show. Any other 404 can come from a wrong address or a parked domain.
 *
 * @param string $path   Path of the request.
 * @param array  $answer Result of `fetch`.
 */
function is_gone( string $path, array $answer ): bool {
	return 0 === strpos( $path, CAR_PATH ) && 404 === $answer['status'] && 'not-found' === $answer['code'];
}

/**
 * The copy of an answer; null when there is none.
 *
 * @param string $base Address of the Worker.
 * @param string $path Path of the request.
 */
function copy_of( string $base, string $path ): ?array {
	$copy = get_transient( key_of( $base, $path ) );
	return is_array( $copy ) && isset( $copy['content'], $copy['fetched'], $copy['etag'], $copy['left'] ) ? $copy : null;
}

/**
 * The name under which a copy is kept.
 *
 * @param string $base Address of the Worker.
 * @param string $path Path of the request.
 */
function key_of( string $base, string $path ): string {
	return PREFIX . md5( $base . $path );
}

/**
 * Notes that the Worker failed, for editors and so that it is left alone for a minute.
 *
 * @param string $base  Address of the Worker.
 * @param string $error What went wrong.
 */
function note_failure( string $base, string $error ): void {
	$failure = array(
		'error' => $error,
		'at'    => time(),
	);
	set_transient( PREFIX . 'away_' . md5( $base ), $failure, KEEP_S );
}

/**
 * What went wrong at the latest question; empty when all was well.
 *
 * @param string $base Address of the Worker.
 */
function failure( string $base ): string {
	$failure = get_transient( PREFIX . 'away_' . md5( $base ) );
	return is_array( $failure ) ? (string) ( $failure['error'] ?? '' ) : '';
}

/**
 * Whether the Worker failed less than a minute ago.
 *
 * @param string $base Address of the Worker.
 */
function is_resting( string $base ): bool {
	$failure = get_transient( PREFIX . 'away_' . md5( $base ) );
	return is_array( $failure ) && time() - (int) ( $failure['at'] ?? 0 ) < AWAY_S;
}

/**
 * Why an answer cannot be used, in words for editors.
 *
 * @param array $answer Result of `fetch`.
 */
function complaint( array $answer ): string {
	if ( '' !== $answer['code'] ) {
		/* translators: %d: HTTP status code. */
		return sprintf( __( 'CarLot Manager answered with status %d.', 'carlot-inventory' ), $answer['status'] );
	}
	/* translators: %d: HTTP status code. */
	return sprintf( __( 'The address answers with status %d, but not as CarLot Manager does. Is it the address of the Worker?', 'carlot-inventory' ), $answer['status'] );
}

/**
 * The Worker's address from the settings; empty when there is none.
 */
function base_url(): string {
	$settings = get_option( OPTION, array() );
	return is_array( $settings ) && isset( $settings['url'] ) ? (string) $settings['url'] : '';
}

/**
 * The Worker's address in the pasted address of any of its pages; empty when the text is not an address.
 *
 * @param string $given The typed text.
 */
function worker_address( string $given ): string {
	$given = trim( $given );
	if ( preg_match( '#^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/|$)#i', $given ) ) {
		$given = 'https://' . $given;
	}
	$url   = esc_url_raw( $given, array( 'https', 'http' ) );
	$parts = wp_parse_url( $url );
	if ( ! is_array( $parts ) || empty( $parts['host'] ) || ! in_array( $parts['scheme'] ?? '', array( 'https', 'http' ), true ) ) {
		return '';
	}
	return $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
}
