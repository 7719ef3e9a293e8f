/** One endpoint: its parameters and responses, and a call to copy. */
import { el } from "../dom.js";
import { example, prose, resolved, shape } from "./shapes.js";

/** The endpoint as an expandable element. */
export function endpoint(description, method, path, operation) {
  return el(
    "details",
    { class: "endpoint", id: operation.operationId },
    el("summary", {}, el("b", { class: "method" }, method), el("code", {}, path), el("span", {}, operation.summary)),
    operation.description ? el("p", {}, prose(operation.description)) : null,
    el("p", { class: "soft" }, who(operation)),
    parameters(description, operation),
    body(description, operation),
    answers(description, operation),
    el("h3", {}, "Call it"),
    el("pre", { tabindex: 0, role: "region", "aria-label": `Call ${method} ${path}` }, call(description, method, path, operation)),
  );
}

function who(operation) {
  if (operation.security) return "For the dealer: bearer token, session cookie or Cloudflare Access.";
  return operation.tags[0] === "webhooks" ? "For the partner, by signature." : "No sign-in.";
}

function parameters(description, operation) {
  const given = operation.parameters ?? [];
  if (!given.length) return null;
  const rows = given.map((each) =>
    el("li", {}, el("code", {}, each.name), el("span", { class: "soft" }, ` ${each.in} `), shape(description, each.schema), " ", prose(each.description)),
  );
  return [el("h3", {}, "Parameters"), el("ul", { class: "members" }, rows)];
}

function body(description, operation) {
  const content = Object.entries(operation.requestBody?.content ?? {});
  if (!content.length) return null;
  const [[, { schema }]] = content;
  const kinds = content.map(([kind]) => kind).join(", ");
  return [el("h3", {}, "Body"), el("p", { class: "soft" }, kinds), ...(kinds === "application/json" ? shape(description, schema) : [])];
}

function answers(description, operation) {
  const rows = Object.entries(operation.responses).map(([status, told]) => {
    const answer = resolved(description, told);
    const [kind, content] = Object.entries(status < "300" ? (answer.content ?? {}) : {})[0] ?? [];
    const whole = kind === "application/json" ? shape(description, content.schema) : kind && el("code", {}, kind);
    return el("li", {}, el("b", {}, status), " ", prose(answer.description), " ", whole);
  });
  return [el("h3", {}, "Answers"), el("ul", { class: "members" }, rows)];
}

/** A curl command for the endpoint, with placeholders in capitals. */
function call(description, method, path, operation) {
  const target = location.origin + path.replaceAll(/\{(\w+)\}/g, (_, name) => name.toUpperCase());
  const parts = [`curl${method === "GET" ? "" : ` -X ${method}`} '${target}'`];
  if (operation.security) parts.push(`-H 'Authorization: Bearer ADMIN_TOKEN'`);
  const [kind, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (kind) parts.push(`-H 'Content-Type: ${kind}'`);
  if (kind === "application/json") parts.push(`-d '${JSON.stringify(example(description, content.schema))}'`);
  else if (kind) parts.push("--data-binary @FILE");
  return parts.join(" \\\n  ");
}
