<?php
/**
 * Runs the plugin, or a snippet of the guide, in plain PHP: reads a job as JSON from standard input, writes what came of it.
 *
 * Stands in for the part of WordPress that they use. The escaping is not WordPress' own, but lets nothing more through: what is safe
 * here for its reasons is so there. The opt-in tests run the plugin in a real WordPress.
 *
 * Job: plugin (path) or code; option, options, transients, get, uri, car (the query variable), can_edit, singular, content, place, now, words,
 * locale, cron, define (constants); and what to do: shortcode (as often as `times`) or block (attributes), typed (the settings' form), filters (names, to be asked for a value).
 *
 * The site has one page, number 7, at /cars/, whose text has the shortcode unless the job says otherwise. `place` is `content`, where the
 * page's own text is written, or any other place.
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

	$_SERVER['REQUEST_URI'] = $job['uri'] ?? '/cars/' . ( isset( $job['car'] ) ? $job['car'] . '/' : ( $_GET ? '?' . http_build_query( $_GET ) : '' ) );
	define( 'DAY_IN_SECONDS', 86400 );
	foreach ( $job['define'] ?? array() as $name => $value ) {
		define( $name, $value );
	}
	define( 'WP_LANG_DIR', '/nowhere' );
	$result = array(
		'status'     => 200,
		'shortcodes' => array(),
		'blocks'     => array(),
		'hooks'      => array(),
		'errors'     => array(),
		'found'      => array(),
		'events'     => array(),
		'rules'      => array(),
		'sitemaps'   => array(),
	);

	class Stop extends Exception {}

	class WP_Sitemaps_Provider {
		protected $name;
		protected $object_type;
	}

	class Pages {
		public string $posts = 'posts';
		public function esc_like( string $text ): string {
			return $text;
		}
		public function prepare( string $query ): string {
			return $query;
		}
		public function get_var( string $query ): int {
			return isset( $GLOBALS['job']['lot_page'] ) ? $GLOBALS['job']['lot_page'] : 7;
		}
	}
	$wpdb = new Pages();

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
		public string $post_type    = 'page';
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
	function register_deactivation_hook() {}
	function determine_locale(): string {
		return $GLOBALS['job']['locale'] ?? 'en_US';
	}
	function unload_textdomain(): void {
		$GLOBALS['spoken'] = false;
	}
	function load_textdomain( string $domain, string $file ): void {
		$GLOBALS['spoken'] = true;
	}
	if ( ! function_exists( 'mb_strlen' ) ) {
		function mb_strlen( string $text ): int {
			return preg_match_all( '/./us', $text );
		}
		function mb_substr( string $text, int $from, int $length ): string {
			preg_match_all( '/./us', $text, $found );
			return implode( '', array_slice( $found[0], $from, $length ) );
		}
	}
	function wp_register_style() {}
	function wp_enqueue_script() {}
	function wp_register_script() {}
	function wp_enqueue_style() {}
	function wp_set_script_translations() {}

	function __( string $text, string $domain = 'default' ): string {
		return ( $GLOBALS['spoken'] ?? false ) ? $GLOBALS['job']['words'][ $text ] ?? $text : $text;
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
	function wp_parse_url( string $url, int $part = -1 ) {
		return parse_url( $url, $part );
	}
	function add_query_arg( $names, ...$rest ): string {
		$url = is_array( $names ) ? $rest[0] : $rest[1];
		foreach ( is_array( $names ) ? $names : array( $names => $rest[0] ) as $name => $value ) {
			$url .= ( false === strpos( $url, '?' ) ? '?' : '&' ) . "$name=$value";
		}
		return $url;
	}
	function remove_accents( string $text ): string {
		return strtr( $text, array( 'é' => 'e', 'Š' => 'S', 'ö' => 'o' ) );
	}
	function trailingslashit( string $text ): string {
		return rtrim( $text, '/' ) . '/';
	}
	function user_trailingslashit( string $text ): string {
		return trailingslashit( $text );
	}
	function home_url( string $path = '' ): string {
		return 'https://site.example' . $path;
	}
	function get_bloginfo(): string {
		return 'Maple Street Motors';
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
	function get_block_wrapper_attributes(): string {
		return 'class="wp-block-carlot-inventory"';
	}

	function get_option( string $name, $fallback = false ) {
		$options = array( 'carlot_inventory' => $GLOBALS['job']['option'] ?? false ) + ( $GLOBALS['job']['options'] ?? array() ) + array( 'permalink_structure' => '/%postname%/' );
		return $options[ $name ] ?? $fallback;
	}
	function update_option( string $name, $value ): void {
		$GLOBALS['job']['options'][ $name ] = $value;
	}
	function flush_rewrite_rules( bool $hard ): void {
		$GLOBALS['result']['flushed'] = true;
	}
	function add_rewrite_tag() {}
	function add_rewrite_rule( string $pattern, string $query, string $place ): void {
		$GLOBALS['result']['rules'][ $pattern ] = $query;
	}
	function wp_register_sitemap_provider( string $name, $provider ): void {
		$GLOBALS['result']['sitemaps'][ $name ] = $provider;
	}
	function wp_sitemaps_get_max_urls(): int {
		return 2000;
	}
	function wp_next_scheduled(): bool {
		return true;
	}
	function wp_schedule_single_event( int $when, string $hook, array $arguments ): void {
		$GLOBALS['result']['events'][] = array( $hook, $arguments );
	}
	function spawn_cron(): void {
		$GLOBALS['result']['spawned'] = true;
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
	function get_post( int $id ): WP_Post {
		$post               = new WP_Post();
		$post->ID           = $id;
		$post->post_content = 7 === $id ? $GLOBALS['job']['content'] ?? '[carlot_inventory]' : $GLOBALS['job']['posts'][ $id ] ?? '';
		return $post;
	}
	function get_queried_object(): WP_Post {
		return get_post( 7 );
	}
	function get_queried_object_id(): int {
		return 7;
	}
	function get_the_ID(): int {
		return $GLOBALS['job']['post'] ?? 7;
	}
	function get_post_meta(): array {
		return $GLOBALS['job']['meta'] ?? array();
	}
	function get_post_status( int $id ) {
		return 7 === $id || isset( $GLOBALS['job']['posts'][ $id ] ) ? 'publish' : false;
	}
	function get_page_by_path( string $path ) {
		return 'cars/trucks' === $path ? get_post( 9 ) : null;
	}
	function get_query_var( string $name ): string {
		return $GLOBALS['job']['car'] ?? '';
	}
	function doing_filter( string $name ): bool {
		return 'content' === ( $GLOBALS['job']['place'] ?? 'content' );
	}
	function wp_is_block_theme(): bool {
		return $GLOBALS['job']['block_theme'] ?? false;
	}
	function in_the_loop(): bool {
		return $GLOBALS['job']['loop'] ?? false;
	}
	function did_action( string $name ): int {
		return in_array( $name, $GLOBALS['job']['did'] ?? array(), true ) ? 1 : 0;
	}
	function wp_safe_redirect( string $address, int $status ): void {
		$GLOBALS['result']['redirect'] = array( $status, $address );
		throw new Stop();
	}
	function has_shortcode( string $content, string $tag ): bool {
		return false !== strpos( $content, "[$tag" );
	}
	function has_block( string $name, string $content ): bool {
		return false !== strpos( $content, "<!-- wp:$name" );
	}
	function get_permalink( int $id ): string {
		if ( ! get_option( 'permalink_structure' ) ) {
			return "https://site.example/?page_id=$id";
		}
		return 7 === $id ? $GLOBALS['job']['permalink'] ?? 'https://site.example/cars/' : "https://site.example/page-$id/";
	}
	function current_user_can( string $capability ): bool {
		return $GLOBALS['job']['can_edit'] ?? false;
	}
	function status_header( int $status ): void {
		$GLOBALS['result']['status'] = $status;
	}
	function nocache_headers() {}
	function add_settings_error( string $setting, string $code, string $message, string $kind = 'error' ): void {
		$GLOBALS['result'][ 'error' === $kind ? 'errors' : 'found' ][] = $message;
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
	$html = '';
	$head = '';
	try {
		run( 'template_redirect' );
		ob_start();
		run( 'wp_head' );
		$head = ob_get_clean();
		for ( $time = 0; $time < ( isset( $job['shortcode'] ) ? $job['times'] ?? 1 : 0 ); $time++ ) {
			run( 'the_content', '' );
			$html .= array_values( $result['shortcodes'] )[0]( $job['shortcode'] );
		}
		if ( isset( $job['block'] ) ) {
			$html = $result['blocks']['carlot/inventory']['render_callback']( $job['block'] );
		}
		$settings = isset( $job['typed'] ) ? CarLot\Inventory\clean_settings( $job['typed'] ) : null;
	} catch ( Stop $stop ) {
		$head = '';
	}
	$told = array();
	foreach ( $job['filters'] ?? array() as $name => $value ) {
		$told[ $name ] = run( $name, $value );
	}
	$answer = array(
		'html'       => $html,
		'head'       => $head,
		'title'      => run( 'document_title_parts', array( 'title' => 'Cars' ) )['title'],
		'canonical'  => run( 'get_canonical_url', 'https://site.example/cars/', get_queried_object() ),
		'filters'    => $told,
		'status'     => $result['status'],
		'redirect'   => $result['redirect'] ?? null,
		'shortcodes' => array_keys( $result['shortcodes'] ),
		'settings'   => $settings ?? null,
		'errors'     => $result['errors'],
		'found'      => $result['found'],
		'rules'      => $result['rules'],
		'options'    => $job['options'] ?? array(),
		'flushed'    => $result['flushed'] ?? false,
		'sitemap'    => isset( $job['sitemap'] ) ? $result['sitemaps']['carlot']->get_url_list( 1 ) : null,
		'request'    => isset( $job['request'] ) ? run( 'request', $job['request'] ) : null,
	);
	if ( ! isset( $job['code'] ) ) {
		// The visitor has his answer; now what was planned for after it.
		run( 'shutdown' );
		foreach ( $job['cron'] ?? true ? $result['events'] : array() as list( $hook, $arguments ) ) {
			run( $hook, ...$arguments );
		}
	}
	$answer['transients'] = (object) ( $job['transients'] ?? array() );
	echo json_encode( $answer, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE );
}
