"""After people had the conversation: what was told to them is known to the bot, and goes into the form that is open."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from backend.contracts.conversations import Address, Completeness
from backend.contracts.understanding import AddressMention, Facts
from backend.domain.drafting.asking import with_next_question
from backend.domain.drafting.model import Ask, open_form
from backend.domain.drafting.stored import form_from_json, form_to_json
from backend.services import conversations as talk
from tests.integration.engine.world import World

COLD, PLACE = "俺家暖气不热", "常青小区5号楼3单元"
AT_HOME = Facts(address=AddressMention((), Address(text=PLACE, estate="常青小区", building="5", unit="3"), Completeness.FULL))


async def says(world: World, text: str, user: str = "li") -> None:
    """The caseworker writes."""
    conversation = await world.conversation()
    async with world.writing() as session:
        await talk.say_as_caseworker(
            session,
            conversation_id=conversation.id,
            user=user,
            text=text,
            note=False,
            senders=world.senders,
            now=world.clock.now(),
        )
    await world.settle()


async def handed_back(world: World) -> None:
    conversation = await world.conversation()
    async with world.writing() as session:
        await talk.handback(session, conversation_id=conversation.id, user="li", now=world.clock.now())
    await world.settle()


async def with_form(world: World) -> None:
    """A form that asks where."""
    conversation = await world.conversation()
    form = open_form("d1", now=world.clock.now())
    form = with_next_question(
        dataclasses.replace(form, draft=dataclasses.replace(form.draft, description=COLD, service_code="0101"))
    )
    async with world.writing() as session:
        row = await session.merge(conversation)
        row.draft, row.draft_updated_at, row.open_form = form_to_json(form), world.clock.now(), True


async def told(world: World, *, answered: bool = True) -> None:
    await world.talk("你好")
    await world.takeover()
    await world.talk(f"{COLD} {PLACE}")
    if answered:
        await says(world, "我跟供热公司说了")


@pytest.mark.parametrize(("hours", "known"), [(0, f"{COLD} {PLACE}"), (3, "")])
async def test_what_a_person_heard_and_answered_goes_along_for_some_hours(world: World, hours: int, known: str) -> None:
    await told(world)
    await handed_back(world)
    world.clock.advance(hours=hours)
    await world.talk("屋里才14度")
    assert world.assistant.turns[-1].metadata["told_to_people"] == known


async def test_what_nobody_answered_is_the_bots_to_answer_and_was_told_to_nobody(world: World) -> None:
    await told(world, answered=False)
    await handed_back(world)
    last = world.assistant.turns[-1]
    assert (last.text, last.metadata["told_to_people"]) == (f"{COLD} {PLACE}", "")


async def test_who_never_spoke_with_a_person_told_them_nothing(world: World) -> None:
    await world.talk(COLD)
    assert world.assistant.turns[-1].metadata["told_to_people"] == ""


async def test_a_place_that_was_told_to_a_person_is_not_asked_for_again(world: World) -> None:
    world.ears.facts_by_text[f"{COLD} {PLACE}"] = AT_HOME
    await world.talk("你好")
    await with_form(world)
    await world.takeover()
    await world.talk(f"{COLD} {PLACE}")
    await says(world, "好,我记下了")
    await handed_back(world)
    form = form_from_json((await world.conversation()).draft)
    assert (form.draft.address.estate, form.draft.address.building) == ("常青小区", "5")
    assert form.requested is not Ask.ADDRESS


async def test_words_that_were_said_to_a_person_answer_no_question_of_ours(world: World) -> None:
    await world.talk("你好")
    await with_form(world)
    await world.takeover()
    await world.talk("对")
    await says(world, "您稍等")
    before = (await world.conversation()).draft
    await handed_back(world)
    assert (await world.conversation()).draft["form"]["requested"] == before["form"]["requested"] == "address"


async def test_it_is_taken_in_once(world: World) -> None:
    world.ears.facts_by_text[f"{COLD} {PLACE}"] = AT_HOME
    await told(world)
    await with_form(world)
    await handed_back(world)
    assert [row.purpose for row in await world.messages(direction="in") if row.text.startswith(COLD)] == ["taken_in"]
    world.clock.at += timedelta(minutes=1)
    await with_form(world)  # another form, for another matter
    await world.talk("还有路灯不亮")
    assert form_from_json((await world.conversation()).draft).draft.address.estate == ""
