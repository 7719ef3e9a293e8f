<?php
/**
 * Plugin Name:       CarLot Inventory
 * Description:       The vehicles on your lot, from CarLot Manager: a shortcode, a block, and a page for each vehicle.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * Author:            CarLot Manager
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       carlot-inventory
 * Domain Path:       /languages
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

const VERSION   = '1.0.0';
const OPTION    = 'carlot_inventory';
const SHORTCODE = 'carlot_inventory';
const BLOCK     = 'carlot/inventory';

require __DIR__ . '/includes/text.php';
require __DIR__ . '/includes/worker.php';
require __DIR__ . '/includes/vehicle.php';
require __DIR__ . '/includes/request.php';
require __DIR__ . '/includes/list.php';
require __DIR__ . '/includes/page.php';
require __DIR__ . '/includes/settings.php';

add_action( 'init', __NAMESPACE__ . '\register' );
add_action( 'template_redirect', __NAMESPACE__ . '\answer_gone' );
add_action( 'wp_head', __NAMESPACE__ . '\print_structured' );
add_filter( 'document_title_parts', __NAMESPACE__ . '\title_parts' );
add_filter( 'get_canonical_url', __NAMESPACE__ . '\canonical_url', 10, 2 );
add_action( 'admin_menu', __NAMESPACE__ . '\add_settings_page' );
add_action( 'admin_init', __NAMESPACE__ . '\register_settings' );
add_filter( 'plugin_action_links_' . plugin_basename( __FILE__ ), __NAMESPACE__ . '\add_settings_link' );

/**
 * Registers the shortcode and the block.
 */
function register(): void {
	load_plugin_textdomain( 'carlot-inventory', false, dirname( plugin_basename( __FILE__ ) ) . '/languages' );
	wp_register_style( 'carlot-inventory', plugins_url( 'assets/carlot-inventory.css', __FILE__ ), array(), VERSION );
	wp_register_script(
		'carlot-inventory-block',
		plugins_url( 'block/editor.js', __FILE__ ),
		array( 'wp-blocks', 'wp-block-editor', 'wp-components', 'wp-element', 'wp-i18n', 'wp-server-side-render' ),
		VERSION,
		true
	);
	wp_set_script_translations( 'carlot-inventory-block', 'carlot-inventory', __DIR__ . '/languages' );
	add_shortcode( SHORTCODE, __NAMESPACE__ . '\render' );
	register_block_type( __DIR__ . '/block', array( 'render_callback' => __NAMESPACE__ . '\render_block' ) );
}
