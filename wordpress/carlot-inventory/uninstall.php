<?php
/**
 * Removes the settings and the cached copies on every site of a network.
 *
 * @package CarLot\Inventory
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

/**
 * Removes the settings and the cached copies from the current site.
 */
function carlot_inventory_forget() {
	global $wpdb;
	delete_option( 'carlot_inventory' );
	delete_option( 'carlot_inventory_rules' );
	wp_clear_scheduled_hook( 'carlot_inventory_tick' );
	wp_unschedule_hook( 'carlot_inventory_renew' );
	// phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WordPress has no other way to delete transients by a prefix of their name.
	$names = $wpdb->get_col(
		$wpdb->prepare( "SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE %s", $wpdb->esc_like( '_transient_carlot_inventory_' ) . '%' )
	);
	foreach ( $names as $name ) {
		delete_transient( substr( $name, strlen( '_transient_' ) ) );
	}
}

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $carlot_site ) {
		switch_to_blog( $carlot_site );
		carlot_inventory_forget();
		restore_current_blog();
	}
} else {
	carlot_inventory_forget();
}
