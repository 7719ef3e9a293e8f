/** Hosted feeds: files that other sites fetch. */

import { at, call } from "../api.js";
import { html, useEffect, useSignal } from "../html.js";
import { lookup } from "../lookup.js";
import { onReturn } from "../network.js";
import { Copyable, Switch, Working } from "../parts.js";
import { link } from "../route.js";
import { toast } from "../toasts.js";
import { LEFT_OUT } from "../words/standing.js";
import { many, when } from "../words.js";
import { FEEDS as TEXT } from "../words/partners.js";

const NAMES = lookup({ google: TEXT.google, meta: TEXT.meta, generic: TEXT.generic });

/** The card. */
export function Feeds() {
  const feeds = useSignal(null);
  useEffect(() => {
    const fetchAll = () => call("GET", "/api/feeds").then((answer) => { feeds.value = answer.feeds; }, () => {});
    fetchAll();
    return onReturn(fetchAll);
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
      <h2 id="feeds-title">${TEXT.title}</h2>
      <p class="soft">${TEXT.intro}</p>
      <ul class="feeds">${feeds.value.map((feed) => html`<${Feed} key=${feed.format} feed=${feed} change=${change} />`)}</ul>
    </section>`;
}

function Feed({ feed, change }) {
  const name = NAMES[feed.format] ?? feed.format;
  const rotate = async () => {
    await change("POST", feed.format, "/rotate");
    toast({ words: TEXT.rotated(name) });
  };
  return html`
    <li class="feed">
      <div class="site-line"><h3>${name}</h3><${Switch} on=${!feed.paused} label=${TEXT.on} onFlip=${() => change("PATCH", feed.format, "", { paused: !feed.paused })} /></div>
      <${Copyable} text=${feed.url} label=${TEXT.link(name)} />
      <p class="soft">${many(feed.vehicles, TEXT.vehicle)} · ${feed.lastFetchedAt ? TEXT.fetched(when(feed.lastFetchedAt)) : TEXT.neverFetched} · <${Working} class="button-quiet" run=${rotate}>${TEXT.rotate}<//></p>
      ${feed.leftOutVehicles?.length > 0 && html`
        <details class="setup">
          <summary>${LEFT_OUT.summary(many(feed.leftOut, LEFT_OUT.vehicle))}</summary>
          <ul class="left-out">${feed.leftOutVehicles.map((car) => html`<li key=${car.id}><a href=${link("vehicle", car.id)}>${car.name}</a> <span class="soft">${[car.stockNumber, car.reason].filter(Boolean).join(" · ")}</span></li>`)}</ul>
          ${feed.leftOut > feed.leftOutVehicles.length && html`<p class="soft">${LEFT_OUT.more(many(feed.leftOut - feed.leftOutVehicles.length, LEFT_OUT.moreVehicle))}</p>`}
        </details>`}
      ${feed.missingSettings.length > 0 && html`
        <p class="note note-warn">${TEXT.missing}</p>
        <details class="setup"><summary>${TEXT.webPerson}</summary><p>${TEXT.missingSettings(feed.missingSettings.join(", "))}</p></details>`}
    </li>`;
}
