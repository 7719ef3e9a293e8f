/** Shows JSON Schemas in a form for people. */
import { el } from "../dom.js";

/** The schema that a reference in the OpenAPI document points to. */
export function resolved(description, part) {
  if (!part?.$ref) return part ?? {};
  return part.$ref
    .slice(2)
    .split("/")
    .reduce((found, name) => found[name], description);
}

/** A sentence as elements; text between backquotes becomes code. */
export function prose(text = "") {
  return text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

/**
 * A schema as elements: a word for a plain value, a list of members for an object. A named schema inside another is expandable.
 */
export function shape(description, schema, depth = 0) {
  const whole = resolved(description, schema);
  const inner = objectIn(description, whole);
  if (!inner) return [el("span", { class: "kind" }, kind(description, schema))];
  const required = new Set(inner.required ?? []);
  const rows = Object.entries(inner.properties).map(([name, member]) => {
    const told = resolved(description, member).description;
    const optional = !required.has(name) && el("span", { class: "soft" }, " optional");
    return el("li", {}, el("code", {}, name), optional, " ", shape(description, member, depth + 1), " ", prose(told));
  });
  const members = el("ul", { class: "members" }, rows);
  if (depth === 0) return [el("span", { class: "kind" }, kind(description, schema)), members];
  return [el("details", {}, el("summary", { class: "kind" }, kind(description, schema)), members)];
}

/** An example body: the required members, or else the first member. */
export function example(description, schema) {
  const whole = plain(description, schema);
  if (whole.properties) {
    const names = whole.required?.length ? whole.required : Object.keys(whole.properties).slice(0, 1);
    return Object.fromEntries(names.map((name) => [name, example(description, whole.properties[name])]));
  }
  if (whole.enum) return whole.enum[0];
  if (whole.type === "array") return [example(description, whole.items)];
  if (whole.type === "boolean") return true;
  if (whole.type === "integer" || whole.type === "number") return whole.minimum ?? 1;
  return whole.format === "date" ? new Date().toISOString().slice(0, 10) : "TEXT";
}

/** The schema itself, or the first of several alternatives. */
function plain(description, schema) {
  const whole = resolved(description, schema);
  return whole.anyOf ? plain(description, whole.anyOf[0]) : whole;
}

/** The object that a schema describes, allows, or has in a list. */
function objectIn(description, schema) {
  const whole = resolved(description, schema);
  if (whole.properties) return whole;
  if (whole.items) return objectIn(description, whole.items);
  return (whole.anyOf ?? []).map((each) => objectIn(description, each)).find(Boolean);
}

/** The type of a value in a few words. */
function kind(description, schema) {
  const whole = resolved(description, schema);
  if (whole.anyOf) return [...new Set(whole.anyOf.map((each) => kind(description, each)))].join(" or ");
  if (whole.enum) return whole.enum.join(" | ");
  if (whole.type === "array") return `list of ${kind(description, whole.items)}`;
  const name = schema.$ref?.split("/").at(-1);
  const bounds = [["minimum", "at least"], ["maximum", "at most"], ["maxLength", "length at most"]];
  const limits = bounds.filter(([key]) => whole[key] !== undefined).map(([key, word]) => `${word} ${whole[key]}`);
  const words = { string: whole.format ?? "text", integer: "whole number", number: "number", boolean: "true or false", null: "null", object: name ?? "object" };
  const fallback = whole.default === undefined ? [] : [`else ${whole.default}`];
  return [words[whole.type] ?? "anything", ...limits, ...fallback].join(", ");
}
