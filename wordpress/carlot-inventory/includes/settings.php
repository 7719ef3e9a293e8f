<?php
/**
 * The settings page: the address of the Worker, the page with the lot, and whether the Worker answers.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

const ASK_AGAIN = 'carlot_inventory_ask_again';

/**
 * Adds the page Settings > CarLot Inventory.
 */
function add_settings_page(): void {
	$title = __( 'CarLot Inventory', 'carlot-inventory' );
	add_options_page( $title, $title, 'manage_options', 'carlot-inventory', __NAMESPACE__ . '\print_settings_page' );
}

/**
 * Registers the settings, with the permission and the validation for changes.
 */
function register_settings(): void {
	register_setting(
		'carlot_inventory',
		OPTION,
		array(
			'type'              => 'array',
			'default'           => array( 'url' => '' ),
			'sanitize_callback' => __NAMESPACE__ . '\clean_settings',
		)
	);
	add_settings_section( 'carlot_inventory_worker', '', '__return_null', 'carlot-inventory' );
	$fields = array(
		'url'  => __( 'Address of CarLot Manager', 'carlot-inventory' ),
		'page' => __( 'Inventory page', 'carlot-inventory' ),
	);
	foreach ( $fields as $name => $label ) {
		$id = 'carlot_inventory_' . $name;
		add_settings_field( $id, $label, __NAMESPACE__ . "\\print_{$name}_field", 'carlot-inventory', 'carlot_inventory_worker', array( 'label_for' => $id ) );
	}
}

/**
 * The valid settings in the submitted form. The address is tried at once, and the form says what was found.
 *
 * @param mixed $given The form's fields.
 */
function clean_settings( $given ): array {
	$given = is_array( $given ) ? $given : array();
	$typed = is_string( $given['url'] ?? null ) ? trim( $given['url'] ) : '';
	$page  = is_scalar( $given['page'] ?? null ) ? (int) $given['page'] : 0;
	$url   = worker_address( $typed );
	if ( '' !== $typed && '' === $url ) {
		add_settings_error( OPTION, 'carlot_url', __( 'That is not a web address. It looks like https://carlot-manager.your-name.workers.dev', 'carlot-inventory' ) );
		$url = base_url();
	} elseif ( '' !== $url ) {
		say_found( renew( $url, LIST_PATH, true ), $url );
	}
	return array_filter(
		array(
			'url'  => $url,
			'page' => $page && 'publish' === get_post_status( $page ) ? $page : 0,
		)
	);
}

/**
 * Tells on the settings page what the Worker answered.
 *
 * @param array  $said Result of `renew` for the list.
 * @param string $url  Address of the Worker.
 */
function say_found( array $said, string $url ): void {
	if ( '' !== $said['error'] || null === $said['content'] ) {
		add_settings_error( OPTION, 'carlot_found', $said['error'] );
		return;
	}
	$dealer = renew( $url, DEALER_PATH, true )['content'];
	$count  = count_of( count( $said['content'] ) );
	/* translators: 1: name of the dealer; 2: a number of vehicles in words, such as "2 vehicles". */
	$named = sprintf( __( 'Connected to %1$s: %2$s in inventory.', 'carlot-inventory' ), $dealer ? $dealer['name'] : '', $count );
	/* translators: %s: a number of vehicles in words, such as "2 vehicles". */
	$words = $dealer && '' !== $dealer['name'] ? $named : sprintf( __( 'Connected: %s in inventory.', 'carlot-inventory' ), $count );
	$none  = $said['content'] ? '' : ' ' . __( 'Turn on Publish to Website for the vehicles that you want to show.', 'carlot-inventory' );
	add_settings_error( OPTION, 'carlot_found', $words . $none, 'success' );
}

/**
 * Asks the Worker now, when an administrator says so, and goes back to the settings page.
 */
function ask_again(): void {
	if ( ! current_user_can( 'manage_options' ) ) {
		wp_die( esc_html__( 'Only an administrator can do this.', 'carlot-inventory' ), 403 );
	}
	check_admin_referer( ASK_AGAIN );
	say_found( renew( base_url(), LIST_PATH ), base_url() );
	set_transient( 'settings_errors', get_settings_errors(), 30 );
	wp_safe_redirect( admin_url( 'options-general.php?page=carlot-inventory&settings-updated=1' ) );
	exit;
}

/**
 * Prints the field for the address. It is no field of type "url": the browser would refuse a host without https://.
 */
function print_url_field(): void {
	echo '<input type="text" inputmode="url" class="regular-text code" id="carlot_inventory_url" name="' . esc_attr( OPTION ) . '[url]" value="' . esc_attr( base_url() ) . '" placeholder="https://carlot-manager.your-name.workers.dev">';
	echo '<p class="description">' . esc_html__( 'Where CarLot Manager runs. Any page of it will do.', 'carlot-inventory' ) . '</p>';
}

/**
 * Prints the field for the page with the lot.
 */
function print_page_field(): void {
	$settings = get_option( OPTION, array() );
	wp_dropdown_pages(
		array(
			'name'              => esc_attr( OPTION . '[page]' ),
			'id'                => 'carlot_inventory_page',
			'selected'          => is_array( $settings ) ? (int) ( $settings['page'] ?? 0 ) : 0,
			'show_option_none'  => esc_html__( 'The oldest page that shows the inventory', 'carlot-inventory' ),
			'option_none_value' => '0',
		)
	);
	echo '<p class="description">' . esc_html__( 'Each vehicle has its address below this page, and vehicles shown elsewhere, such as in a footer, lead to it.', 'carlot-inventory' );
	if ( lot_page() ) {
		echo ' <a href="' . esc_url( (string) get_permalink( lot_page() ) ) . '">' . esc_html( get_the_title( lot_page() ) ) . '</a>';
	}
	echo '</p>';
}

/**
 * Prints the page.
 */
function print_settings_page(): void {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	echo '<div class="wrap"><h1>' . esc_html( get_admin_page_title() ) . '</h1>';
	echo '<form action="options.php" method="post">';
	settings_fields( 'carlot_inventory' );
	do_settings_sections( 'carlot-inventory' );
	submit_button();
	echo '</form>';
	if ( '' !== base_url() ) {
		echo '<h2>' . esc_html__( 'Connection', 'carlot-inventory' ) . '</h2><p>' . esc_html( connection() ) . '</p>';
		echo '<form action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" method="post"><input type="hidden" name="action" value="' . esc_attr( ASK_AGAIN ) . '">';
		wp_nonce_field( ASK_AGAIN );
		submit_button( __( 'Check again now', 'carlot-inventory' ), 'secondary' );
		echo '</form>';
	}
	echo '<h2>' . esc_html__( 'How to show your inventory', 'carlot-inventory' ) . '</h2>';
	echo '<p>' . esc_html__( 'Put the block "CarLot Inventory" into a page, or this shortcode:', 'carlot-inventory' ) . '</p>';
	echo '<p><code>[carlot_inventory]</code> <code>[carlot_inventory bodyStyle="Truck" priceMax="30000" sort="price"]</code></p></div>';
}

/**
 * A sentence that says whether the Worker responds.
 */
function connection(): string {
	$said = ask( base_url(), LIST_PATH );
	if ( null === $said['content'] ) {
		return $said['error'];
	}
	if ( '' !== $said['error'] ) {
		/* translators: 1: how long ago; 2: what went wrong. */
		return sprintf( __( 'Cannot be reached. The inventory is shown as of %1$s ago. %2$s', 'carlot-inventory' ), human_time_diff( $said['fetched'] ), $said['error'] );
	}
	/* translators: 1: a number of vehicles in words, such as "2 vehicles"; 2: how long ago. */
	return sprintf( __( 'Connected: %1$s, as of %2$s ago.', 'carlot-inventory' ), count_of( count( $said['content'] ) ), human_time_diff( $said['fetched'] ) );
}

/**
 * Adds a link to the settings in the list of plugins.
 *
 * @param string[] $links Links of the plugin.
 */
function add_settings_link( array $links ): array {
	$link = '<a href="' . esc_url( admin_url( 'options-general.php?page=carlot-inventory' ) ) . '">' . esc_html__( 'Settings', 'carlot-inventory' ) . '</a>';
	return array_merge( array( $link ), $links );
}
