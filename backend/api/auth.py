"""Signing in to the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from backend.api.dependencies import ClockDep, PrincipalDep, SessionDep
from backend.services import auth

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
async def sign_in(form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep, clock: ClockDep) -> Token:
    """Exchange username and password (form fields) for a bearer token."""
    token, _ = await auth.sign_in(session, username=form.username, password=form.password, now=clock.now())
    return Token(access_token=token, expires_in=int(auth.TOKEN_LIFE.total_seconds()))


@router.get("/me")
async def who_am_i(principal: PrincipalDep) -> Me:
    return Me(username=principal.username, name=principal.name, role=principal.role.value, unit_id=principal.unit_id)
