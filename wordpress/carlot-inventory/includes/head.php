<?php
/**
 * The head of a vehicle's page: title, description, address, picture, for search engines and for previews of a shared link.
 *
 * Yoast SEO, Rank Math, SEOPress and All in One SEO write these tags themselves; the plugin gives them the vehicle by their filters. Source:
 * each plugin's reference of its filters, named where they are added.
 *
 * @package CarLot\Inventory
 */

namespace CarLot\Inventory;

defined( 'ABSPATH' ) || exit;

/**
 * What the head says about the vehicle of this page; null when the page shows none.
 *
 * @return array{title: string, description: string, url: string, image: string}|null
 */
function about_opened(): ?array {
	$opened  = opened();
	$vehicle = $opened ? $opened['content'] : null;
	if ( ! $vehicle ) {
		return null;
	}
	$words = full_name( $vehicle ) . ', ' . price_of( $vehicle );
	$words = $words . ( '' === mileage_of( $vehicle ) ? '' : ', ' . mileage_of( $vehicle ) ) . '. ' . $vehicle['description'];
	return array(
		'title'       => full_name( $vehicle ) . ( null === $vehicle['price'] ? '' : ', ' . price_of( $vehicle ) ),
		'description' => shortened( $words, 160 ),
		'url'         => car_address( $vehicle ),
		'image'       => $vehicle['photos'][0] ?? '',
	);
}

/**
 * A text on one line, cut after a word.
 *
 * @param string $text Any text.
 * @param int    $most Most characters.
 */
function shortened( string $text, int $most ): string {
	$text = trim( preg_replace( '/\s+/u', ' ', $text ) );
	if ( mb_strlen( $text ) <= $most ) {
		return $text;
	}
	return rtrim( preg_replace( '/\s\S*$/u', '', mb_substr( $text, 0, $most - 1 ) ), ' ,.' ) . '…';
}

/**
 * Adds the vehicle to the title of the page.
 *
 * @param array $parts Parts of the title.
 */
function title_parts( array $parts ): array {
	$about = about_opened();
	if ( $about ) {
		$parts['title'] = $about['title'];
	}
	return $parts;
}

/**
 * Gives the page of a vehicle, and each page of the list, a canonical address of its own.
 *
 * @param string   $url  Address of the post.
 * @param \WP_Post $post The post.
 */
function canonical_url( $url, $post ) {
	if ( get_queried_object_id() !== $post->ID ) {
		return $url;
	}
	$page = asked_text( 'carlot_page' );
	$list = preg_match( '/^[1-9]\d{0,3}$/', $page ) && '1' !== $page && shows_lot( $post ) ? add_query_arg( 'carlot_page', $page, $url ) : $url;
	return about_opened()['url'] ?? $list;
}

/**
 * Prints no short link on the page of a vehicle: it would lead to the list.
 *
 * @param string|false $link The short link, if any.
 */
function short_link( $link ) {
	return about_opened() ? '' : $link;
}

/**
 * Prints the tags for previews, unless a plugin for search engines does.
 */
function print_tags(): void {
	$about = about_opened();
	if ( ! $about || has_seo_plugin() ) {
		return;
	}
	$tags = array(
		'og:type'        => 'website',
		'og:site_name'   => get_bloginfo( 'name' ),
		'og:title'       => $about['title'],
		'og:description' => $about['description'],
		'og:url'         => $about['url'],
		'og:image'       => $about['image'],
	);
	echo '<meta name="description" content="' . esc_attr( $about['description'] ) . "\">\n";
	foreach ( array_filter( $tags, 'strlen' ) as $name => $value ) {
		echo '<meta property="' . esc_attr( $name ) . '" content="' . esc_attr( $value ) . "\">\n";
	}
	echo '<meta name="twitter:card" content="' . esc_attr( '' === $about['image'] ? 'summary' : 'summary_large_image' ) . "\">\n";
}

/**
 * Whether a plugin for search engines writes the tags of the head.
 */
function has_seo_plugin(): bool {
	return defined( 'WPSEO_VERSION' ) || class_exists( 'RankMath' ) || defined( 'SEOPRESS_VERSION' ) || defined( 'AIOSEO_VERSION' );
}

/**
 * Gives the plugins for search engines the vehicle. A filter of a plugin that is not there is never asked.
 */
function add_seo_filters(): void {
	// Yoast: developer.yoast.com, "Yoast SEO filters". Rank Math: rankmath.com/kb, "Filters and hooks". SEOPress: seopress.org, "Hooks".
	// All in One SEO: aioseo.com/docs, "Filter hooks".
	$texts = array(
		'title'       => array( 'wpseo_title', 'wpseo_opengraph_title', 'wpseo_twitter_title', 'rank_math/frontend/title', 'rank_math/opengraph/facebook/og_title', 'rank_math/opengraph/twitter/twitter_title', 'seopress_titles_title', 'aioseo_title' ),
		'description' => array( 'wpseo_metadesc', 'wpseo_opengraph_desc', 'wpseo_twitter_description', 'rank_math/frontend/description', 'rank_math/opengraph/facebook/og_description', 'rank_math/opengraph/twitter/twitter_description', 'seopress_titles_desc', 'aioseo_description' ),
		'url'         => array( 'wpseo_canonical', 'wpseo_opengraph_url', 'rank_math/frontend/canonical', 'rank_math/opengraph/url', 'aioseo_canonical_url' ),
		'image'       => array( 'wpseo_opengraph_image', 'wpseo_twitter_image', 'rank_math/opengraph/facebook/image', 'rank_math/opengraph/twitter/image' ),
	);
	foreach ( $texts as $part => $filters ) {
		foreach ( $filters as $filter ) {
			add_filter( $filter, giving( $part, '%s' ), 20 );
		}
	}
	// These give whole tags.
	$tags = array(
		'seopress_titles_canonical'                => array( 'url', '<link rel="canonical" href="%s">' ),
		'seopress_social_og_url'                   => array( 'url', '<meta property="og:url" content="%s">' ),
		'seopress_social_og_title'                 => array( 'title', '<meta property="og:title" content="%s">' ),
		'seopress_social_og_desc'                  => array( 'description', '<meta property="og:description" content="%s">' ),
		'seopress_social_og_thumb'                 => array( 'image', '<meta property="og:image" content="%s">' ),
		'seopress_social_twitter_card_title'       => array( 'title', '<meta name="twitter:title" content="%s">' ),
		'seopress_social_twitter_card_desc'        => array( 'description', '<meta name="twitter:description" content="%s">' ),
		'seopress_social_twitter_card_thumb'       => array( 'image', '<meta name="twitter:image" content="%s">' ),
	);
	foreach ( $tags as $filter => list( $part, $tag ) ) {
		add_filter( $filter, giving( $part, $tag ), 20 );
	}
	add_filter( 'aioseo_facebook_tags', tags_of( 'og:' ), 20 );
	add_filter( 'aioseo_twitter_tags', tags_of( 'twitter:' ), 20 );
	// Yoast asks its filter of the picture only when the page has one of its own.
	add_action( 'wpseo_add_opengraph_images', __NAMESPACE__ . '\add_yoast_image' );
}

/**
 * A filter that gives a part of the head's words about the vehicle, in place of those about the page.
 *
 * @param string $part Part of `about_opened`.
 * @param string $tag  What is given, with `%s` for the part; the part is escaped in a whole tag.
 */
function giving( string $part, string $tag ): callable {
	return static function ( $before ) use ( $part, $tag ) {
		$about = about_opened();
		if ( ! $about || '' === $about[ $part ] ) {
			return $before;
		}
		return '%s' === $tag ? $about[ $part ] : sprintf( $tag, esc_attr( $about[ $part ] ) );
	};
}

/**
 * A filter of tags by name.
 *
 * @param string $prefix `og:` or `twitter:`.
 */
function tags_of( string $prefix ): callable {
	return static function ( $tags ) use ( $prefix ) {
		foreach ( about_opened() ?? array() as $part => $value ) {
			if ( '' !== $value && ! ( 'twitter:' === $prefix && 'url' === $part ) ) {
				$tags[ $prefix . $part ] = $value;
			}
		}
		return $tags;
	};
}

/**
 * Gives Yoast the picture.
 *
 * @param object $images Yoast's collection.
 */
function add_yoast_image( $images ): void {
	$about = about_opened();
	if ( $about && '' !== $about['image'] && is_callable( array( $images, 'add_image' ) ) ) {
		$images->add_image( $about['image'] );
	}
}
