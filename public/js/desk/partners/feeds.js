/** Hosted feeds: files that other sites fetch. */

import { at, call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { lookup } from "../lookup.js";
import { Copyable, Switch, Working } from "../parts.js";
import { toast } from "../toasts.js";
import { many, when } from "../words.js";

const NAMES = lookup({ google: "Google vehicle ads", meta: "Meta automotive", generic: "Any other site" });

/** The card. */
export function Feeds() {
  const feeds = useSignal(null);
  useEffect(() => {
    call("GET", "/api/feeds").then((answer) => { feeds.value = answer.feeds; }, () => {});
  }, []);
  const change = async (method, format, path, body) => {
    try {
      const feed = await call(method, `${at("feeds", format)}${path}`, body);
      feeds.value = feeds.value.map((each) => (each.format === format ? feed : each));
    } catch (problem) {
      toast({ words: problem.message, bad: true });
    }
  };
  if (!feeds.value) return null;
  return html`
    <section class="card" aria-labelledby="feeds-title">
      <h2 id="feeds-title">Hosted feeds</h2>
      <p class="soft">Give a site the address of its file, and it fetches your lot from there. Who knows the address can read it.</p>
      <ul class="feeds">${feeds.value.map((feed) => html`<${Feed} key=${feed.format} feed=${feed} change=${change} />`)}</ul>
    </section>`;
}

function Feed({ feed, change }) {
  const name = NAMES[feed.format] ?? feed.format;
  const rotate = async () => {
    await change("POST", feed.format, "/rotate");
    toast({ words: `${name}: the old address answers no more.` });
  };
  return html`
    <li class="feed">
      <div class="site-line"><h3>${name}</h3><${Switch} on=${!feed.paused} label="On" onFlip=${() => change("PATCH", feed.format, "", { paused: !feed.paused })} /></div>
      <${Copyable} text=${feed.url} label=${`the address for ${name}`} />
      <p class="soft">${many(feed.vehicles, "vehicle")}${feed.leftOut ? `, ${feed.leftOut} left out as incomplete` : ""} · ${feed.lastFetchedAt ? `fetched ${when(feed.lastFetchedAt)}` : "never fetched"} · <${Working} class="button-quiet" run=${rotate}>New address<//></p>
      ${feed.missingSettings.length > 0 && html`<p class="note note-warn">Set ${feed.missingSettings.join(" and ")} first.</p>`}
    </li>`;
}
