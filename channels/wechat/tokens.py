"""The access token of one account, shared by all processes through Redis.

Uses `cgi-bin/stable_token`: the same token for everybody within its validity, so that processes do not invalidate each
other's. `force_refresh` is for a token that the platform rejects: 20 times a day and at least 30 s apart.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.services.ports import Clock
from channels.wechat.accounts import WechatAccount
from channels.wechat.http import AnswerLost, ApiDown, WechatHttp

MARGIN_SECONDS = 300  # the old token stays good for about this long when a new one is given out
FORCE_APART_SECONDS = 30
_LOCK_SECONDS = 15  # longer than the request may take
_LOCK_POLL_SECONDS = 0.05
# its client retries by itself for many seconds; a resident should not wait for that
_REDIS_PATIENCE_SECONDS = 1.0
_REDIS_AWAY_SECONDS = 10.0
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

_log = structlog.get_logger()


@dataclass(frozen=True)
class Token:
    """`expires_at` in seconds since 1970, by the clock of this installation."""

    value: str
    expires_at: float


class TokenBroker:
    """Hands out the token; one process at a time asks the platform. Without Redis it works on its own and says so."""

    def __init__(self, account: WechatAccount, http: WechatHttp, clock: Clock, redis: Redis | None = None) -> None:
        self._account = account
        self._http = http
        self._clock = clock
        self._redis = redis
        self._held: Token | None = None
        self._forced_at = float("-inf")
        self._turn = asyncio.Lock()
        self._redis_away_until = 0.0
        self._key = f"youshi:wechat:token:{account.appid}"

    async def token(self) -> str:
        """Return a token to use now. Raises ApiDown, AnswerLost, ApiRefused."""
        held = self._held
        if held is not None and self._is_good(held):
            return held.value
        return await self._renewed(rejected="")

    async def renew(self, rejected: str) -> str:
        """Return another token after the platform rejected this one. Raises ApiDown, AnswerLost, ApiRefused.

        Where another process has already fetched a newer one, that one is returned and nobody is asked.
        """
        return await self._renewed(rejected=rejected)

    def _is_good(self, token: Token, rejected: str = "") -> bool:
        return token.value != rejected and self._now() < token.expires_at - MARGIN_SECONDS

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def _renewed(self, rejected: str) -> str:
        async with self._turn:
            if self._held is not None and self._is_good(self._held, rejected):
                return self._held.value
            lock = await self._lock(rejected)
            try:
                self._held = await self._shared(rejected) or await self._fetch(rejected)
            finally:
                await self._unlock(lock)
            return self._held.value

    async def _shared(self, rejected: str) -> Token | None:
        """Return the token that all processes share, if it is good."""
        stored = await self._ask_redis("get", self._key)
        try:
            token = Token(**json.loads(stored)) if stored else None
        except (ValueError, TypeError):
            return None
        return token if token is not None and self._is_good(token, rejected) else None

    async def _fetch(self, rejected: str) -> Token:
        force = bool(rejected) and await self._may_force()
        body = {
            "grant_type": "client_credential",
            "appid": self._account.appid,
            "secret": self._account.secret,
            "force_refresh": force,
        }
        try:
            fields = (await self._http.post("/cgi-bin/stable_token", body)).json()
            token = Token(str(fields["access_token"]), self._now() + int(fields["expires_in"]))
        except AnswerLost as error:
            # asking for a token has no effect that matters: the message itself has not been sent
            raise ApiDown(f"token: {error}", error.code) from error
        except (KeyError, TypeError, ValueError) as error:
            raise ApiDown("token: an answer without access_token") from error
        _log.info("wechat_token_fetched", account=self._account.name, forced=force)
        ttl = max(1, int(token.expires_at - self._now()))
        await self._ask_redis("set", self._key, json.dumps(vars(token)), "EX", ttl)
        return token

    async def _may_force(self) -> bool:
        """Tell whether a forced refresh is allowed now, for all processes together, and take the turn."""
        now = self._now()
        if now - self._forced_at < FORCE_APART_SECONDS:
            return False
        self._forced_at = now
        if self._alone:
            return True
        taken = await self._ask_redis("set", f"{self._key}:forced", "1", "NX", "EX", FORCE_APART_SECONDS)
        return taken is not None or self._alone

    async def _lock(self, rejected: str) -> str:
        """Wait until it is our turn, or somebody else has stored a good token; return the lock's mark ("" without Redis)."""
        mark = secrets.token_hex(8)
        for _ in range(int(_LOCK_SECONDS / _LOCK_POLL_SECONDS)):
            if await self._ask_redis("set", f"{self._key}:lock", mark, "NX", "EX", _LOCK_SECONDS) is not None:
                return mark
            if self._alone or await self._shared(rejected) is not None:
                return ""
            await asyncio.sleep(_LOCK_POLL_SECONDS)
        return ""

    async def _unlock(self, mark: str) -> None:
        if mark:
            await self._ask_redis("eval", _RELEASE, "1", f"{self._key}:lock", mark)

    @property
    def _alone(self) -> bool:
        return self._redis is None or time.monotonic() < self._redis_away_until

    async def _ask_redis(self, *command: str | int) -> Any:
        """Return Redis' answer, None without Redis. Redis only makes things faster, so its failure is not ours."""
        if self._redis is None or self._alone:
            return None
        try:
            async with asyncio.timeout(_REDIS_PATIENCE_SECONDS):
                return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._redis_away_until = time.monotonic() + _REDIS_AWAY_SECONDS
            _log.warning("wechat_token_without_redis", account=self._account.name, error=type(error).__name__)
            return None
