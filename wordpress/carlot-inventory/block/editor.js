/* The block in the editor: a preview of the lot, and its settings. */
( function ( wp ) {
	const { createElement: el, Fragment } = wp.element;
	const { InspectorControls, useBlockProps } = wp.blockEditor;
	const { Disabled, PanelBody, RangeControl, SelectControl, TextControl } = wp.components;
	const { __ } = wp.i18n;
	const sorts = [
		{ value: 'newest', label: __( 'Newest arrivals', 'carlot-inventory' ) },
		{ value: 'price', label: __( 'Price: low to high', 'carlot-inventory' ) },
		{ value: '-price', label: __( 'Price: high to low', 'carlot-inventory' ) },
		{ value: '-year', label: __( 'Year: newest first', 'carlot-inventory' ) },
		{ value: 'year', label: __( 'Year: oldest first', 'carlot-inventory' ) },
		{ value: 'mileage', label: __( 'Mileage: lowest first', 'carlot-inventory' ) },
	];

	const searches = [
		{ value: '', label: __( 'On a list of all vehicles', 'carlot-inventory' ) },
		{ value: 'yes', label: __( 'Always', 'carlot-inventory' ) },
		{ value: 'no', label: __( 'Never', 'carlot-inventory' ) },
	];
	const languages = [
		{ value: '', label: __( "The site's", 'carlot-inventory' ) },
		{ value: 'en', label: 'English' },
		{ value: 'es', label: 'Español' },
	];
	// The editor's controls look as they will from WordPress 7 on, which also silences its notices about that.
	const now = { __nextHasNoMarginBottom: true, __next40pxDefaultSize: true };

	wp.blocks.registerBlockType( 'carlot/inventory', {
		edit: function ( props ) {
			const attributes = props.attributes;
			const field = function ( control, name, options ) {
				const change = function ( value ) {
					props.setAttributes( { [ name ]: value } );
				};
				return el( control, Object.assign( { key: name, value: attributes[ name ], onChange: change }, now, options ) );
			};
			const number = { type: 'number', min: 0 };
			return el(
				Fragment,
				null,
				el(
					InspectorControls,
					null,
					el(
						PanelBody,
						{ title: __( 'Vehicles', 'carlot-inventory' ) },
						field( TextControl, 'make', { label: __( 'Make', 'carlot-inventory' ) } ),
						field( TextControl, 'model', { label: __( 'Model', 'carlot-inventory' ) } ),
						field( TextControl, 'bodyStyle', { label: __( 'Body', 'carlot-inventory' ) } ),
						field( TextControl, 'q', { label: __( 'Search', 'carlot-inventory' ) } ),
						field( TextControl, 'yearMin', { label: __( 'Year from', 'carlot-inventory' ), ...number } ),
						field( TextControl, 'yearMax', { label: __( 'Year up to', 'carlot-inventory' ), ...number } ),
						field( TextControl, 'priceMin', { label: __( 'Price from', 'carlot-inventory' ), ...number } ),
						field( TextControl, 'priceMax', { label: __( 'Price up to', 'carlot-inventory' ), ...number } ),
						field( TextControl, 'mileageMax', { label: __( 'Miles up to', 'carlot-inventory' ), ...number } )
					),
					el(
						PanelBody,
						{ title: __( 'Display', 'carlot-inventory' ) },
						field( SelectControl, 'sort', { label: __( 'Sort by', 'carlot-inventory' ), options: sorts } ),
						field( RangeControl, 'limit', { label: __( 'Vehicles per page', 'carlot-inventory' ), min: 1, max: 200 } ),
						field( RangeControl, 'columns', { label: __( 'Columns', 'carlot-inventory' ), min: 1, max: 6 } ),
						field( SelectControl, 'search', { label: __( 'Visitor search', 'carlot-inventory' ), options: searches } ),
						field( SelectControl, 'lang', { label: __( 'Language', 'carlot-inventory' ), options: languages } ),
						field( TextControl, 'url', { label: __( 'Address of another CarLot Manager', 'carlot-inventory' ) } )
					)
				),
				el(
					'div',
					useBlockProps(),
					el( Disabled, null, el( wp.serverSideRender, { block: 'carlot/inventory', attributes: attributes } ) )
				)
			);
		},
		save: function () {
			return null;
		},
	} );
} )( window.wp );
