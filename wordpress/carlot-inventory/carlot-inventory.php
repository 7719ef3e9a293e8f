<?php
/**
 * Plugin Name:       CarLot Inventory
 * Description:       The vehicles on your lot, from CarLot Manager: a shortcode, a block, and a page for each vehicle.
 * Version:           2.0.0
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

const VERSION   = '2.0.0';
const OPTION    = 'carlot_inventory';
const SHORTCODE = 'carlot_inventory';
const BLOCK     = 'carlot/inventory';

require __DIR__ . '/includes/text.php';
require __DIR__ . '/includes/words.php';
require __DIR__ . '/includes/fetch.php';
require __DIR__ . '/includes/worker.php';
require __DIR__ . '/includes/later.php';
require __DIR__ . '/includes/vehicle.php';
require __DIR__ . '/includes/terms.php';
require __DIR__ . '/includes/filter.php';
require __DIR__ . '/includes/request.php';
require __DIR__ . '/includes/address.php';
require __DIR__ . '/includes/opened.php';
require __DIR__ . '/includes/place.php';
require __DIR__ . '/includes/list.php';
require __DIR__ . '/includes/form.php';
require __DIR__ . '/includes/page.php';
require __DIR__ . '/includes/head.php';
require __DIR__ . '/includes/structured.php';
require __DIR__ . '/includes/sitemap.php';
require __DIR__ . '/includes/settings.php';

add_action( 'init', __NAMESPACE__ . '\register' );
add_action( 'init', __NAMESPACE__ . '\add_rules', 20 );
add_action( 'init', __NAMESPACE__ . '\add_sitemap', 20 );
add_action( 'init', __NAMESPACE__ . '\set_clock', 20 );
add_action( 'change_locale', __NAMESPACE__ . '\load_words' );
add_filter( 'load_script_translation_file', __NAMESPACE__ . '\script_words', 10, 2 );

add_filter( 'cron_schedules', __NAMESPACE__ . '\add_span' ); // phpcs:ignore WordPress.WP.CronInterval -- one conditional request.
add_action( TICK, __NAMESPACE__ . '\tick' );
add_action( RENEW, __NAMESPACE__ . '\renew', 10, 2 );

add_action( 'save_post', __NAMESPACE__ . '\forget_lot_page' );
add_action( 'deleted_post', __NAMESPACE__ . '\forget_lot_page' );
add_filter( 'request', __NAMESPACE__ . '\spare_pages' );
add_action( 'template_redirect', __NAMESPACE__ . '\answer_opened', 5 );
add_filter( 'redirect_canonical', __NAMESPACE__ . '\keep_address' );
add_filter( 'the_content', __NAMESPACE__ . '\begin_text', 0 );
add_action( 'loop_start', __NAMESPACE__ . '\begin_text' );
add_filter( 'pre_render_block', __NAMESPACE__ . '\begin_template_part', PHP_INT_MAX, 2 );
add_filter( 'render_block_core/template-part', __NAMESPACE__ . '\end_template_part', PHP_INT_MAX );

add_action( 'wp_head', __NAMESPACE__ . '\print_tags', 2 );
add_action( 'wp_head', __NAMESPACE__ . '\print_structured' );
add_filter( 'document_title_parts', __NAMESPACE__ . '\title_parts' );
add_filter( 'get_canonical_url', __NAMESPACE__ . '\canonical_url', 10, 2 );
add_filter( 'pre_get_shortlink', __NAMESPACE__ . '\short_link' );
add_seo_filters();

add_action( 'template_redirect', __NAMESPACE__ . '\answer_sitemap', 0 );
add_filter( 'robots_txt', __NAMESPACE__ . '\name_sitemap' );
add_filter( 'wpseo_sitemap_index', __NAMESPACE__ . '\add_to_index' );
add_filter( 'rank_math/sitemap/index', __NAMESPACE__ . '\add_to_index' );

add_action( 'admin_menu', __NAMESPACE__ . '\add_settings_page' );
add_action( 'admin_init', __NAMESPACE__ . '\register_settings' );
add_action( 'admin_post_' . ASK_AGAIN, __NAMESPACE__ . '\ask_again' );
add_filter( 'plugin_action_links_' . plugin_basename( __FILE__ ), __NAMESPACE__ . '\add_settings_link' );
register_deactivation_hook( __FILE__, __NAMESPACE__ . '\deactivate' );

/**
 * Registers the shortcode and the block.
 */
function register(): void {
	load_words();
	wp_register_style( 'carlot-inventory', plugins_url( 'assets/carlot-inventory.css', __FILE__ ), array(), VERSION );
	wp_register_script( 'carlot-inventory', plugins_url( 'assets/carlot-inventory.js', __FILE__ ), array(), VERSION, true );
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

/**
 * Adds the vehicles to WordPress' sitemap.
 */
function add_sitemap(): void {
	wp_register_sitemap_provider( 'carlot', new Sitemap() );
}

/**
 * Takes the addresses and the clock away while the plugin is off.
 */
function deactivate(): void {
	stop_clock();
	delete_option( RULES );
	delete_option( 'rewrite_rules' );
}
