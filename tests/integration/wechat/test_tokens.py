from __future__ import annotations

import asyncio
import json

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from channels.wechat.http import ApiDown, ApiRefused, WechatHttp
from channels.wechat.tokens import TokenBroker
from tests.clocks import HandClock
from tests.integration.wechat.platform import Platform

PATH = "/cgi-bin/stable_token"


def broker(platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis | None = None) -> TokenBroker:
    return TokenBroker(platform.account, http, clock, redis)


async def test_the_token_is_asked_for_once_and_kept(platform: Platform, http: WechatHttp, clock: HandClock) -> None:
    tokens = broker(platform, http, clock)
    assert [await tokens.token() for _ in range(3)] == ["token-1"] * 3
    [call] = platform.token_calls
    assert call.json == {
        "grant_type": "client_credential",
        "appid": platform.account.appid,
        "secret": platform.account.secret,
        "force_refresh": False,
    }


async def test_many_at_once_ask_once(platform: Platform, http: WechatHttp, clock: HandClock) -> None:
    platform.token_delay = 0.1
    tokens = broker(platform, http, clock)
    assert set(await asyncio.gather(*(tokens.token() for _ in range(20)))) == {"token-1"}
    assert len(platform.token_calls) == 1


async def test_a_token_is_replaced_five_minutes_before_it_expires(platform: Platform, http: WechatHttp, clock: HandClock) -> None:
    tokens = broker(platform, http, clock)
    await tokens.token()
    clock.advance(seconds=7200 - 301)
    await tokens.token()
    assert len(platform.token_calls) == 1
    clock.advance(seconds=2)
    await tokens.token()
    assert [call.json["force_refresh"] for call in platform.token_calls] == [False, False]


async def test_several_processes_share_one_token(platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis) -> None:
    platform.token_delay = 0.2
    processes = [broker(platform, http, clock, redis) for _ in range(6)]
    assert set(await asyncio.gather(*(process.token() for process in processes))) == {"token-1"}
    assert len(platform.token_calls) == 1


async def test_a_process_started_later_takes_the_stored_token(
    platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis
) -> None:
    await broker(platform, http, clock, redis).token()
    assert await broker(platform, http, clock, redis).token() == "token-1"
    assert len(platform.token_calls) == 1
    ttl = await redis.ttl(f"youshi:wechat:token:{platform.account.appid}")
    assert 7000 < ttl <= 7200


async def test_a_rejected_token_is_refreshed_by_force_and_only_one_process_does_it(
    platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis
) -> None:
    platform.token_delay = 0.1
    processes = [broker(platform, http, clock, redis) for _ in range(4)]
    for process in processes:
        await process.token()
    assert set(await asyncio.gather(*(process.renew("token-1") for process in processes))) == {"token-2"}
    assert [call.json["force_refresh"] for call in platform.token_calls] == [False, True]


async def test_processes_together_use_force_at_most_every_thirty_seconds(
    platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis
) -> None:
    one, other = broker(platform, http, clock, redis), broker(platform, http, clock, redis)
    await one.token()
    assert await one.renew("token-1") == "token-2"
    # the other process hears that even the new token is rejected: it asks, but not by force
    assert await other.renew("token-2") == "token-2"
    assert [call.json["force_refresh"] for call in platform.token_calls] == [False, True, False]


async def test_without_redis_force_waits_thirty_seconds_too(platform: Platform, http: WechatHttp, clock: HandClock) -> None:
    tokens = broker(platform, http, clock)
    await tokens.token()
    await tokens.renew("token-1")
    await tokens.renew("token-2")
    clock.advance(seconds=31)
    assert await tokens.renew("token-2") == "token-3"
    assert [call.json["force_refresh"] for call in platform.token_calls] == [False, True, False, True]


async def test_without_redis_it_works_alone_at_once_and_warns(platform: Platform, http: WechatHttp, clock: HandClock) -> None:
    away = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    tokens = broker(platform, http, clock, away)
    with capture_logs() as logs:
        async with asyncio.timeout(3):
            assert await tokens.token() == "token-1"
            assert await tokens.renew("token-1") == "token-2"
    assert [entry["event"] for entry in logs].count("wechat_token_without_redis") == 1
    await away.aclose()


@pytest.mark.parametrize("stored", [b"", b"{", b"[]", b'{"value": "x"}', b'{"other": 1}', b"\xff"])
async def test_what_somebody_wrote_into_redis_does_not_break_it(
    platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis, stored: bytes
) -> None:
    await redis.set(f"youshi:wechat:token:{platform.account.appid}", stored)
    assert await broker(platform, http, clock, redis).token() == "token-1"


async def test_a_lock_left_by_a_dead_process_runs_out(
    platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis
) -> None:
    await redis.set(f"youshi:wechat:token:{platform.account.appid}:lock", "dead", px=300)
    assert await broker(platform, http, clock, redis).token() == "token-1"


async def test_the_lock_is_given_back_and_nobody_elses_lock_is_taken_away(
    platform: Platform, http: WechatHttp, clock: HandClock, redis: Redis
) -> None:
    key = f"youshi:wechat:token:{platform.account.appid}:lock"
    await broker(platform, http, clock, redis).token()
    assert await redis.get(key) is None
    slow = broker(platform, http, clock, redis)
    clock.advance(seconds=8000)
    platform.token_delay = 0.2
    asking = asyncio.create_task(slow.token())
    await asyncio.sleep(0.1)
    await redis.set(key, "somebody else")
    await asking
    assert await redis.get(key) == b"somebody else"


async def test_a_refused_token_request_tells_the_errcode(platform: Platform, http: WechatHttp, clock: HandClock) -> None:
    platform.answers[PATH] = [{"errcode": 40125, "errmsg": "invalid appsecret"}]
    with pytest.raises(ApiRefused) as caught:
        await broker(platform, http, clock).token()
    assert caught.value.code == 40125


@pytest.mark.parametrize(
    "answer", [b"not json", b"[]", {}, {"access_token": "x"}, {"access_token": "x", "expires_in": "soon"}, "hang up"]
)
async def test_a_broken_token_answer_means_nothing_was_sent(
    platform: Platform, http: WechatHttp, clock: HandClock, answer: object
) -> None:
    platform.answers[PATH] = [answer]
    tokens = broker(platform, http, clock)
    with pytest.raises(ApiDown):
        await tokens.token()
    assert await tokens.token() == "token-1"


async def test_the_secret_and_the_token_are_not_logged(platform: Platform, http: WechatHttp, clock: HandClock) -> None:
    with capture_logs() as logs:
        await broker(platform, http, clock).token()
    assert platform.account.secret not in json.dumps(logs)
    assert "token-1" not in json.dumps(logs)
