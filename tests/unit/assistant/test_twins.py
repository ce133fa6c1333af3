"""The same thing reported again: the resident is asked once, and decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.contracts.conversations import Address
from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.drafting.model import Ask, OpenForm, Outcome
from backend.domain.drafting.twins import REMEMBERED, OpenOrder, beside_twin, may_have_twin
from backend.services import drafts
from backend.storage.database import Database
from backend.storage.tables.work_orders import WorkOrderEventRow, WorkOrderRow
from tests.unit.assistant.builders import NOW, REPORT, fresh, told, turn
from tests.unit.assistant.test_drafts_service import FULL, LAMP, hear, heard

PLACE = Address(text="翠园小区6号楼2单元301室", estate="翠园小区", building="6", unit="2", room="301")
COLD_AGAIN = Issue("家里还是冷", "供暖", "室温不达标", "0101", 0.9)
ORDER = OpenOrder("261121000017", "0101", PLACE, "屋里冷", NOW - timedelta(days=1))


def cold_at(address: Address) -> OpenForm:
    form = told(fresh(), REPORT, "翠园小区6号楼2单元301").form
    return replace(form, draft=replace(form.draft, address=address))


@pytest.mark.parametrize(
    ("order", "address", "asked"),
    [
        (ORDER, PLACE, True),
        (ORDER, replace(PLACE, unit="", room=""), True),
        (ORDER, replace(PLACE, room="302"), False),
        (ORDER, replace(PLACE, unit="3"), False),
        (ORDER, replace(PLACE, building="7"), False),
        (ORDER, replace(PLACE, estate="常青小区"), False),
        (replace(ORDER, service_code="0102"), PLACE, False),
        (replace(ORDER, requested_at=NOW - REMEMBERED - timedelta(hours=1)), PLACE, False),
        (replace(ORDER, address=Address(road="胜利路", house_number="5")), Address(road="胜利路", house_number="5"), True),
        (replace(ORDER, address=Address(road="胜利路", house_number="5")), Address(road="胜利路", house_number="9"), False),
        (replace(ORDER, address=Address(landmark="湖南小学")), Address(landmark="湖南小学"), True),
        (replace(ORDER, address=Address()), Address(lat=41.1, lon=123.0), False),
    ],
)
def test_only_the_same_leaf_at_the_same_place_not_long_ago_is_asked_about(
    order: OpenOrder, address: Address, asked: bool
) -> None:
    form = beside_twin(cold_at(address), [order], NOW)
    assert (form.requested is Ask.SAME) is asked
    assert (form.twin is not None) is asked


def test_the_question_names_the_order_and_its_day_and_keeps_the_one_that_stood() -> None:
    form = beside_twin(cold_at(PLACE), [ORDER], NOW)
    assert form.twin is not None
    assert (form.twin.number, form.twin.matter, form.twin.day) == ("261121000017", "屋里冷", "11月20日")
    assert form.resume_to is Ask.OCCURRED_AT
    assert not may_have_twin(form)


def test_before_the_place_is_known_nothing_is_compared() -> None:
    assert not may_have_twin(told(fresh(), REPORT).form)
    assert may_have_twin(told(fresh(), REPORT, "翠园小区6号楼2单元301").form)


def test_a_no_goes_on_at_the_question_that_stood_and_is_not_asked_again() -> None:
    form = beside_twin(cold_at(PLACE), [ORDER], NOW)
    step = told(form, ("不是,另报", "deny"))
    assert step.form.requested is Ask.OCCURRED_AT
    assert step.remarks == ("filed_anew",)
    assert not may_have_twin(step.form)


def test_a_no_with_a_fact_takes_the_fact() -> None:
    form = beside_twin(cold_at(PLACE), [ORDER], NOW)
    step = told(form, turn("不是,这是昨天又停的", "deny", answer=None))
    assert step.form.draft.occurred_at is not None
    assert step.form.requested is Ask.CONTACT_PHONE


def test_an_answer_to_the_question_before_is_taken_and_means_a_complaint_of_its_own() -> None:
    step = told(beside_twin(cold_at(PLACE), [ORDER], NOW), "昨天晚上")
    assert step.outcome is Outcome.ASK
    assert step.form.draft.occurred_at is not None


@pytest.mark.parametrize("text", ["是", "1", "是同一件", "对,就是那件事", "上次那个"])
def test_a_yes_adds_it(text: str) -> None:
    form = beside_twin(cold_at(PLACE), [ORDER], NOW)
    assert told(form, text).outcome is Outcome.ADD


async def file_cold(database: Database) -> str:
    asked = await hear(database, FULL, heard("对", "affirm", guesses=()))
    assert asked.draft is not None
    async with database.transaction() as session:
        filed = await drafts.file_draft(session, conversation_id="c1", draft_id=asked.draft["form"]["id"], now=NOW)
    return filed.order.number


async def test_what_is_said_again_goes_to_those_who_work_on_it(database: Database) -> None:
    number = await file_cold(database)
    asked = await hear(database, heard("家里还是冷,翠园小区6号楼2单元301", "report_complaint"))
    assert (asked.question.key, asked.question.values["number"]) == ("same", number)
    added = await hear(database, heard("是同一件", "affirm", guesses=()))
    assert (added.outcome, added.number, added.draft) == (Outcome.ADD, number, None)
    async with database.reading() as session:
        count = await session.scalar(select(func.count()).select_from(WorkOrderRow))
        notes = (await session.execute(select(WorkOrderEventRow.note).where(WorkOrderEventRow.type == "noted"))).scalars().all()
    assert count == 1
    assert "居民又反映:家里还是冷,翠园小区6号楼2单元301" in notes


async def notes_of(database: Database) -> int:
    async with database.reading() as session:
        query = select(func.count()).select_from(WorkOrderEventRow).where(WorkOrderEventRow.type == "noted")
        return int(await session.scalar(query) or 0)


@pytest.mark.parametrize("lamp_too", [False, True])
async def test_a_yes_that_is_heard_again_adds_once_and_is_told_the_same(database: Database, lamp_too: bool) -> None:
    number = await file_cold(database)
    issues = (COLD_AGAIN, LAMP) if lamp_too else ()
    await hear(database, heard("家里还是冷,翠园小区6号楼2单元301,路灯也不亮", "report_complaint", issues=issues))
    before = await notes_of(database)
    yes = heard("是同一件", "affirm", guesses=())
    first, *again = [await hear(database, yes) for _ in range(3)]
    assert (first.outcome, first.number) == (Outcome.ADD, number)
    assert [(told.outcome, told.number, told.question, told.draft) for told in again] == [
        (first.outcome, first.number, first.question, first.draft)
    ] * 2
    assert await notes_of(database) == before + 1


async def test_another_yes_for_another_report_adds_again(database: Database) -> None:
    await file_cold(database)
    before = await notes_of(database)
    for _ in range(2):
        await hear(database, heard("家里还是冷,翠园小区6号楼2单元301", "report_complaint"))
        await hear(database, heard("是同一件", "affirm", guesses=()))
    assert await notes_of(database) == before + 2


async def test_a_photo_of_the_second_report_goes_along(database: Database) -> None:
    await file_cold(database)
    photo = ({"kind": "image", "media_id": "m9"},)
    await hear(database, heard("家里还是冷,翠园小区6号楼2单元301", "report_complaint", attachments=photo))
    await hear(database, heard("对", "affirm", guesses=()))
    async with database.reading() as session:
        data = (await session.execute(select(WorkOrderEventRow.data).where(WorkOrderEventRow.type == "noted"))).scalars().one()
    assert data["attachments"][0]["media_id"] == "m9"


async def test_another_matter_at_the_same_place_is_not_asked_about(database: Database) -> None:
    await file_cold(database)
    lamp = CategoryGuess("道路设施", "路灯", "1101", 0.9)
    asked = await hear(database, heard("路灯不亮,翠园小区6号楼2单元301", "report_complaint", guesses=(lamp,)))
    assert asked.question.key == "occurred_at"
