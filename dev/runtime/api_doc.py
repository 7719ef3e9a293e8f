"""Write docs/api.md from the same description that `/api/openapi.json` serves: `dev/api-doc`, or `make api-doc`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from carlot.openapi.document import document
from carlot.routes import ROUTES
from runtime.paths import ROOT

PAGE = ROOT / "docs" / "api.md"
GROUPS = {
    "public": "Public",
    "sign-in": "Signing in",
    "vehicles": "Vehicles",
    "vin": "VINs",
    "sales": "Sales",
    "reports": "Reports",
    "questions": "Questions",
    "service-records": "Service records",
    "customers": "Customers",
    "feeds": "Feeds",
    "inventory-files": "Files from the DMS",
    "integrations": "Integrations",
    "webhooks": "Webhooks",
}
"""Each tag of the description with its heading, in the order of the page."""

HEAD = """# API reference

<!-- Written by `make api-doc` from src/carlot/routes.py and src/carlot/openapi. Do not edit. -->

`/api.html` of an installation shows the same for browsing, and `GET /api/openapi.json` serves it as OpenAPI 3.1.
Webhook signatures: [partner interfaces](partners.md#webhook-signatures).
"""


def main(arguments: Sequence[str]) -> str | int:
    """Write the page anew."""
    if arguments:
        return "[api-doc] takes no arguments"
    PAGE.write_text(page(document(ROUTES)), encoding="utf-8")
    print(f"[api-doc] wrote {PAGE.relative_to(ROOT)}")
    return 0


def page(description: Mapping[str, Any]) -> str:
    """The whole page as Markdown."""
    parts = [HEAD, description["info"]["description"] + "\n"]
    for tag, heading in GROUPS.items():
        parts.append(f"## {heading}\n")
        for path, methods in description["paths"].items():
            parts += ["\n".join(_operation(method, path, each)) for method, each in methods.items() if each["tags"] == [tag]]
    parts.append("## Errors\n")
    parts.append("\n".join(f"- `{name}`: {each['description']}" for name, each in description["components"]["responses"].items()))
    parts.append("\n## Headers\n")
    parts.append("\n".join(f"- `{name}`: {each['description']}" for name, each in description["components"]["headers"].items()))
    parts.append("\n## Shapes\n")
    parts += ["\n".join(_shape(name, schema)) for name, schema in sorted(description["components"]["schemas"].items())]
    return "\n".join(parts)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    address = re.sub(r"{(\w+)}", r":\1", path)
    yield f"### {method.upper()} {address}\n"
    yield f"{operation['summary']}. {operation.get('description', '')}".strip() + "\n"
    if "security" in operation:
        yield "Needs a sign-in.\n"
    for parameter in operation.get("parameters", ()):
        meaning = f": {parameter['description']}" if "description" in parameter else ""
        yield f"- {parameter['in']} `{parameter['name']}` ({_type(parameter['schema'])}){meaning}"
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"- body `{media}`: {_type(content['schema'])}"
    errors = []
    for status, answer in operation["responses"].items():
        if "$ref" in answer:
            errors.append(f"{status} [{_last(answer)}](#errors)")
            continue
        given = [f"`{media}` {_type(content['schema'])}" for media, content in answer.get("content", {}).items()]
        headers = [f"`{name}`" for name in answer.get("headers", ())]
        sentence = ", ".join(given) or answer["description"].rstrip(".").lower()
        yield f"- **{status}** {sentence}" + (f"; headers {', '.join(headers)}" if headers else "")
    yield f"- errors: {', '.join(errors)}\n"


def _shape(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}\n"
    if "description" in schema:
        yield schema["description"] + "\n"
    for member, each in schema.get("properties", {}).items():
        meaning = f": {each['description']}" if "description" in each else ""
        needed = "" if member in schema.get("required", ()) else ", optional"
        yield f"- `{member}` ({_type(each)}{needed}){meaning}"
    yield ""


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return f"[{_last(schema)}](#{_last(schema).lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " or ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type", "any bytes")
    if kind == "array":
        return f"array of {_type(schema['items'])}"
    if kind == "object" and schema.get("properties"):
        return "object of " + ", ".join(f"`{name}` ({_type(each)})" for name, each in schema["properties"].items())
    limits = {"maxLength": "at most {} characters", "minimum": "from {}", "maximum": "to {}", "default": "default {}"}
    told = [words.format(json.dumps(schema[limit])) for limit, words in limits.items() if limit in schema]
    return ", ".join([schema.get("format", kind), *told])


def _last(reference: Mapping[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]
