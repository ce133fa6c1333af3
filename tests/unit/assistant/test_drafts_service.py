"""The draft in the database: kept across messages, filed once, carried over to the next problem."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.drafting.model import Outcome
from backend.services import drafts
from backend.services.drafts import HeardMessage, NothingToFile, Told
from backend.storage.conversations import get_conversation
from backend.storage.database import Database
from backend.storage.tables.work_orders import WorkOrderRow
from tests.unit.assistant.builders import NOW, turn

COLD = CategoryGuess("供暖", "室温不达标", "0101", 0.9)
LAMP = Issue("路灯不亮", "道路设施", "路灯", "1101", 0.9)


def heard(text: str, intent: str = "provide_info", **values: Any) -> HeardMessage:
    made = turn(text, intent, guesses=values.pop("guesses", (COLD,)))
    values.setdefault("message_id", made.message_id)
    values.setdefault("message_time", NOW)
    return HeardMessage(text=text, intent=intent, facts=made.facts, guesses=made.guesses, **values)


async def hear(database: Database, *messages: HeardMessage) -> Told:
    for message in messages:
        async with database.transaction() as session:
            told = await drafts.hear(session, conversation_id="c1", message=message, now=NOW)
    return told


FULL = heard("屋里暖气不热,翠园小区6号楼2单元301,昨天开始,17000001234", "report_complaint")


async def test_the_draft_is_kept_in_the_conversation(database: Database) -> None:
    await hear(database, heard("屋里暖气不热", "report_complaint"))
    async with database.reading() as session:
        row = await get_conversation(session, "c1")
    assert row.draft is not None
    assert row.draft["description"] == "屋里暖气不热"
    assert row.draft["urgency"] == "urgent"
    assert row.draft["missing"] == ["address", "occurred_at", "contact_phone"]
    assert row.open_form
    assert row.draft_updated_at == NOW


async def test_a_confirmed_draft_becomes_one_order_however_often_it_is_filed(database: Database) -> None:
    told = await hear(database, FULL, heard("对", "affirm", guesses=()))
    assert told.outcome is Outcome.FILE
    assert told.draft is not None
    numbers = []
    for _ in range(3):
        async with database.transaction() as session:
            filed = await drafts.file_draft(session, conversation_id="c1", draft_id=told.draft["form"]["id"], now=NOW)
            numbers.append(filed.order.number)
    async with database.reading() as session:
        row = await get_conversation(session, "c1")
        count = await session.scalar(select(func.count()).select_from(WorkOrderRow))
    assert len(set(numbers)) == count == 1
    assert (row.draft, row.open_form, row.dialogue_ended) == (None, False, True)
    assert row.phone == "17000001234"


async def test_notices_go_to_the_phone_that_was_given_last(database: Database) -> None:
    for place, phone in (("翠园小区6号楼", "17000001234"), ("翠园小区9号楼", "17000005678")):
        said = heard(f"屋里暖气不热,{place},昨天开始,{phone}", "report_complaint", message_id=f"m-{phone}")
        told = await hear(database, said, heard("对", "affirm", guesses=(), message_id=f"yes-{phone}"))
        assert told.draft is not None
        async with database.transaction() as session:
            await drafts.file_draft(session, conversation_id="c1", draft_id=told.draft["form"]["id"], now=NOW)
    async with database.reading() as session:
        assert (await get_conversation(session, "c1")).phone == "17000005678"


async def test_a_yes_whose_answer_was_lost_still_means_to_file_when_it_comes_again(database: Database) -> None:
    yes = heard("对", "affirm", guesses=())
    assert (await hear(database, FULL, yes, yes)).outcome is Outcome.FILE


async def test_another_message_than_the_yes_does_not_file_when_it_comes_again(database: Database) -> None:
    photo = heard("[图片]", message_id="m-photo", attachments=({"kind": "image", "media_id": "p"},))
    assert (await hear(database, FULL, photo, photo)).outcome is Outcome.ASK


async def test_what_was_said_is_in_the_order(database: Database) -> None:
    told = await hear(database, FULL, heard("对", "affirm", guesses=()))
    assert told.draft is not None
    async with database.transaction() as session:
        filed = await drafts.file_draft(session, conversation_id="c1", draft_id=told.draft["form"]["id"], now=NOW)
    order = filed.order
    assert (order.category, order.subcategory, order.contact_phone) == ("供暖", "室温不达标", "17000001234")
    assert order.address["estate"] == "翠园小区"
    assert (order.channel, order.channel_user_id, order.conversation_id) == ("wechat_oa", "u1", "c1")
    assert order.requested_at == NOW
    assert order.unit_id == "heating"


async def test_another_draft_than_the_confirmed_one_is_not_filed(database: Database) -> None:
    await hear(database, FULL)
    with pytest.raises(NothingToFile):
        async with database.transaction() as session:
            await drafts.file_draft(session, conversation_id="c1", draft_id="other", now=NOW)


async def test_the_second_problem_follows_with_place_and_phone(database: Database) -> None:
    both = heard(
        "暖气不热,路灯也不亮,翠园小区6号楼,昨天开始,17000001234",
        "report_complaint",
        issues=(Issue("暖气不热", "供暖", "室温不达标", "0101", 0.9), LAMP),
    )
    told = await hear(database, both, heard("对", "affirm", guesses=()))
    assert told.draft is not None
    async with database.transaction() as session:
        filed = await drafts.file_draft(session, conversation_id="c1", draft_id=told.draft["form"]["id"], now=NOW)
    assert filed.following is not None
    assert filed.following.draft is not None
    assert filed.following.draft["subcategory"] == "路灯"
    assert filed.following.draft["contact_phone"] == "17000001234"
    assert filed.following.question.key == "confirm"
    again = await hear(database, heard("对", "affirm", guesses=()))
    assert again.outcome is Outcome.FILE


async def test_cancelling_clears_the_draft(database: Database) -> None:
    told = await hear(database, FULL, heard("不报了", "cancel", guesses=()), heard("是", "affirm", guesses=()))
    assert told.outcome is Outcome.CANCELLED
    async with database.reading() as session:
        assert await drafts.current(session, conversation_id="c1") is None


async def test_the_same_as_last_time_is_looked_up_in_the_last_order(database: Database) -> None:
    told = await hear(database, FULL, heard("对", "affirm", guesses=()))
    assert told.draft is not None
    async with database.transaction() as session:
        await drafts.file_draft(session, conversation_id="c1", draft_id=told.draft["form"]["id"], now=NOW)
    told = await hear(database, heard("又不热了", "report_complaint"), heard("跟上次一样", guesses=()))
    assert told.draft is not None
    assert told.draft["address"]["building"] == "6"
    assert told.draft["contact_phone"] == "17000001234"


async def test_a_hand_back_only_puts_the_open_question_again(database: Database) -> None:
    first = await hear(database, heard("屋里暖气不热", "report_complaint"))
    again = await hear(database, heard("继续", "chitchat", asks_only=True))
    assert again.question.key == first.question.key == "address"
    assert again.draft is not None
    assert again.draft["description"] == "屋里暖气不热"


async def test_a_draft_of_another_version_is_replaced_and_does_not_fail(database: Database) -> None:
    async with database.transaction() as session:
        row = await get_conversation(session, "c1", lock=True)
        row.draft = {"description": "旧的"}
    told = await hear(database, heard("屋里暖气不热", "report_complaint"))
    assert told.draft is not None
    assert told.draft["description"] == "屋里暖气不热"


async def test_a_position_fills_the_place(database: Database) -> None:
    told = await hear(database, heard("[位置]", location={"lat": 41.1, "lon": 122.9, "label": "胜利广场"}, guesses=()))
    assert told.draft is not None
    assert told.draft["address"]["lat"] == 41.1
    assert told.question.key == "description"
