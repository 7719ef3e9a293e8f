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

	wp.blocks.registerBlockType( 'carlot/inventory', {
		edit: function ( props ) {
			const attributes = props.attributes;
			const field = function ( control, name, options ) {
				const change = function ( value ) {
					props.setAttributes( { [ name ]: value } );
				};
				return el( control, Object.assign( { value: attributes[ name ], onChange: change }, options ) );
			};
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
						field( SelectControl, 'sort', { label: __( 'Sort by', 'carlot-inventory' ), options: sorts } ),
						field( RangeControl, 'limit', { label: __( 'At most', 'carlot-inventory' ), min: 1, max: 200 } ),
						field( RangeControl, 'columns', { label: __( 'Columns', 'carlot-inventory' ), min: 1, max: 6 } )
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
