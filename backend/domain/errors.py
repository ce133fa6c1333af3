"""Errors of the domain: a stable code for programs, a sentence for people, and the field it is about."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """Something the caller asked for cannot be done. `status` is the HTTP status that the API answers with."""

    code = "domain_error"
    status = 400

    def __init__(self, detail: str, *, field: str = "", **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.extra = extra


class NotFound(DomainError):
    code = "not_found"
    status = 404


class Forbidden(DomainError):
    code = "forbidden"
    status = 403


class Unauthorised(DomainError):
    code = "unauthorised"
    status = 401


class Conflict(DomainError):
    code = "conflict"
    status = 409


class InvalidField(DomainError):
    code = "invalid_field"
    status = 422


class KeyReused(InvalidField):
    """An idempotency key that stands for another request already."""

    code = "idempotency_key_reused"


class TooOften(DomainError):
    """The same thing was asked too often; `extra["retry_after"]` (seconds) tells when it is possible again, where known."""

    code = "too_often"
    status = 429


class IllegalTransition(Conflict):
    """`extra["allowed"]` lists the verbs that are possible now."""

    code = "illegal_transition"


class StaleVersion(Conflict):
    """Somebody else changed the order; `extra["version"]` is the current one."""

    code = "stale_version"
