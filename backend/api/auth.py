"""Signing in to the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from backend.api.dependencies import ContextDep, PrincipalDep
from backend.services import auth
from backend.services import sign_in as signing_in

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])


class Token(BaseModel):
    """A bearer token and the seconds it lives."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme of RFC 6750, not a secret
    expires_in: int


class Me(BaseModel):
    username: str
    name: str
    role: str
    unit_id: str | None


@router.post("/token")
async def sign_in(form: Annotated[OAuth2PasswordRequestForm, Depends()], request: Request, context: ContextDep) -> Token:
    """Exchange username and password (form fields) for a bearer token. After too many wrong ones a pause (429)."""
    client = request.client.host if request.client else ""
    token, _ = await signing_in.sign_in(
        context.database, username=form.username, password=form.password, client=client, now=context.clock.now()
    )
    return Token(access_token=token, expires_in=int(auth.TOKEN_LIFE.total_seconds()))


@router.get("/me")
async def who_am_i(principal: PrincipalDep) -> Me:
    return Me(username=principal.username, name=principal.name, role=principal.role.value, unit_id=principal.unit_id)
