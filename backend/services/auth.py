"""Signing in: passwords, bearer tokens, and the token that our own programs share."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.contracts.people import Role
from backend.domain.errors import Conflict, InvalidField, NotFound, Unauthorised
from backend.services.conversations import leave_all
from backend.storage import directory
from backend.storage.tables.people import AccessLogRow, TokenRow, UserRow

TOKEN_LIFE = timedelta(hours=12)
SHORTEST_PASSWORD = 8
_USERNAME = re.compile(r"[^\s\x00]{1,60}")
_LONGEST_NAME = 60
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
    """Add a user; without a `name` colleagues see the user name. Raises InvalidField for a password below `shortest` characters,
    for a user name that nobody could type at the sign-in, for a name that is too long and for the role of our own programs,
    Conflict when the user name is taken."""
    if _USERNAME.fullmatch(username) is None:
        raise InvalidField("用户名要有1到60个字,中间和两头不能有空格", field="username")
    if len(name.strip()) > _LONGEST_NAME:
        raise InvalidField(f"姓名最多{_LONGEST_NAME}个字", field="name")
    if role is Role.SERVICE:
        raise InvalidField("service 是程序之间用的,人不能用这个角色", field="role")
    if len(password) < shortest:
        raise InvalidField(f"密码至少要{shortest}位", field="password")
    if await _by_username(session, username) is not None:
        raise Conflict(f"用户名 {username} 已经有人用了", field="username")
    row = UserRow(
        id=uuid.uuid4().hex,
        username=username,
        name=name.strip() or username,
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


async def activate(session: AsyncSession, *, username: str, password: str, shortest: int = SHORTEST_PASSWORD) -> UserRow:
    """Open a closed account again, with a new password: the old one may be why it was closed.

    Raises NotFound for an unknown name, Conflict for one that is open, InvalidField for a short password and for a handler whose
    unit is gone.
    """
    user = await closed_account(session, username=username)
    if len(password) < shortest:
        raise InvalidField(f"密码至少要{shortest}位", field="password")
    user.password_hash = await asyncio.to_thread(_hasher.hash, password)
    user.active = True
    return user


async def closed_account(session: AsyncSession, *, username: str) -> UserRow:
    """The account that may be opened again. Raises NotFound, Conflict when it is open, InvalidField when its unit is gone."""
    user = await _known(session, username)
    if user.active:
        raise Conflict(f"{username} 没有停用,不用再开;忘了密码请用 youshi user password {username}", field="username")
    await check_unit(session, role=Role(user.role), unit_id=user.unit_id or "")
    return user


async def accounts(session: AsyncSession) -> Sequence[UserRow]:
    """All accounts, the open ones first, by name."""
    return (await session.scalars(select(UserRow).order_by(UserRow.active.desc(), UserRow.username))).all()


async def close_if_password(session: AsyncSession, *, username: str, password: str, now: datetime) -> bool:
    """Close an account that this password still signs in; tells whether it did."""
    user = await _by_username(session, username)
    if user is None or not user.active or not await asyncio.to_thread(_hasher.verify, password, user.password_hash):
        return False
    await deactivate(session, username=username, now=now)
    return True


async def deactivate(session: AsyncSession, *, username: str, now: datetime) -> int:
    """Close an account and end its sign-ins; the residents it was talking with wait for a colleague, their number is returned.

    Raises NotFound, Conflict for the last administrator: nobody could then open an account in the console or decide there.
    """
    user = await _known(session, username)
    if user.active and user.role == Role.ADMIN.value and await _open_administrators(session) == 1:
        raise Conflict(f"{username} 是最后一个管理员,先添加另一个再停用", field="username")
    user.active = False
    await session.execute(delete(TokenRow).where(TokenRow.user_id == user.id))
    return await leave_all(session, user=username, reason=f"{user.name}的账号停用了", now=now)


async def _open_administrators(session: AsyncSession) -> int:
    query = select(func.count()).select_from(UserRow).where(UserRow.role == Role.ADMIN.value, UserRow.active)
    return int(await session.scalar(query) or 0)


async def sign_in(session: AsyncSession, *, username: str, password: str, now: datetime) -> tuple[str, Principal]:
    """Return a fresh bearer token. Raises Unauthorised with the same words for a wrong name and a wrong password."""
    user = await _user_with_password(session, username=username, password=password)
    token = secrets.token_urlsafe(32)
    await session.execute(delete(TokenRow).where(TokenRow.expires_at < now))
    session.add(TokenRow(digest=_digest(token), user_id=user.id, expires_at=now + TOKEN_LIFE, created_at=now))
    return token, _principal(user)


async def identify(session: AsyncSession, *, username: str, password: str) -> Principal:
    """Who this is, for one act without a sign-in. Raises Unauthorised as `sign_in` does."""
    return _principal(await _user_with_password(session, username=username, password=password))


async def _user_with_password(session: AsyncSession, *, username: str, password: str) -> UserRow:
    user = await _by_username(session, username)
    good = await asyncio.to_thread(_hasher.verify, password, user.password_hash if user else _NOBODY)
    if user is None or not user.active or not good:
        raise Unauthorised("用户名或密码不对", field="password")
    return user


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
