"""Errors as `application/problem+json` (RFC 9457) with a stable `code` and, where there is one, the field."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, StatementError
from starlette.exceptions import HTTPException

from backend.domain.errors import DomainError

MEDIA_TYPE = "application/problem+json"
_DATA_EXCEPTION = "22"  # class of SQLSTATE: the value itself cannot be stored (NUL in a text, a number out of range)
_OWN_WORDS = "Value error, "  # what pydantic puts in front of the words of our own checks
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
    app.add_exception_handler(StatementError, _database_error)
    app.add_exception_handler(OSError, _database_error)
    app.add_exception_handler(OverflowError, _unusable_value)
    app.add_exception_handler(UnicodeError, _unusable_value)
    app.add_exception_handler(Exception, _own_fault)


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
    errors = [{"field": _field_of(e), "detail": e["msg"].removeprefix(_OWN_WORDS)} for e in error.errors()]
    first = errors[0]
    return problem(422, "invalid_request", f"{first['field']}: {first['detail']}", field=first["field"], errors=errors)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_").replace("-", "_")
    answer = problem(error.status_code, code, str(error.detail))
    answer.headers.update(error.headers or {})  # Allow, with a method that there is not
    return answer


def _field_of(error: dict[str, Any]) -> str:
    """Where it is wrong, without the part of the request; a body that cannot be read at all has no better place than `body`."""
    inner = [] if error["type"] == "json_invalid" else error["loc"][1:]
    return ".".join(str(part) for part in inner) or str(error["loc"][0])


def _is_about_a_value(error: StatementError) -> bool:
    """Whether the caller's value is at fault, before (no DBAPIError) or in the database."""
    return not isinstance(error, DBAPIError) or str(getattr(error.orig, "sqlstate", "")).startswith(_DATA_EXCEPTION)


async def _unusable_value(request: Request, error: Exception) -> JSONResponse:
    log.warning("unusable_value", path=request.url.path, error=type(error).__name__)
    return problem(422, "invalid_request", "有一个值没法用:数字太大、时间太远,或者含有不能保存的字符")


async def _own_fault(request: Request, error: Exception) -> JSONResponse:
    """What nobody foresaw. The traceback is in the log: the server logs it after this answer."""
    log.error("internal_error", path=request.url.path, error=type(error).__name__)
    return problem(500, "internal_error", "系统出错了,已记录,请稍后再试")


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, StatementError) and _is_about_a_value(error):
        return await _unusable_value(request, error)
    log.error("database_error", path=request.url.path, error=type(error).__name__)
    return problem(503, "database_unavailable", "数据库暂时连不上,请稍后再试")
