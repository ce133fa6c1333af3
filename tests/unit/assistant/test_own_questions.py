"""A category's own question stands beside the read-back once, and costs nobody a turn."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.domain.draft import advance
from backend.domain.drafting.asking import question_of
from backend.domain.drafting.model import Ask, OpenForm, Outcome
from backend.domain.drafting.own_questions import is_answer, with_own_question
from backend.services import drafts
from backend.storage.database import Database
from backend.storage.tables.work_orders import WorkOrderRow
from tests.unit.assistant.builders import FULL, REPORT, fresh, told, turn
from tests.unit.assistant.test_drafts_service import FULL as FULL_HEARD
from tests.unit.assistant.test_drafts_service import hear, heard

WARMTH, EXTENT = "家里现在多少度", "是自家冷还是整栋楼都冷"


def read_back_with(question: str = EXTENT) -> OpenForm:
    return with_own_question(told(fresh(), FULL).form, (question,))


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        (WARMTH, "屋里才十三度", True),
        (WARMTH, "零下了都", True),
        (WARMTH, "屋里冰凉", False),
        (EXTENT, "整栋楼都冷", True),
        (EXTENT, "就我们一家", True),
        (EXTENT, "邻居家也不热", True),
        (EXTENT, "孩子都感冒了", False),
        ("就您一家还是整栋楼都没水", "整个单元都停了", True),
        ("就您一家还是整栋楼都没水", "家里没水", False),
        ("哪个采暖期", "去年的采暖费没退", True),
        ("一般几点开始几点结束", "天天半夜吵", True),
        ("一般几点开始几点结束", "吵死了", False),
        ("车牌号能看清吗", "辽C12345停门口", True),
        ("有没有联系过物业", "整栋楼都冷", False),
    ],
)
def test_what_has_been_said_is_known_as_an_answer(question: str, text: str, answered: bool) -> None:
    assert is_answer(question, text) is answered


def test_the_first_question_that_is_not_answered_yet_is_put() -> None:
    form = told(fresh(), ("屋里才13度,翠园小区6号楼2单元301,昨天开始,17000001234", "report_complaint")).form
    assert with_own_question(form, (WARMTH, EXTENT)).extra == EXTENT
    assert with_own_question(form, (WARMTH,)).extra == ""
    assert with_own_question(form, ()).extra == ""


def test_it_stands_beside_the_read_back_and_only_the_first_time() -> None:
    form = read_back_with()
    question = question_of(form)
    assert (question.key, question.values["extra"]) == ("confirm_extra", EXTENT)
    changed = told(form, ("不对,是5号楼", "correct_previous_detail"))
    assert question_of(changed.form).key == "confirm"


def test_a_long_read_back_stands_alone() -> None:
    far = turn(
        "屋里暖气冰凉,胜利路58号翠园小区6号楼2单元3楼301室菜市场后身二一九公园对面,从前天夜里十一点半左右起的,17000001234",
        "report_complaint",
    )
    assert question_of(with_own_question(told(fresh(), far).form, (EXTENT,))).key == "confirm"


@pytest.mark.parametrize("text", ["对", "1", "没错", "哎 好 谢谢闺女"])
def test_who_says_yes_has_skipped_it_and_files(text: str) -> None:
    step = told(read_back_with(), text)
    assert step.outcome is Outcome.FILE
    assert "整栋" not in step.form.draft.description


def test_an_answer_goes_into_the_description_and_the_read_back_comes_again_without_the_question() -> None:
    step = told(read_back_with(), ("整栋楼都冷", "report_complaint"))
    assert step.form.draft.description.endswith(";整栋楼都冷")
    assert step.remarks == ("noted",)
    assert step.form.requested is Ask.CONFIRM
    assert question_of(step.form).key == "confirm"
    assert step.form.also == ()


def test_an_answer_that_sounds_like_a_no_is_no_correction() -> None:
    step = told(read_back_with("就您一家还是整栋楼都没水"), turn("整栋楼都没有", "deny", answer=None))
    assert step.form.requested is Ask.CONFIRM


def test_yes_and_the_answer_in_one_breath_file_both() -> None:
    step = told(read_back_with(), turn("对 整个单元都冷", "affirm", answer=None))
    assert step.outcome is Outcome.FILE
    step = told(read_back_with(), turn("对 整个单元都没有", "deny", answer=None))
    assert step.outcome is Outcome.FILE
    step = told(read_back_with(), turn("对,整个单元都冷", "provide_info", answer=None))
    assert step.outcome is Outcome.FILE
    assert "整个单元都冷" in step.form.draft.description


def test_without_such_a_question_other_words_at_the_read_back_go_along_and_it_is_read_back_again() -> None:
    step = told(told(fresh(), FULL).form, ("整栋楼都冷", "provide_info"))
    assert step.outcome is Outcome.ASK
    assert step.form.draft.description.endswith(";整栋楼都冷")
    assert (step.form.requested.value, step.remarks) == ("confirm", ("noted",))


async def test_the_question_comes_from_the_category_of_the_district(database: Database) -> None:
    asked = await hear(database, FULL_HEARD)
    assert (asked.question.key, asked.question.values["extra"]) == ("confirm_extra", WARMTH)
    again = await hear(database, heard("屋里13度", "report_complaint"))
    assert again.question.key == "confirm"
    done = await hear(database, heard("对", "affirm", guesses=()))
    assert done.draft is not None
    async with database.transaction() as session:
        await drafts.file_draft(session, conversation_id="c1", draft_id=done.draft["form"]["id"], now=FULL_HEARD.message_time)
    async with database.reading() as session:
        order = (await session.execute(select(WorkOrderRow))).scalar_one()
    assert order.description.endswith(";屋里13度")


async def test_it_is_never_asked_before_what_every_complaint_needs(database: Database) -> None:
    asked = await hear(database, heard("屋里暖气不热", "report_complaint"))
    assert asked.question.key == "address"
    assert "extra" not in asked.question.values


def test_a_message_twice_asks_nothing_twice() -> None:
    said = turn(*FULL)
    form = advance(advance(fresh(), said).form, said).form
    assert form.asked["confirm"] == 1
    assert told(fresh(), REPORT).form.extra == ""
