/* What the pages do beyond links and forms: the list follows the visitor's choices as they are made, and photos open large. */
( function () {
	const TYPING_MS = 300;

	document.querySelectorAll( '.carlot-inventory[data-carlot-list]' ).forEach( follow );
	document.querySelectorAll( '.carlot-photos' ).forEach( enlarge );

	/* Asks for the page again whenever a choice changes, and takes the list from it. */
	function follow( list ) {
		const form = list.querySelector( '.carlot-search' );
		if ( ! form ) {
			return;
		}
		let waiting;
		let asking;
		form.querySelector( '.carlot-submit' ).hidden = true;
		form.addEventListener( 'input', function ( event ) {
			window.clearTimeout( waiting );
			if ( event.target.name === 'carlot_make' ) {
				form.elements.carlot_model.value = '';
			}
			waiting = window.setTimeout( show, event.target.tagName === 'SELECT' ? 0 : TYPING_MS );
		} );
		form.addEventListener( 'submit', function ( event ) {
			event.preventDefault();
			window.clearTimeout( waiting );
			show();
		} );

		function show() {
			const address = new URL( form.action );
			address.hash = '';
			new FormData( form ).forEach( function ( value, name ) {
				const isDefault = name === 'carlot_sort' && form.elements.carlot_sort.selectedOptions[ 0 ].defaultSelected && ! /carlot_sort=/.test( window.location.search );
				if ( value !== '' && ! isDefault ) {
					address.searchParams.set( name, value );
				}
			} );
			if ( asking ) {
				asking.abort();
			}
			asking = new AbortController();
			list.setAttribute( 'aria-busy', 'true' );
			window.fetch( address, { signal: asking.signal } )
				.then( function ( response ) {
					return response.ok ? response.text() : Promise.reject( response.status );
				} )
				.then( function ( html ) {
					const page = new DOMParser().parseFromString( html, 'text/html' );
					const fresh = page.getElementById( list.id );
					if ( ! fresh ) {
						throw new Error( 'the page has no such list' );
					}
					list.querySelector( '.carlot-results' ).replaceWith( fresh.querySelector( '.carlot-results' ) );
					const models = fresh.querySelector( '[name="carlot_model"]' );
					if ( models ) {
						const model = models.value;
						form.elements.carlot_model.replaceChildren( ...models.childNodes );
						form.elements.carlot_model.value = model;
					}
					window.history.replaceState( window.history.state, '', address );
					list.removeAttribute( 'aria-busy' );
				} )
				.catch( function ( error ) {
					if ( error.name !== 'AbortError' ) {
						// What the form does without a script still works.
						window.location.assign( address );
					}
				} );
		}
	}

	/* Opens a photo in a dialog over the page; keys and swipes lead to the others. */
	function enlarge( photos ) {
		const links = Array.from( photos.querySelectorAll( 'a' ) );
		if ( ! links.length || typeof window.HTMLDialogElement === 'undefined' ) {
			return;
		}
		let shown = 0;
		let begun = null;
		const dialog = document.createElement( 'dialog' );
		const image = document.createElement( 'img' );
		const words = document.createElement( 'p' );
		dialog.className = 'carlot-large';
		dialog.append( button( 'previous', '‹', -1 ), image );
		dialog.append( button( 'next', '›', 1 ), words, button( 'close', '×', 0 ) );
		words.setAttribute( 'aria-live', 'polite' );
		document.body.append( dialog );

		links.forEach( function ( link, index ) {
			link.addEventListener( 'click', function ( event ) {
				if ( event.ctrlKey || event.metaKey || event.shiftKey ) {
					return;
				}
				event.preventDefault();
				open( index );
				dialog.showModal();
			} );
		} );
		dialog.addEventListener( 'keydown', function ( event ) {
			if ( event.key === 'ArrowLeft' || event.key === 'ArrowRight' ) {
				event.preventDefault();
				open( shown + ( event.key === 'ArrowLeft' ? -1 : 1 ) );
			}
		} );
		dialog.addEventListener( 'click', function ( event ) {
			if ( event.target === dialog ) {
				dialog.close();
			}
		} );
		dialog.addEventListener( 'close', function () {
			links[ shown ].focus();
		} );
		dialog.addEventListener( 'touchstart', function ( event ) {
			begun = event.touches.length === 1 ? event.touches[ 0 ].clientX : null;
		}, { passive: true } );
		dialog.addEventListener( 'touchend', function ( event ) {
			const moved = begun === null ? 0 : event.changedTouches[ 0 ].clientX - begun;
			if ( Math.abs( moved ) > 40 ) {
				open( shown + ( moved > 0 ? -1 : 1 ) );
			}
		} );

		function open( index ) {
			shown = ( index + links.length ) % links.length;
			image.src = links[ shown ].href;
			image.alt = links[ shown ].querySelector( 'img' ).alt;
			words.textContent = image.alt;
		}

		function button( name, sign, step ) {
			const made = document.createElement( 'button' );
			made.type = 'button';
			made.className = 'carlot-' + name;
			made.textContent = sign;
			made.setAttribute( 'aria-label', photos.dataset[ name ] );
			made.hidden = step !== 0 && links.length < 2;
			made.addEventListener( 'click', function () {
				if ( step === 0 ) {
					dialog.close();
				} else {
					open( shown + step );
				}
			} );
			return made;
		}
	}
} )();
