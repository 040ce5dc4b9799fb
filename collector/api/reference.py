"""The description of the calls as one plain HTML page: no script, nothing from another host. Pure."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
body { font: 1rem/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 0 auto;
  max-width: 60rem; padding: 1rem; color: #1a1a1a; background: #fff; }
h2 { border-top: 1px solid #ccc; margin-top: 2rem; padding-top: 1rem; font-size: 1.1rem; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; }
.method { font-weight: 700; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616; } a { color: #9cf; } }
"""


def reference(described: Mapping[str, Any]) -> str:
    """An OpenAPI document as HTML: each call with its parameters and answers, then each shape with its fields."""
    calls = [(method, path, call) for path, methods in described["paths"].items() for method, call in methods.items()]
    shapes = described["components"]["schemas"]
    title = escape(described["info"]["title"])
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>{title}</title><link rel="stylesheet" href="docs.css"></head><body>',
        f"<h1>{title} {escape(described['info']['version'])}</h1>",
        f"<p>{escape(described['info'].get('summary', ''))}. ",
        'The same for programs: <a href="openapi.json">openapi.json</a>.</p><nav><ul>',
        *(f'<li><a href="#{_anchor(m, p)}"><code>{m.upper()} {escape(p)}</code></a></li>' for m, p, _ in calls),
        "</ul></nav><main>",
        *(part for method, path, call in calls for part in _call(method, path, call)),
        *(part for name, shape in sorted(shapes.items()) for part in _shape(name, shape)),
        "</main></body></html>",
    ]
    return "\n".join(parts)


def _call(method: str, path: str, call: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section><h2 id="{_anchor(method, path)}"><span class="method">{method.upper()}</span> '
    yield f"<code>{escape(path)}</code></h2>"
    yield f"<p>{escape(call.get('description', call.get('summary', '')))}</p>"
    if parameters := call.get("parameters"):
        yield _table(
            ("parameter", "in", "form", "meaning"),
            (
                (escape(one["name"]), one["in"], _form(one["schema"]), escape(one.get("description", "")))
                for one in parameters
            ),
        )
    if "requestBody" in call:
        yield f"<p>Body: {_contents(call['requestBody'])}</p>"
    yield _table(
        ("answer", "meaning", "form"),
        ((status, escape(one["description"]), _contents(one)) for status, one in call["responses"].items()),
    )
    yield "</section>"


def _shape(name: str, shape: Mapping[str, Any]) -> Iterator[str]:
    yield f'<section><h2 id="shape-{escape(name)}">{escape(name)}</h2><p>{escape(shape.get("description", ""))}</p>'
    yield _table(
        ("field", "form", "meaning"),
        (
            (escape(field), _form(form), escape(form.get("description", "")))
            for field, form in shape.get("properties", {}).items()
        ),
    )
    yield "</section>"


def _contents(holder: Mapping[str, Any]) -> str:
    return ", ".join(
        f"<code>{escape(kind)}</code> {_form(one.get('schema', {}))}" for kind, one in holder.get("content", {}).items()
    )


def _form(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#shape-{name}">{name}</a>'
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(_form(one) for one in schema[several])
    if "enum" in schema or "const" in schema:
        return " or ".join(f"<code>{escape(str(one))}</code>" for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        items = schema.get("items") or {}
        return f"list of {_form(items)}" if items else "list"
    form = escape(str(schema.get("type", "")))
    limits = [f"{words} {schema[key]}" for key, words in LIMITS.items() if key in schema]
    return escape(", ".join((form, *limits))) if limits else form


LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "maxLength": "characters up to",
    "pattern": "as",
    "default": "else",
}


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]] | Any) -> str:
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f"<table><tr>{head}</tr>{''.join(lines)}</table>" if lines else ""


def _anchor(method: str, path: str) -> str:
    return escape(method + path.replace("/", "-").replace("{", "").replace("}", ""))
