<?php
/**
 * Runs the plugin, or a snippet of the guide, in plain PHP: reads a job as JSON from standard input, writes what came of it.
 *
 * Stands in for the part of WordPress that they use. The escaping is not WordPress' own, but lets nothing more through: what is safe
 * here for its reasons is so there. The opt-in tests run the plugin in a real WordPress.
 *
 * Job: plugin (path) or code; option, transients, get, can_edit, singular, content, now; and what to do: shortcode or block (attributes).
 */

namespace {
	error_reporting( E_ALL );
	set_error_handler(
		static function ( int $number, string $text, string $file, int $line ): bool {
			throw new ErrorException( $text, 0, $number, $file, $line );
		}
	);

	define( 'ABSPATH', __DIR__ );
	$job    = json_decode( stream_get_contents( STDIN ), true, 64, JSON_THROW_ON_ERROR );
	$_GET   = $job['get'] ?? array();
	$result = array(
		'status'     => 200,
		'shortcodes' => array(),
		'blocks'     => array(),
		'hooks'      => array(),
		'errors'     => array(),
	);

	class WP_Error {
		private string $message;
		public function __construct( string $code, string $message ) {
			$this->message = $message;
		}
		public function get_error_message(): string {
			return $this->message;
		}
	}

	class WP_Post {
		public int $ID              = 7;
		public string $post_content = '';
	}

	function hook( string $kind, string $name, $callback ): void {
		$GLOBALS['result']['hooks'][ $name ][] = $callback;
	}
	function add_action( string $name, $callback ) {
		hook( 'action', $name, $callback );
	}
	function add_filter( string $name, $callback, int $priority = 10, int $arguments = 1 ) {
		hook( 'filter', $name, $callback );
	}
	function add_shortcode( string $tag, $callback ) {
		$GLOBALS['result']['shortcodes'][ $tag ] = $callback;
	}
	function register_block_type( string $folder, array $options ) {
		$GLOBALS['result']['blocks'][ json_decode( file_get_contents( "$folder/block.json" ), true )['name'] ] = $options;
	}
	function plugin_basename( string $file ): string {
		return basename( dirname( $file ) ) . '/' . basename( $file );
	}
	function plugins_url( string $path ): string {
		return "https://site.example/wp-content/plugins/carlot-inventory/$path";
	}
	function load_plugin_textdomain() {}
	function wp_register_style() {}
	function wp_register_script() {}
	function wp_enqueue_style() {}
	function wp_set_script_translations() {}

	function __( string $text, string $domain = 'default' ): string {
		return $text;
	}
	function esc_html( $text ): string {
		return htmlspecialchars( (string) $text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8' );
	}
	function esc_attr( $text ): string {
		return esc_html( $text );
	}
	function esc_html__( string $text, string $domain = 'default' ): string {
		return esc_html( $text );
	}
	function esc_url_raw( string $url, array $protocols = array( 'http', 'https' ) ): string {
		$url = preg_replace( '/[^a-z0-9-~+_.?#=!&;,\/:%@$|*\'()\[\]\x80-\xff]/i', '', $url );
		return preg_match( '/^([a-z][a-z0-9+.-]*):/i', $url, $found ) && in_array( strtolower( $found[1] ), $protocols, true ) ? $url : '';
	}
	function esc_url( string $url, array $protocols = array( 'http', 'https' ) ): string {
		return esc_html( esc_url_raw( $url, $protocols ) );
	}
	function sanitize_text_field( string $text ): string {
		return trim( preg_replace( '/[\r\n\t ]+/', ' ', strip_tags( $text ) ) );
	}
	function wp_unslash( $value ) {
		return $value;
	}
	function is_email( string $address ) {
		return filter_var( $address, FILTER_VALIDATE_EMAIL );
	}
	function wp_parse_url( string $url ) {
		return parse_url( $url );
	}
	function add_query_arg( string $name, string $value, string $url ): string {
		return $url . ( false === strpos( $url, '?' ) ? '?' : '&' ) . "$name=$value";
	}
	function number_format_i18n( $number, int $decimals = 0 ): string {
		return number_format( $number, $decimals );
	}
	function human_time_diff( int $from ): string {
		return ( \CarLot\Inventory\time() - $from ) . ' seconds';
	}
	function wp_json_encode( $value, int $options = 0 ) {
		return json_encode( $value, $options );
	}
	function shortcode_atts( array $defaults, array $given ): array {
		return array_merge( $defaults, array_intersect_key( $given, $defaults ) );
	}
	function get_block_wrapper_attributes(): string {
		return 'class="wp-block-carlot-inventory"';
	}

	function get_option( string $name, $fallback = false ) {
		return $GLOBALS['job']['option'] ?? $fallback;
	}
	function get_transient( string $key ) {
		$kept = $GLOBALS['job']['transients'][ $key ] ?? null;
		return $kept && $kept['until'] > \CarLot\Inventory\time() ? $kept['value'] : false;
	}
	function set_transient( string $key, $value, int $seconds ): void {
		$GLOBALS['job']['transients'][ $key ] = array(
			'value' => $value,
			'until' => \CarLot\Inventory\time() + $seconds,
		);
	}
	function delete_transient( string $key ): void {
		unset( $GLOBALS['job']['transients'][ $key ] );
	}

	function is_singular(): bool {
		return $GLOBALS['job']['singular'] ?? true;
	}
	function get_queried_object(): WP_Post {
		$post               = new WP_Post();
		$post->post_content = $GLOBALS['job']['content'] ?? '[carlot_inventory]';
		return $post;
	}
	function get_queried_object_id(): int {
		return 7;
	}
	function has_shortcode( string $content, string $tag ): bool {
		return false !== strpos( $content, "[$tag" );
	}
	function has_block( string $name, WP_Post $post ): bool {
		return false !== strpos( $post->post_content, "<!-- wp:$name" );
	}
	function get_permalink( int $id ): string {
		return 'https://site.example/cars/';
	}
	function current_user_can( string $capability ): bool {
		return $GLOBALS['job']['can_edit'] ?? false;
	}
	function status_header( int $status ): void {
		$GLOBALS['result']['status'] = $status;
	}
	function nocache_headers() {}
	function add_settings_error( string $setting, string $code, string $message ): void {
		$GLOBALS['result']['errors'][] = $message;
	}

	function is_wp_error( $thing ): bool {
		return $thing instanceof WP_Error;
	}
	function wp_safe_remote_get( string $url, array $options ) {
		$host = parse_url( $url, PHP_URL_HOST );
		return in_array( $host, array( '127.0.0.1', 'localhost' ), true )
			? new WP_Error( 'http_request_failed', 'A valid URL was not provided.' )
			: wp_remote_get( $url, $options );
	}
	function wp_remote_get( string $url, array $options ) {
		$headers = array();
		foreach ( $options['headers'] ?? array() as $name => $value ) {
			$headers[] = "$name: $value";
		}
		$context = stream_context_create(
			array(
				'http' => array(
					'header'        => $headers,
					'timeout'       => min( $options['timeout'], 2 ),
					'ignore_errors' => true,
				),
			)
		);
		try {
			$body = file_get_contents( $url, false, $context, 0, $options['limit_response_size'] ?? null );
		} catch ( ErrorException $failure ) {
			return new WP_Error( 'http_request_failed', $failure->getMessage() );
		}
		return array(
			'head' => $http_response_header,
			'body' => (string) $body,
		);
	}
	function wp_remote_retrieve_response_code( $response ) {
		return is_wp_error( $response ) ? '' : (int) explode( ' ', $response['head'][0] )[1];
	}
	function wp_remote_retrieve_body( $response ): string {
		return is_wp_error( $response ) ? '' : $response['body'];
	}
	function wp_remote_retrieve_header( $response, string $wanted ): string {
		foreach ( $response['head'] as $line ) {
			list( $name, $value ) = array_pad( explode( ': ', $line, 2 ), 2, '' );
			if ( strtolower( $name ) === $wanted ) {
				return $value;
			}
		}
		return '';
	}
}

namespace CarLot\Inventory {
	// The plugin asks for the time in its own name space.
	function time(): int {
		return $GLOBALS['job']['now'] ?? 1000000;
	}
}

namespace {
	function run( string $hook, ...$arguments ) {
		$value = $arguments[0] ?? null;
		foreach ( $GLOBALS['result']['hooks'][ $hook ] ?? array() as $callback ) {
			$value = $callback( $value, ...array_slice( $arguments, 1 ) );
		}
		return $value;
	}

	if ( isset( $job['plugin'] ) ) {
		require $job['plugin'];
		run( 'init' );
	} else {
		eval( $job['code'] ); // phpcs:ignore -- the guide's own snippet, as printed.
	}
	run( 'template_redirect' );
	ob_start();
	run( 'wp_head' );
	$head = ob_get_clean();
	$html = '';
	if ( isset( $job['block'] ) ) {
		$html = $result['blocks']['carlot/inventory']['render_callback']( $job['block'] );
	} elseif ( isset( $job['shortcode'] ) ) {
		$html = array_values( $result['shortcodes'] )[0]( $job['shortcode'] );
	}
	echo json_encode(
		array(
			'html'       => $html,
			'head'       => $head,
			'title'      => run( 'document_title_parts', array( 'title' => 'Cars' ) )['title'],
			'canonical'  => run( 'get_canonical_url', 'https://site.example/cars/', get_queried_object() ),
			'status'     => $result['status'],
			'shortcodes' => array_keys( $result['shortcodes'] ),
			'settings'   => isset( $job['typed'] ) ? CarLot\Inventory\clean_settings( $job['typed'] ) : null,
			'errors'     => $result['errors'],
			'transients' => (object) ( $job['transients'] ?? array() ),
		),
		JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE
	);
}
