<?php
/**
 * The language of the plugin's words: the site's, or the one that an attribute names.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * Loads the words of the site's language. Every Spanish, such as Mexico's, is served by the one Spanish file.
 */
function load_words(): void {
	speak( determine_locale() );
}

/**
 * Loads the words of a language, in place of those of another. A translation that the site itself has counts more.
 *
 * @param string $locale A locale, such as `es_MX`, or a language.
 */
function speak( string $locale ): void {
	unload_textdomain( 'carlot-inventory' );
	foreach ( array( WP_LANG_DIR . "/plugins/carlot-inventory-$locale.mo", words_file( $locale ) ) as $file ) {
		if ( '' !== $file && is_readable( $file ) ) {
			load_textdomain( 'carlot-inventory', $file );
			return;
		}
	}
}

/**
 * The file of words for a locale; empty for English and for a language that there is none for.
 *
 * @param string $locale A locale.
 */
function words_file( string $locale ): string {
	return 0 === strpos( $locale, 'es' ) ? dirname( __DIR__ ) . '/languages/carlot-inventory-es_ES.mo' : '';
}

/**
 * What a function writes, in the language of an attribute.
 *
 * @param string   $lang  Language; empty for the site's.
 * @param callable $write Gives HTML.
 */
function in_language( string $lang, callable $write ): string {
	if ( '' === $lang || substr( determine_locale(), 0, 2 ) === $lang ) {
		return $write();
	}
	speak( $lang );
	$html = $write();
	load_words();
	return '<div lang="' . esc_attr( $lang ) . '">' . $html . '</div>';
}

/**
 * The file with the words of the block in the editor, for any Spanish.
 *
 * @param string|false $file   Path of the file that WordPress looks for.
 * @param string       $handle Name of the script.
 */
function script_words( $file, $handle ) {
	$ours = 'carlot-inventory-block' === $handle && '' !== words_file( determine_locale() );
	return $ours ? dirname( __DIR__ ) . '/languages/carlot-inventory-es_ES-carlot-inventory-block.json' : $file;
}
