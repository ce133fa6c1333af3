"""Signing in: passwords, bearer tokens, and the token that our own programs share."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.people import Role
from backend.domain.errors import Conflict, InvalidField, NotFound, Unauthorised
from backend.storage import directory
from backend.storage.tables.people import AccessLogRow, TokenRow, UserRow

TOKEN_LIFE = timedelta(hours=12)
SHORTEST_PASSWORD = 8
_USERNAME = re.compile(r"[^\s\x00]{1,60}")
_hasher = PasswordHash((Argon2Hasher(),))
# Verified when the name is unknown, so that a wrong name costs as much time as a wrong password.
_NOBODY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class Principal:
    """Who is asking."""

    user_id: str
    username: str
    name: str
    role: Role
    unit_id: str | None = None

    @property
    def actor(self) -> str:
        """How this person is written into events."""
        return f"{self.role.value}:{self.username}"


SERVICE = Principal(user_id="service", username="youshi", name="有事", role=Role.SERVICE)


def is_service_token(token: str, expected: str) -> bool:
    """Tell in constant time whether `token` is the one our own programs share; an empty one never is."""
    return bool(expected) and hmac.compare_digest(token.encode(), expected.encode())


async def create_user(
    session: AsyncSession,
    *,
    username: str,
    name: str,
    role: Role,
    password: str,
    unit_id: str | None,
    now: datetime,
    shortest: int = SHORTEST_PASSWORD,
) -> UserRow:
    """Add a user. Raises InvalidField for a password below `shortest` characters and for a name that nobody could type at the
    sign-in or a role that is our own programs', Conflict when the name is taken."""
    if _USERNAME.fullmatch(username) is None:
        raise InvalidField("用户名要有1到60个字,中间和两头不能有空格", field="username")
    if role is Role.SERVICE:
        raise InvalidField("service 是程序之间用的,人不能用这个角色", field="role")
    if len(password) < shortest:
        raise InvalidField(f"密码至少要{shortest}位", field="password")
    if await _by_username(session, username) is not None:
        raise Conflict(f"用户名 {username} 已经有人用了", field="username")
    row = UserRow(
        id=uuid.uuid4().hex,
        username=username,
        name=name,
        role=role.value,
        unit_id=unit_id,
        password_hash=await asyncio.to_thread(_hasher.hash, password),
        active=True,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def check_unit(session: AsyncSession, *, role: Role, unit_id: str) -> None:
    """Raises InvalidField for a handler without a unit, who would see nothing, and for a unit that is not there."""
    if role is Role.HANDLER and not unit_id:
        raise InvalidField("经办人要写明单位:--unit 单位编号", field="unit")
    if unit_id and await directory.unit(session, unit_id) is None:
        known = "、".join(f"{unit.id} {unit.name}" for unit in await directory.units(session))
        raise InvalidField(f"没有单位 {unit_id}。现有:{known}", field="unit")


async def set_password(session: AsyncSession, *, username: str, password: str, shortest: int = SHORTEST_PASSWORD) -> None:
    """Make `password` the one that signs `username` in, and end its sign-ins; nothing happens when it already is.

    Raises NotFound for an unknown name, InvalidField for a short password.
    """
    user = await _known(session, username)
    if len(password) < shortest:
        raise InvalidField(f"密码至少要{shortest}位", field="password")
    if await asyncio.to_thread(_hasher.verify, password, user.password_hash):
        return
    user.password_hash = await asyncio.to_thread(_hasher.hash, password)
    await session.execute(delete(TokenRow).where(TokenRow.user_id == user.id))


async def close_if_password(session: AsyncSession, *, username: str, password: str) -> bool:
    """Close an account that this password still signs in; tells whether it did."""
    user = await _by_username(session, username)
    if user is None or not user.active or not await asyncio.to_thread(_hasher.verify, password, user.password_hash):
        return False
    await deactivate(session, username=username)
    return True


async def deactivate(session: AsyncSession, *, username: str) -> None:
    """Close an account and end its sign-ins. Raises NotFound."""
    user = await _known(session, username)
    user.active = False
    await session.execute(delete(TokenRow).where(TokenRow.user_id == user.id))


async def sign_in(session: AsyncSession, *, username: str, password: str, now: datetime) -> tuple[str, Principal]:
    """Return a fresh bearer token. Raises Unauthorised with the same words for a wrong name and a wrong password."""
    user = await _by_username(session, username)
    good = await asyncio.to_thread(_hasher.verify, password, user.password_hash if user else _NOBODY)
    if user is None or not user.active or not good:
        raise Unauthorised("用户名或密码不对", field="password")
    token = secrets.token_urlsafe(32)
    await session.execute(delete(TokenRow).where(TokenRow.expires_at < now))
    session.add(TokenRow(digest=_digest(token), user_id=user.id, expires_at=now + TOKEN_LIFE, created_at=now))
    return token, _principal(user)


async def sign_out(session: AsyncSession, *, token: str) -> None:
    await session.execute(delete(TokenRow).where(TokenRow.digest == _digest(token)))


async def principal_of(session: AsyncSession, *, token: str, now: datetime) -> Principal:
    """Return who a bearer token belongs to. Raises Unauthorised."""
    query = (
        select(UserRow)
        .join(TokenRow, TokenRow.user_id == UserRow.id)
        .where(TokenRow.digest == _digest(token), TokenRow.expires_at > now, UserRow.active)
    )
    user = (await session.execute(query)).scalar_one_or_none()
    if user is None:
        raise Unauthorised("登录已过期,请重新登录")
    return _principal(user)


def record_access(session: AsyncSession, *, actor: str, subject: str, what: str, reason: str, now: datetime) -> None:
    """Write down that somebody saw personal data."""
    session.add(AccessLogRow(at=now, actor=actor, subject=subject, what=what, reason=reason))


async def _known(session: AsyncSession, username: str) -> UserRow:
    user = await _by_username(session, username)
    if user is None:
        raise NotFound(f"没有用户 {username}", field="username")
    return user


async def _by_username(session: AsyncSession, username: str) -> UserRow | None:
    return (await session.execute(select(UserRow).where(UserRow.username == username))).scalar_one_or_none()


def _principal(user: UserRow) -> Principal:
    return Principal(user.id, user.username, user.name, Role(user.role), user.unit_id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
