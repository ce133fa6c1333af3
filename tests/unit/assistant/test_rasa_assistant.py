"""Rasa's REST channel: what it says becomes replies, and each of its failures has its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from backend.contracts.messages import Choice, Reply
from backend.contracts.understanding import Understood
from backend.services.ports import AssistantFailed, AssistantTurn
from channels.assistant import RasaAssistant

TURN = AssistantTurn("c1.1", "你好", {"channel": "sms"})
SAID = [{"recipient_id": "c1.1", "text": "您好", "buttons": [{"title": "对", "payload": "confirm_yes"}]}]


@asynccontextmanager
async def rasa(answer: Any, *, status: int = 200, model: bool = True, actions: int = 200) -> AsyncIterator[tuple[str, list[Any]]]:
    heard: list[Any] = []

    async def webhook(request: web.Request) -> web.Response:
        heard.append(await request.json())
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        if isinstance(answer, str):
            return web.Response(text=answer, status=status, content_type="application/json")
        return web.json_response(answer, status=status)

    async def told_status(_: web.Request) -> web.Response:
        return web.json_response({"model_id": "m"} if model else {}, status=200 if model else 409)

    async def health(_: web.Request) -> web.Response:
        return web.Response(status=actions)

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", webhook)
    app.router.add_post("/model/parse", webhook)
    app.router.add_get("/status", told_status)
    app.router.add_get("/health", health)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")), heard
    finally:
        await server.close()


async def failure(url: str, make: Callable[[str], RasaAssistant] = RasaAssistant) -> str:
    assistant = make(url)
    try:
        with pytest.raises(AssistantFailed) as caught:
            await assistant.respond(TURN)
    finally:
        await assistant.close()
    return caught.value.reason


async def test_words_and_buttons_become_a_reply_with_choices() -> None:
    async with rasa(SAID) as (url, heard):
        assistant = RasaAssistant(url)
        assert await assistant.respond(TURN) == (Reply("您好", (Choice("confirm_yes", "对"),)),)
        await assistant.close()
    assert heard == [{"sender": "c1.1", "message": "你好", "metadata": {"channel": "sms"}}]


async def test_a_message_without_words_is_left_out() -> None:
    async with rasa([{"image": "x"}, *SAID]) as (url, _):
        assistant = RasaAssistant(url)
        assert len(await assistant.respond(TURN)) == 1
        await assistant.close()


async def test_nobody_listening_is_down() -> None:
    assert await failure(f"http://127.0.0.1:{unused_port()}") == "down"


async def test_no_answer_in_time_is_a_timeout() -> None:
    async with rasa(2.0) as (url, _):
        assert await failure(url, lambda url: RasaAssistant(url, timeout=0.2)) == "timeout"


@pytest.mark.parametrize(
    ("answer", "options", "reason"),
    [
        ({}, {"status": 500}, "http_error"),
        ([], {}, "empty"),
        ([], {"model": False}, "no_model"),
        ({}, {"status": 409}, "no_model"),
        ("<html>", {}, "bad_json"),
        ({"not": "a list"}, {}, "bad_json"),
        ([{"text": " "}], {}, "empty"),
    ],
)
async def test_every_useless_answer_has_its_reason(answer: Any, options: dict[str, Any], reason: str) -> None:
    async with rasa(answer, **options) as (url, _):
        assert await failure(url) == reason


async def test_an_empty_answer_with_a_dead_action_server_says_so() -> None:
    async with rasa([]) as (url, _):
        dead = f"http://127.0.0.1:{unused_port()}"
        assert await failure(url, lambda url: RasaAssistant(url, actions_url=dead)) == "actions_down"


async def test_it_is_ready_only_with_a_model() -> None:
    for model in (True, False):
        async with rasa(SAID, model=model) as (url, _):
            assistant = RasaAssistant(url)
            assert await assistant.is_ready() is model
            await assistant.close()


async def test_a_parse_without_an_intent_is_refused() -> None:
    for answer, works in (({"intent": {"name": "greet"}}, True), ({}, False)):
        async with rasa(answer) as (url, _):
            assistant = RasaAssistant(url)
            if works:
                assert (await assistant.parse("你好", {}))["intent"]["name"] == "greet"
            else:
                with pytest.raises(AssistantFailed):
                    await assistant.parse("你好", {})
            await assistant.close()


TOLD = {"intent": "greet", "confidence": 0.4, "category": "供暖", "subcategory": "停暖"}


@pytest.mark.parametrize(
    ("custom", "understood"),
    [
        ({"understood": TOLD}, Understood("greet", 0.4, "供暖", "停暖")),
        ({"understood": {**TOLD, "from another version": 1}}, None),
        ({"understood": "greet"}, None),
        ({"other": 1}, None),
        ("text", None),
    ],
)
async def test_what_the_actions_tell_beside_their_words_comes_with_the_first_reply(custom: Any, understood: Any) -> None:
    async with rasa([*SAID, {"recipient_id": "c1.1", "custom": custom}]) as (url, _):
        assistant = RasaAssistant(url)
        replies = await assistant.respond(TURN)
        await assistant.close()
    assert [reply.text for reply in replies] == ["您好"]
    assert replies[0].understood == understood


@pytest.mark.parametrize(
    ("said", "passing", "expected"),
    [(SAID, True, True), (SAID, False, False), (SAID, "yes", False), (SAID, None, False), ([*SAID, *SAID], True, False)],
)
async def test_an_answer_that_only_leads_on_is_told_as_such(said: list[Any], passing: Any, expected: bool) -> None:
    async with rasa([*said, {"recipient_id": "c1.1", "custom": {"passing": passing}}]) as (url, _):
        assistant = RasaAssistant(url)
        replies = await assistant.respond(TURN)
        await assistant.close()
    assert [reply.passing for reply in replies] == [expected] * len(replies)


async def test_understanding_without_words_is_no_answer() -> None:
    async with rasa([{"recipient_id": "c1.1", "custom": {"understood": TOLD}}]) as (url, _):
        assert await failure(url) == "empty"
