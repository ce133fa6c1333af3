"""Signing in at the edge: a password may be tried a few times, then there is a pause."""

from __future__ import annotations

from datetime import datetime

import structlog

from backend.domain.errors import TooOften
from backend.services import attempts, auth
from backend.services.attempts import Limit
from backend.services.auth import Principal
from backend.storage.database import Database

log = structlog.get_logger()

TRIES_PER_NAME = 5
TRIES_PER_CLIENT = 20  # a whole office may share one address
PAUSED = "登录试得太多了,请过十五分钟再试。忘了密码请找管理员。"


async def sign_in(database: Database, *, username: str, password: str, client: str, now: datetime) -> tuple[str, Principal]:
    """A fresh bearer token and whom it belongs to; `client` is the address that asks.

    Raises Unauthorised for a wrong name or password, TooOften after five for the name or twenty from the address within a
    quarter of an hour: in the same words whether somebody has this name or not. A try is counted before the password is looked
    at, so that tries at the same moment count too, and taken back when it was right.
    """
    by_name = Limit(f"sign_in:name:{username}", TRIES_PER_NAME)
    limits = (by_name, Limit(f"sign_in:client:{client}", TRIES_PER_CLIENT))
    async with database.transaction() as session:
        wait = await attempts.seconds_to_wait(session, limits, now=now)
        if wait:
            log.warning("sign_in_paused", seconds=wait)
            raise TooOften(PAUSED, field="password", retry_after=wait)
        tried = await attempts.record(session, limits, now=now)
    async with database.transaction() as session:
        signed_in = await auth.sign_in(session, username=username, password=password, now=now)
        await attempts.forget(session, ids=tried, limits=[by_name])
    return signed_in
