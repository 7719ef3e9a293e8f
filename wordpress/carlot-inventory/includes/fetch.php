<?php
/**
 * One question to the Worker: the request, its pages, and what was read from the answer.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * The content at a path of the Worker, all pages of a list together.
 *
 * @param string $base    Address of the Worker.
 * @param string $path    Path of the request.
 * @param string $etag    ETag of the copy, if any.
 * @param bool   $guarded Whether the address came from the author of a post. If so, the plugin asks no address inside the server's own network.
 * @return array{status: int, content: mixed, code: string, etag: string, total: int, error: string} `content` is null unless the
 *               whole of it was read; `code` is the one of the Worker's problem document.
 */
function fetch( string $base, string $path, string $etag, bool $guarded ): array {
	$query = LIST_PATH === $path ? '?limit=' . PAGE_LENGTH : '';
	$first = request( $base . $path . $query, $etag, $guarded );
	$first['content'] = read_answer( $path, $first );
	if ( LIST_PATH !== $path || null === $first['content'] ) {
		return $first;
	}
	$seen = $first['count'];
	while ( $seen < min( $first['total'], MOST_VEHICLES ) ) {
		$page = request( $base . $path . $query . '&offset=' . $seen, '', $guarded );
		$more = read_answer( $path, $page );
		if ( ! $more ) {
			$page['content'] = null;
			return $page;
		}
		$first['content'] = array_merge( $first['content'], $more );
		$seen            += $page['count'];
		if ( revision( $page['etag'] ) !== revision( $first['etag'] ) ) {
			// The lot changed while it was read, so the next question must bring all of it.
			$first['etag'] = '';
		}
	}
	$first['content'] = array_values( array_column( $first['content'], null, 'id' ) );
	return $first;
}

/**
 * The vehicles with the prices that they had, where these have fallen lately. An answer that cannot be read changes nothing: a Worker
 * of an earlier version has none.
 *
 * @param array  $vehicles The list.
 * @param string $base     Address of the Worker.
 * @param bool   $guarded  Whether the address came from the author of a post.
 */
function with_reduced( array $vehicles, string $base, bool $guarded ): array {
	$answer = request( $base . REDUCED_PATH, '', $guarded );
	$given  = 200 === $answer['status'] && is_array( $answer['json'] ) ? $answer['json']['vehicles'] ?? null : null;
	if ( ! is_array( $given ) ) {
		return $vehicles;
	}
	$was = array();
	foreach ( $given as $fallen ) {
		if ( is_array( $fallen ) && is_string( $fallen['id'] ?? null ) ) {
			$was[ $fallen['id'] ] = number( $fallen['was'] ?? null, 'price' );
		}
	}
	foreach ( $vehicles as $index => $vehicle ) {
		$vehicles[ $index ]['was'] = $was[ $vehicle['id'] ] ?? null;
	}
	return $vehicles;
}

/**
 * The revision of the lot in the ETag of a page. Each page has an ETag of its own; before the hyphen is the revision.
 *
 * @param string $etag An ETag.
 */
function revision( string $etag ): string {
	return explode( '-', $etag )[0];
}

/**
 * What an answer says; null when it is not what the Worker says at this path.
 *
 * @param string $path   Path of the request.
 * @param array  $answer Result of `request`.
 * @return mixed
 */
function read_answer( string $path, array $answer ) {
	if ( 200 !== $answer['status'] ) {
		return null;
	}
	if ( LIST_PATH === $path ) {
		return read_list( $answer['json'] );
	}
	return DEALER_PATH === $path ? read_dealer( $answer['json'] ) : read_vehicle( $answer['json'] );
}

/**
 * One request.
 *
 * @param string $url     Address of the request.
 * @param string $etag    ETag of the copy, if any.
 * @param bool   $guarded Whether addresses inside the server's own network are refused.
 */
function request( string $url, string $etag, bool $guarded ): array {
	$options  = array(
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
	$failed   = is_wp_error( $response );
	$json     = $failed ? null : json_decode( (string) wp_remote_retrieve_body( $response ), true, 16 );
	$code     = is_array( $json ) ? $json['code'] ?? '' : '';
	return array(
		'status'  => $failed ? 0 : (int) wp_remote_retrieve_response_code( $response ),
		'content' => null,
		'json'    => $json,
		'code'    => is_string( $code ) ? $code : '',
		'count'   => is_array( $json ) ? count( $json ) : 0,
		'total'   => $failed ? 0 : (int) wp_remote_retrieve_header( $response, 'x-total-count' ),
		'etag'    => $failed ? '' : (string) wp_remote_retrieve_header( $response, 'etag' ),
		'error'   => $failed ? $response->get_error_message() : '',
	);
}
