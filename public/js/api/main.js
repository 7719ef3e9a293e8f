/** The API reference. All of its text comes from /api/openapi.json. */
import { byId, el } from "../dom.js";
import { endpoint } from "./endpoint.js";

const note = byId("note");

/** The text that a search matches. */
function words(method, path, operation) {
  return `${method} ${path} ${operation.summary} ${operation.tags.join(" ")}`.toLowerCase();
}

/** Every endpoint by its group, both in the order of the OpenAPI document. */
function grouped(description) {
  const groups = new Map();
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const [tag] = operation.tags;
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push({ method: method.toUpperCase(), path, operation });
    }
  }
  return groups;
}

function show(description) {
  const [summary] = description.info.description.split("\n\n");
  byId("about").textContent = summary;
  const shown = [];
  for (const [tag, endpoints] of grouped(description)) {
    const heading = tag.replaceAll("-", " ");
    const section = el("section", { "aria-labelledby": `group-${tag}` }, el("h2", { id: `group-${tag}` }, heading));
    const list = el("ul");
    const group = el("div", {}, el("h2", {}, heading), list);
    for (const { method, path, operation } of endpoints) {
      const article = endpoint(description, method, path, operation);
      const line = el("li", {}, el("a", { href: `#${operation.operationId}` }, el("b", { class: "method" }, method), " ", path));
      section.append(article);
      list.append(line);
      shown.push({ article, line, section, group, words: words(method, path, operation) });
    }
    byId("endpoints").append(section);
    byId("contents").append(group);
  }
  note.hidden = true;
  byId("endpoints").setAttribute("aria-busy", "false");
  byId("find").addEventListener("input", () => narrow(shown, (/** @type {HTMLInputElement} */ (byId("find"))).value));
  addEventListener("hashchange", open);
  open();
}

/** Show the endpoints that contain every word. */
function narrow(shown, text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const each of shown) {
    const fits = wanted.every((word) => each.words.includes(word));
    each.article.hidden = each.line.hidden = !fits;
    if (fits) count += 1;
  }
  for (const part of new Set(shown.flatMap((each) => [each.section, each.group]))) {
    const lines = shown.filter((each) => each.section === part || each.group === part);
    part.hidden = lines.every((each) => each.article.hidden);
  }
  note.hidden = count > 0;
  note.textContent = "Nothing is called that.";
  byId("found").textContent = `${count} endpoints`;
}

/** Open the endpoint that the address names. */
function open() {
  const article = byId(decodeURIComponent(location.hash.slice(1)));
  if (!article?.matches("details")) return;
  article.open = true;
  article.scrollIntoView();
}

async function load() {
  try {
    const response = await fetch("/api/openapi.json");
    if (!response.ok) throw new Error(`The description answered ${response.status}.`);
    show(await response.json());
  } catch (failure) {
    byId("endpoints").setAttribute("aria-busy", "false");
    const again = el("button", { class: "button", type: "button", click: () => location.reload() }, "Try again");
    note.replaceChildren(`The reference could not be loaded. ${failure.message} `, again);
  }
}

load();
