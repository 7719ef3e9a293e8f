<?php
/**
 * Requests to the Worker, and the cache of its responses.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

// In seconds: how long a response counts as fresh, how long a failure is not retried, and how long a copy is stored.
const FRESH_S = 300;
const AWAY_S  = 60;
const KEEP_S  = 604800;

const TIMEOUT_S  = 5;
const MOST_BYTES = 8388608;
const PREFIX     = 'carlot_inventory_';

/**
 * The response of the Worker at a path, or the latest cached copy.
 *
 * @param string   $base   Address of the Worker, without a slash at the end.
 * @param string   $path   Path of the request, with its query.
 * @param callable $reader Takes the decoded JSON. Returns the content to store, or null when the JSON is not valid.
 * @return array{content: mixed, fetched: int, error: string, gone: bool} `content` is null when there is nothing to show.
 */
function ask( string $base, string $path, callable $reader ): array {
	$key  = PREFIX . md5( $base . $path );
	$away = PREFIX . 'away_' . md5( $base );
	$copy = get_transient( $key );
	$copy = is_array( $copy ) && isset( $copy['content'], $copy['fetched'], $copy['checked'], $copy['etag'] ) ? $copy : null;
	if ( $copy && time() - $copy['checked'] < FRESH_S ) {
		return said( $copy, '' );
	}
	$error = get_transient( $away );
	if ( is_string( $error ) && '' !== $error ) {
		return said( $copy, $error );
	}
	$answer = fetch( $base . $path, $copy ? $copy['etag'] : '', base_url() !== $base );
	if ( 404 === $answer['status'] ) {
		delete_transient( $key );
		return array_merge( said( null, '' ), array( 'gone' => true ) );
	}
	if ( 304 === $answer['status'] && $copy ) {
		$copy['checked'] = time();
	} else {
		$content = 200 === $answer['status'] ? $reader( json_decode( $answer['body'], true, 16 ) ) : null;
		if ( null === $content ) {
			$error = '' !== $answer['error'] ? $answer['error'] : complaint( $answer['status'] );
			set_transient( $away, $error, AWAY_S );
			return said( $copy, $error );
		}
		$copy = array(
			'content' => $content,
			'etag'    => $answer['etag'],
			'fetched' => time(),
			'checked' => time(),
		);
	}
	set_transient( $key, $copy, KEEP_S );
	return said( $copy, '' );
}

/**
 * The result of a request.
 *
 * @param array|null $copy  The cached copy, if any.
 * @param string     $error Why the copy may be old.
 */
function said( ?array $copy, string $error ): array {
	return array(
		'content' => $copy ? $copy['content'] : null,
		'fetched' => $copy ? $copy['fetched'] : 0,
		'error'   => $error,
		'gone'    => false,
	);
}

/**
 * One request.
 *
 * @param string $url     Address of the request.
 * @param string $etag    ETag of the cached copy, if any.
 * @param bool   $guarded Whether the address came from the author of a post and not from the settings. If so, the plugin requests
 *                        no address inside the server's own network.
 * @return array{status: int, body: string, etag: string, error: string}
 */
function fetch( string $url, string $etag, bool $guarded ): array {
	$options = array(
		'timeout'             => TIMEOUT_S,
		'redirection'         => 2,
		'limit_response_size' => MOST_BYTES,
		'headers'             => array_filter(
			array(
				'Accept'        => 'application/json',
				'If-None-Match' => $etag,
			)
		),
	);
	$response = $guarded ? wp_safe_remote_get( $url, $options ) : wp_remote_get( $url, $options );
	if ( is_wp_error( $response ) ) {
		return array(
			'status' => 0,
			'body'   => '',
			'etag'   => '',
			'error'  => $response->get_error_message(),
		);
	}
	return array(
		'status' => (int) wp_remote_retrieve_response_code( $response ),
		'body'   => (string) wp_remote_retrieve_body( $response ),
		'etag'   => (string) wp_remote_retrieve_header( $response, 'etag' ),
		'error'  => '',
	);
}

/**
 * Why a response cannot be used, in words for the editor.
 *
 * @param int $status HTTP status.
 */
function complaint( int $status ): string {
	if ( 200 === $status ) {
		return __( 'The address answers, but not as CarLot Manager does. Is it the address of the Worker?', 'carlot-inventory' );
	}
	/* translators: %d: HTTP status code. */
	return sprintf( __( 'CarLot Manager answered with status %d.', 'carlot-inventory' ), $status );
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
	$url   = esc_url_raw( trim( $given ), array( 'https', 'http' ) );
	$parts = wp_parse_url( $url );
	if ( ! is_array( $parts ) || empty( $parts['host'] ) || ! in_array( $parts['scheme'] ?? '', array( 'https', 'http' ), true ) ) {
		return '';
	}
	return $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
}
