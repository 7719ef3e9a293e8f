/** The page before the desk: the sign-in form, or instructions when sign-in is not set up. */

import { html, useEffect, useRef, useSignal } from "../html.js";
import { unsent } from "../outbox.js";
import { Copyable, Field, Working } from "../parts.js";
import { enter, fault, session, signIn } from "../session.js";
import { many } from "../words.js";
import { ENTRANCE as TEXT } from "../words/entrance.js";

const SET_TOKEN = "npx wrangler secret put ADMIN_TOKEN";
const LOCAL_TOKEN = "ADMIN_TOKEN=a long random text";

/** The page for the state of the session. */
export function Entrance() {
  if (session.value === "waiting") return html`<h1 class="unseen">${TEXT.carlotManager}</h1><p class="loading" role="status">${TEXT.oneMoment}</p>`;
  return html`
    <div class="entrance">
      <p class="brand"><img src="/favicon.svg" alt="" width="32" height="32" />${TEXT.carlotManager}</p>
      ${{ closed: html`<${Closed} />`, broken: html`<${Broken} />` }[session.value] ?? html`<${SignIn} />`}
    </div>`;
}

function SignIn() {
  const token = useSignal("");
  const name = useSignal("");
  const problem = useSignal("");
  const busy = useSignal(false);
  const input = useRef(null);
  useEffect(() => input.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = "";
    try {
      await signIn(token.value.trim(), name.value.trim());
    } catch (failure) {
      problem.value = failure.message;
      input.current?.select();
    }
    busy.value = false;
  };
  const expired = session.value === "expired";
  return html`
    <form class="card" onSubmit=${submit} aria-labelledby="entrance-title">
      <h1 id="entrance-title">${expired ? TEXT.signInAgain : TEXT.signIn}</h1>
      ${expired && html`<p role="status">${TEXT.expired(unsent.value ? TEXT.kept(many(unsent.value, TEXT.changeIs, TEXT.changesAre)) : "")}</p>`}
      <${Field} label=${TEXT.token} type="password" name="token" autocomplete="current-password" required maxlength="1000" hint=${TEXT.tokenHint}
        inputRef=${input} value=${token.value} fault=${problem.value} onInput=${(event) => { token.value = event.currentTarget.value; problem.value = ""; }} />
      <${Field} label=${TEXT.yourName} hint=${TEXT.nameHint} optional autocomplete="name" maxlength="60" value=${name.value} onInput=${(event) => { name.value = event.currentTarget.value; }} />
      <button class="button button-strong" aria-busy=${busy.value ? "true" : undefined}>${TEXT.signIn}</button>
      <${ForWebPerson}><p>${TEXT.tokenSetWith} <code>${SET_TOKEN}</code></p><//>
    </form>`;
}

function Closed() {
  return html`
    <section class="card" aria-labelledby="entrance-title">
      <h1 id="entrance-title">${TEXT.closedTitle}</h1>
      <p>${TEXT.closed}</p>
      <${ForWebPerson} open>
        <p>${TEXT.chooseToken}</p>
        <${Copyable} text=${SET_TOKEN} />
        <p>${TEXT.locally}</p>
        <${Copyable} text=${LOCAL_TOKEN} />
      <//>
      <${Working} class="button button-strong" run=${enter}>${TEXT.done}<//>
    </section>`;
}

/** What only the person who runs the installation needs: commands and names of settings. */
function ForWebPerson({ open = false, children }) {
  return html`<details class="setup" open=${open}><summary>${TEXT.webPerson}</summary>${children}</details>`;
}

function Broken() {
  return html`
    <section class="card" aria-labelledby="entrance-title">
      <h1 id="entrance-title">${TEXT.broken}</h1>
      <p role="alert">${fault.value}</p>
      ${unsent.value > 0 && html`<p>${TEXT.keptHere(many(unsent.value, TEXT.changeIs, TEXT.changesAre))}</p>`}
      <${Working} class="button button-strong" run=${enter}>${TEXT.tryAgain}<//>
    </section>`;
}
