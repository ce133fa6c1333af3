"""The OpenAPI document: beside what FastAPI knows by itself, the errors that every call may answer with."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
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
