"""Scores, and that no person is wanted any more, while people have the conversation."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contracts.messages import Author
from backend.contracts.work_orders import Verb
from backend.domain import phrases
from backend.domain.conversation import LEFT_FOR_PEOPLE
from backend.services import conversations as talk
from backend.storage.work_orders import events_of, get_order, ratings_of
from tests.integration.engine.told import does, filed, tell
from tests.integration.engine.world import World


async def _queued(world: World, reason: str = "asked") -> None:
    conversation = await world.conversation()
    async with world.writing() as session:
        await talk.hand_over_to_queue(session, conversation_id=conversation.id, reason=reason, now=world.clock.now())


async def _resolved(world: World) -> str:
    await world.talk("你好")
    number = await filed(world, conversation_id=(await world.conversation()).id)
    for verb, data in ((Verb.ACKNOWLEDGE, {}), (Verb.RESOLVE, {"note": "换了阀门"})):
        await does(world, number, verb, **data)
        await tell(world)
    return number


async def _rated(world: World, number: str) -> tuple[str, list[int]]:
    async with world.db.reading() as session:
        order = await get_order(session, number)
        return order.state, [row.satisfaction for row in await ratings_of(session, order.id)]


async def _writes(world: World, text: str) -> None:
    conversation = await world.conversation()
    async with world.writing() as session:
        await talk.say_as_caseworker(
            session,
            conversation_id=conversation.id,
            user="li",
            text=text,
            note=False,
            senders=world.senders,
            now=world.clock.now(),
        )
    await world.settle()


@pytest.mark.parametrize("said", [{"text": "5"}, {"text": "打5分 处理得挺快"}, {"text": "满意"}])
async def test_a_score_counts_while_somebody_waits_for_a_person_and_hears_so(district: World, said: dict[str, str]) -> None:
    number = await _resolved(district)
    await _queued(district)
    await district.talk(said["text"])
    state, scores = await _rated(district, number)
    assert (state, len(scores)) == ("closed", 1)
    assert scores[0] >= 4
    assert district.wechat.texts[-1] == phrases.SCORED.format(score=scores[0])
    assert (await district.conversation()).owner == "queue"


async def test_beside_a_person_the_score_counts_and_the_bot_says_nothing(district: World) -> None:
    number = await _resolved(district)
    await district.takeover()
    before = len(district.wechat.sent)
    await district.talk("给5分吧")
    assert await _rated(district, number) == ("closed", [5])
    assert len(district.wechat.sent) == before
    last = next(message for message in await district.messages(direction="in") if message.text == "给5分吧")
    assert last.purpose != LEFT_FOR_PEOPLE


async def test_a_tapped_low_score_beside_a_person_waits_for_its_reason(district: World) -> None:
    number = await _resolved(district)
    await _queued(district)
    await district.talk("非常不满意", menu_id="rate_1")
    assert await _rated(district, number) == ("resolved", [1])
    assert district.wechat.texts[-1] == phrases.SCORED_LOW.format(score=1)
    await district.talk("打5分")
    assert await _rated(district, number) == ("closed", [5])


@pytest.mark.parametrize("said", ["3", "挺好"])
async def test_a_digit_that_answers_the_caseworker_is_no_score(district: World, said: str) -> None:
    number = await _resolved(district)
    await district.takeover()
    await _writes(district, "您家在几楼?")
    await district.talk(said)
    assert await _rated(district, number) == ("resolved", [])


async def test_without_a_question_for_a_score_there_is_none(district: World) -> None:
    await district.talk("你好")
    number = await filed(district, conversation_id=(await district.conversation()).id)
    await tell(district)
    await district.takeover()
    await district.talk("打5分")
    assert (await _rated(district, number))[1] == []
    messages = await district.messages(direction="in")
    assert messages[-1].purpose == LEFT_FOR_PEOPLE


async def test_a_score_for_what_was_taken_back_meanwhile_is_left_to_people(district: World) -> None:
    number = await _resolved(district)
    await does(district, number, Verb.REOPEN, reason="居民来电说没好")
    await district.takeover()
    await district.talk("打5分")
    assert (await _rated(district, number))[1] == []
    assert (await district.messages(direction="in"))[-1].purpose == LEFT_FOR_PEOPLE


async def test_who_wants_no_person_any_more_has_the_bot_again(district: World) -> None:
    await district.talk("转人工")
    await _queued(district)
    await district.talk("算了不找了")
    assert district.wechat.texts[-1] == phrases.NO_PERSON
    assert (await district.conversation()).owner == "bot"
    await district.talk("谢谢")
    assert district.wechat.texts[-1] == "听到:谢谢"


@pytest.mark.parametrize(("reason", "said"), [("emergency", "算了不找了"), ("asked", "怎么还没人来"), ("asked", "别找借口")])
async def test_a_danger_and_other_words_stay_with_people(district: World, reason: str, said: str) -> None:
    await district.talk("你好")
    await _queued(district, reason)
    await district.talk(said)
    assert (await district.conversation()).owner == "queue"


async def test_beside_a_person_it_is_for_that_person_to_hear(district: World) -> None:
    await district.talk("你好")
    await district.takeover()
    await district.talk("算了不找了")
    assert (await district.conversation()).owner == "human"
    said: list[Any] = [message for message in await district.messages(direction="out") if message.author == Author.SYSTEM.value]
    assert said == []


async def test_the_waiting_verdict_keeps_its_question_open_and_the_reopening_is_told(district: World) -> None:
    number = await _resolved(district)
    await _queued(district)
    await district.talk("非常不满意", menu_id="rate_1")
    await tell(district)
    assert (await district.conversation()).rating_pending == [number]
    async with district.db.reading() as session:
        order = await get_order(session, number)
        assert (await events_of(session, order.id))[-1].data["waits_for_reason"]
