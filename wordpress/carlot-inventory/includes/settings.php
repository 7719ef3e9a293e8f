<?php
/**
 * The settings page: the address of the Worker, and a check that it responds.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * Adds the page Settings > CarLot Inventory.
 */
function add_settings_page(): void {
	$title = __( 'CarLot Inventory', 'carlot-inventory' );
	add_options_page( $title, $title, 'manage_options', 'carlot-inventory', __NAMESPACE__ . '\print_settings_page' );
}

/**
 * Registers the setting, with the permission and the validation for changes.
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
	add_settings_field(
		'carlot_inventory_url',
		__( 'Address of CarLot Manager', 'carlot-inventory' ),
		__NAMESPACE__ . '\print_url_field',
		'carlot-inventory',
		'carlot_inventory_worker',
		array( 'label_for' => 'carlot_inventory_url' )
	);
}

/**
 * The valid settings in the submitted form.
 *
 * @param mixed $given The form's fields.
 */
function clean_settings( $given ): array {
	$typed = is_array( $given ) && is_string( $given['url'] ?? null ) ? trim( $given['url'] ) : '';
	$url   = worker_address( $typed );
	if ( '' !== $typed && '' === $url ) {
		add_settings_error( OPTION, 'carlot_url', __( 'This is no web address. It looks like https://carlot-manager.your-name.workers.dev', 'carlot-inventory' ) );
		$url = base_url();
	}
	return array( 'url' => $url );
}

/**
 * Prints the field for the address.
 */
function print_url_field(): void {
	echo '<input type="url" class="regular-text code" id="carlot_inventory_url" name="' . esc_attr( OPTION ) . '[url]" value="' . esc_attr( base_url() ) . '" placeholder="https://carlot-manager.your-name.workers.dev">';
	echo '<p class="description">' . esc_html__( 'Where CarLot Manager runs. Any page of it will do.', 'carlot-inventory' ) . '</p>';
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
	}
	echo '<h2>' . esc_html__( 'How to show the lot', 'carlot-inventory' ) . '</h2>';
	echo '<p>' . esc_html__( 'Put the block "CarLot Inventory" into a page, or this shortcode:', 'carlot-inventory' ) . '</p>';
	echo '<p><code>[carlot_inventory]</code> <code>[carlot_inventory make="Ford" sort="price" limit="6" columns="3"]</code></p></div>';
}

/**
 * A sentence that says whether the Worker responds.
 */
function connection(): string {
	$said = ask( base_url(), list_path( wanted( array() ) ), __NAMESPACE__ . '\read_list' );
	if ( null === $said['content'] ) {
		return $said['error'];
	}
	if ( '' !== $said['error'] ) {
		/* translators: 1: how long ago; 2: what went wrong. */
		return sprintf( __( 'Out of reach; the lot is shown as it was %1$s ago. %2$s', 'carlot-inventory' ), human_time_diff( $said['fetched'] ), $said['error'] );
	}
	/* translators: %s: how long ago. */
	return sprintf( __( 'Connected. The lot was fetched %s ago.', 'carlot-inventory' ), human_time_diff( $said['fetched'] ) );
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
