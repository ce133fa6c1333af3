"""The OpenAPI document: beside what FastAPI knows by itself, the errors that every call may answer with; and the page that
shows it. The page is our own because a district's network may have no way to the servers that usual ones load their scripts from.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.requests import Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from backend.api.problems import MEDIA_TYPE

_SCHEMA = "Problem"
_REFERENCE = {"$ref": f"#/components/schemas/{_SCHEMA}"}
_VALIDATION = ("HTTPValidationError", "ValidationError")  # FastAPI's own form of a 422, which we do not answer with
_MEANINGS = {
    "401": "no token, or one that is not valid any more",
    "403": "the role may not do this",
    "404": "not there, or not the caller's to see",
    "409": "not possible now: state, owner or version changed",
    "422": "something that was sent is wrong; `field` names it",
    "429": "too often; `retry_after` and the header Retry-After tell when again",
    "default": "any other error",
}
_LIMITED = ("/api/v1/auth/token", "/api/v1/work-orders/lookup", "/api/v1/work-orders/{number}/{verb}")


class Problem(BaseModel):
    """RFC 9457. `code` is stable and meant for programs, `detail` is a sentence for people; some problems tell more."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str = ""


def install(app: FastAPI) -> None:
    """Let `app` tell its errors in the document, once it is asked for."""
    original = app.openapi

    def documented() -> dict[str, Any]:
        known = app.openapi_schema is not None
        document = original()
        return document if known else _with_problems(document)

    app.openapi = documented  # type: ignore[method-assign]
    app.add_route("/docs", _page, include_in_schema=False)


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _VALIDATION:
        schemas.pop(name, None)
    schemas[_SCHEMA] = Problem.model_json_schema()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["responses"] |= {status: _response(status) for status in _statuses(path, method, operation)}
    return document


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """The errors that this call can answer with."""
    told = ["default"]
    if "422" in operation["responses"]:
        told.append("422")
    if operation.get("security") or path.endswith("/auth/token"):
        told.append("401")
    if operation.get("security"):
        told.append("403")
    if "{" in path or path.endswith("/lookup"):
        told.append("404")
        if method != "get":
            told.append("409")
    if path in _LIMITED:
        told.append("429")
    return told


def _response(status: str) -> dict[str, Any]:
    return {"description": _MEANINGS[status], "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}


_HEAD = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>接口文档</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{font:16px/1.6 sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1b1f24;background:#fff}
code{background:#eef1f4;padding:.1rem .3rem;border-radius:.2rem;overflow-wrap:anywhere}details{border-bottom:1px solid #d8dee4}
summary{padding:.5rem 0;cursor:pointer}b{display:inline-block;min-width:4rem;color:#0c6b4e}dt{margin-top:.5rem}
</style></head><body><h1>接口文档</h1>
<p>先用账号换令牌:<code>POST /api/v1/auth/token</code>(表单 <code>username</code>、<code>password</code>),
再在请求头里带 <code>Authorization: Bearer …</code>。机器可读的完整文档:<a href="/openapi.json">/openapi.json</a>。
出错时的回答都是 <code>application/problem+json</code>。</p>"""


async def _page(request: Request) -> HTMLResponse:
    """Every call with its parameters, its body and its answers, readable without scripts."""
    document = request.app.openapi()
    parts = [_HEAD]
    for path, operations in sorted(document["paths"].items()):
        parts += [_operation(path, method, operation) for method, operation in operations.items()]
    parts.append("<h2>数据</h2>")
    parts += [_shape(name, schema) for name, schema in sorted(document["components"]["schemas"].items())]
    return HTMLResponse("".join([*parts, "</body></html>"]))


def _shape(name: str, schema: dict[str, Any]) -> str:
    must = schema.get("required", ())
    fields = "".join(
        f"<dt><code>{escape(field)}</code>{' 必填' if field in must else ''}</dt><dd>{escape(_type(kind))}</dd>"
        for field, kind in schema.get("properties", {}).items()
    )
    told = escape(schema.get("description", "")) or escape("、".join(str(value) for value in schema.get("enum", ())))
    return f"<details><summary><code>{escape(name)}</code></summary><p>{told}</p><dl>{fields}</dl></details>"


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    told = "".join(f"<dt>{title}</dt><dd>{what}</dd>" for title, what in _told(operation))
    summary = f"<b>{method.upper()}</b> <code>{escape(path)}</code> {escape(operation.get('summary', ''))}"
    return f"<details><summary>{summary}</summary><p>{escape(operation.get('description', ''))}</p><dl>{told}</dl></details>"


def _told(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for parameter in operation.get("parameters", ()):
        where = f"{parameter['in']}{',必填' if parameter.get('required') else ''}"
        yield f"<code>{escape(parameter['name'])}</code> ({where})", escape(_type(parameter["schema"]))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"内容 ({escape(media)})", escape(_type(content["schema"]))
    for status, response in operation["responses"].items():
        yield f"回答 {escape(status)}", escape(response.get("description", ""))


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words: its name, its type, or what it may be."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " | ".join(_type(option) for option in options)
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    return str(schema.get("type", "any"))
