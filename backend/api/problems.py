"""Errors as `application/problem+json` (RFC 9457) with a stable `code` and, where there is one, the field."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from backend.domain.errors import DomainError

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()


def problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail, **more}
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Answer every error of the app in this form."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DBAPIError, _database_error)


async def _domain_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, DomainError):
        raise error
    more = dict(error.extra)
    if error.field:
        more["field"] = error.field
    answer = problem(error.status, error.code, error.detail, **more)
    if "retry_after" in more:
        answer.headers["Retry-After"] = str(more["retry_after"])
    return answer


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        {"field": ".".join(str(part) for part in e["loc"][1:]) or str(e["loc"][0]), "detail": e["msg"]} for e in error.errors()
    ]
    first = errors[0]
    return problem(422, "invalid_request", f"{first['field']}: {first['detail']}", field=first["field"], errors=errors)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
    return problem(error.status_code, code, str(error.detail))


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    log.error("database_error", path=request.url.path, error=type(error).__name__)
    return problem(503, "database_unavailable", "数据库暂时连不上,请稍后再试")
