/** The page before the desk: the sign-in form, or instructions when sign-in is not set up. */

import { html, useEffect, useRef, useSignal } from "../html.js";
import { unsent } from "../outbox.js";
import { Copyable, Field, Working } from "../parts.js";
import { enter, fault, session, signIn } from "../session.js";
import { many } from "../words.js";

/** The page for the state of the session. */
export function Entrance() {
  if (session.value === "waiting") return html`<p class="loading" role="status">One moment…</p>`;
  return html`
    <div class="entrance">
      <p class="brand"><img src="/favicon.svg" alt="" width="32" height="32" />CarLot Manager</p>
      ${{ closed: html`<${Closed} />`, broken: html`<${Broken} />` }[session.value] ?? html`<${SignIn} />`}
    </div>`;
}

function SignIn() {
  const token = useSignal("");
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
      await signIn(token.value.trim());
    } catch (failure) {
      problem.value = failure.message;
      input.current?.select();
    }
    busy.value = false;
  };
  const expired = session.value === "expired";
  return html`
    <form class="card" onSubmit=${submit} aria-labelledby="entrance-title">
      <h1 id="entrance-title">${expired ? "Sign in again" : "Sign in"}</h1>
      ${expired && html`<p role="status">Your session has ended.${unsent.value ? ` ${many(unsent.value, "change is", "changes are")} kept here and sent when you are back.` : ""}</p>`}
      <${Field} label="Admin token" type="password" name="token" autocomplete="current-password" required maxlength="1000"
        inputRef=${input} value=${token.value} fault=${problem.value} onInput=${(event) => { token.value = event.currentTarget.value; problem.value = ""; }} />
      <p class="soft">The token that was set with <code>npx wrangler secret put ADMIN_TOKEN</code>.</p>
      <button class="button button-strong" aria-busy=${busy.value ? "true" : undefined}>Sign in</button>
    </form>`;
}

function Closed() {
  return html`
    <section class="card" aria-labelledby="entrance-title">
      <h1 id="entrance-title">Nobody can sign in yet</h1>
      <p>Choose a long random token and give it to CarLot Manager:</p>
      <${Copyable} text="npx wrangler secret put ADMIN_TOKEN" />
      <p>On your own machine, put it into <code>.dev.vars</code> instead and start again:</p>
      <${Copyable} text="ADMIN_TOKEN=a long random text" />
      <${Working} class="button button-strong" run=${enter}>I have done that<//>
    </section>`;
}

function Broken() {
  return html`
    <section class="card" aria-labelledby="entrance-title">
      <h1 id="entrance-title">The desk could not be opened</h1>
      <p role="alert">${fault.value}</p>
      ${unsent.value > 0 && html`<p>${many(unsent.value, "change is", "changes are")} kept on this device.</p>`}
      <${Working} class="button button-strong" run=${enter}>Try again<//>
    </section>`;
}
