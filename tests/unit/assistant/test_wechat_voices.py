"""How people correct, ask back, send things and change their minds on WeChat: what it leaves in the form, and what is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.conversations import Address
from backend.contracts.understanding import CategoryGuess, Issue
from backend.domain.assistant_text import is_unreadable
from backend.domain.drafting.asking import is_findable, read_back
from backend.domain.drafting.model import Ask, Outcome
from backend.domain.drafting.several import next_form
from tests.unit.assistant.builders import FULL, REPORT, fresh, guesses_of, told, turn
from tests.unit.assistant.fake_backend import FakeBackend, drafted, order, running, tracker
from tests.unit.assistant.test_actions import LOOKUP, ORDERS, PATCH, run
from tests.unit.assistant.test_context import intent

RUBBISH = CategoryGuess("环境卫生", "垃圾清运", "0701", 0.7)
BARKING = CategoryGuess("噪音扰民", "设备", "0804", 0.2)
VOICE = {"kind": "voice", "media_id": "v1"}


# --- corrections ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "building"),
    [
        ("楼号错了 前面那栋", "5"),
        ("不对 是后面那栋", "7"),
        ("应该是前一栋楼", "5"),
        ("后面那栋楼也停水了", "6"),
        ("前面那栋", "6"),
    ],
)
def test_the_next_building_is_counted_only_in_words_of_correcting(said: str, building: str) -> None:
    assert told(fresh(), FULL, (said, "provide_info")).form.draft.address.building == building


@pytest.mark.parametrize(
    ("said", "guesses", "leaf"),
    [
        ("写成噪音吧 不是垃圾", (RUBBISH, BARKING), ("噪音扰民", "设备")),
        ("写成噪音吧 不是垃圾", (RUBBISH,), ("噪音扰民", "生活")),
        ("归到物业那类吧", (), ("物业纠纷", "服务不到位")),
        ("改成停电", (), ("供电", "停电")),
    ],
)
def test_a_kind_is_put_right_by_its_name_and_the_words_stay(
    said: str, guesses: tuple[CategoryGuess, ...], leaf: tuple[str, str]
) -> None:
    before = told(fresh(), FULL).form
    after = told(before, turn(said, "correct_previous_detail", guesses=guesses)).form
    assert (after.draft.category, after.draft.subcategory) == leaf
    assert (after.gist, after.draft.description) == (before.gist, before.draft.description)


def test_a_kind_that_is_named_in_passing_moves_nothing() -> None:
    step = told(fresh(), REPORT, turn("记的是垃圾那天 昨天", guesses=()))
    assert step.form.draft.category == "供暖"


def test_fields_that_are_named_as_wrong_are_no_new_matter() -> None:
    sure = CategoryGuess("违章停车/交通", "信号灯标志", "0902", 0.9)
    after = told(fresh(), FULL, turn("楼号和时间不对 是16号楼 一个月", "correct_previous_detail", guesses=(sure,))).form
    assert (after.draft.category, after.draft.address.building) == ("供暖", "16")
    assert after.draft.occurred_at is not None
    assert after.draft.occurred_at.text == "一个月"


@pytest.mark.parametrize(
    "said", [("还是别留电话了", "deny"), ("电话别留了", "provide_info"), ("把电话删了吧", "correct_previous_detail")]
)
def test_a_phone_is_taken_back_at_the_read_back_and_not_asked_again(said: tuple[str, str]) -> None:
    step = told(fresh(), FULL, said)
    assert (step.form.draft.contact_phone, step.form.requested) == ("", Ask.CONFIRM)


# --- changes of mind -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["先别报 我再看看", "等会儿 先别提交"])
def test_who_hesitates_at_the_read_back_is_not_asked_what_is_wrong(said: str) -> None:
    step = told(fresh(), FULL, (said, "deny"))
    assert (step.form.requested, step.remarks) == (Ask.CONFIRM, ("no_hurry",))


@pytest.mark.parametrize("said", ["报吧", "没事 就这样报吧"])
def test_go_ahead_files_also_where_it_was_asked_what_to_change(said: str) -> None:
    assert told(fresh(), FULL, ("不对", "deny"), (said, "affirm")).outcome is Outcome.FILE


def test_the_same_words_again_are_heard_already_and_written_once() -> None:
    step = told(fresh(), REPORT, REPORT)
    assert step.remarks == ("heard_already",)
    assert step.form.draft.description == REPORT[0]
    assert step.form.requested is Ask.ADDRESS


@pytest.mark.parametrize("said", ["我哪记得我自己电话呀", "电话我记不住", "谁知道他号码是多少"])
def test_who_does_not_know_the_phone_is_not_asked_for_it_again(said: str) -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", "昨天", said)
    assert (step.form.requested, step.form.draft.contact_phone) == (Ask.CONFIRM, "")


def test_how_bad_it_is_goes_along_and_is_no_misunderstanding() -> None:
    step = told(fresh(), REPORT, "太难受了", "老冷了")
    assert (step.understood, step.form.misunderstood) == (True, 0)
    assert "太难受了" in step.form.draft.description


def test_the_rest_of_a_sentence_that_came_in_pieces_is_not_apologised_for() -> None:
    step = told(fresh(), REPORT, "翠园小区6号楼", "昨天", "开始的")
    assert (step.understood, step.form.requested) == (True, Ask.CONTACT_PHONE)


# --- what is sent --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [REPORT, FULL])
def test_an_unheard_voice_is_kept_and_asked_for_again(said: tuple[str, str]) -> None:
    before = told(fresh(), said).form
    step = told(before, turn("[语音]", attachments=(VOICE,)))
    assert step.remarks == ("voice_unheard",)
    assert (step.outcome, step.form.requested) == (Outcome.ASK, before.requested)
    assert step.form.draft.attachments == (VOICE,)
    assert step.form.draft.description == before.draft.description


def test_two_unheard_voices_bring_nobody() -> None:
    first, second = (turn("[语音]", attachments=({"kind": "voice", "media_id": name},)) for name in ("v1", "v2"))
    step = told(fresh(), REPORT, first, second)
    assert (step.understood, step.form.misunderstood, len(step.form.draft.attachments)) == (True, 0, 2)


def test_a_shared_position_is_said_to_have_come() -> None:
    place = Address(text="烈士山公园东门", landmark="烈士山公园东门", lat=41.1, lon=123.0)
    assert told(fresh(), REPORT, turn("[位置]", place=place)).remarks == ("place_noted",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("【收到不支持的消息类型,暂无法显示】", True),
        ("[收到不支持的消息类型,暂无法显示]", True),
        ("收到不支持的消息类型是啥意思", False),
    ],
)
def test_what_the_platform_writes_for_a_sticker_is_not_read_as_words(text: str, expected: bool) -> None:
    assert is_unreadable(kind="text", text=text, event=None) is expected


# --- places --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (Address(estate="翠园小区", landmark="楼下"), False),
        (Address(estate="翠园小区", building="3", landmark="楼下"), True),
        (Address(estate="翠园小区", landmark="门口"), True),
    ],
)
def test_the_foot_of_a_building_is_found_where_the_building_is_known(address: Address, expected: bool) -> None:
    assert is_findable(address) is expected


def test_what_is_wrong_at_the_gate_is_not_at_the_door_of_who_tells_it() -> None:
    form = told(fresh(), FULL).form
    gate = Issue("还有小区大门口那路灯也不亮", "道路设施", "路灯", "1101", 0.9)
    following = next_form(replace(form, also=(gate,)), draft_id="d2")
    assert following is not None
    assert read_back(following).split(",")[1] == "翠园小区大门口"
    corrected = told(following, "就翠园小区北门").form.draft.address
    assert (corrected.landmark, corrected.building, corrected.room) == ("北门", "", "")


# --- several problems that are one ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaves", "waiting"),
    [((("供水", "停水", "0201"), ("供水", "水压", "0204")), 0), ((("供水", "停水", "0201"), ("供电", "停电", "0301")), 1)],
)
def test_one_matter_in_two_sentences_is_one_order(leaves: tuple[tuple[str, str, str], ...], waiting: int) -> None:
    issues = tuple(Issue(leaf[1], *leaf, 0.9) for leaf in leaves)
    step = told(fresh(), turn("水压小 洗澡都没水", "report_complaint", issues=issues, guesses=(CategoryGuess(*leaves[0], 0.9),)))
    assert len(step.form.also) == waiting


# --- what words mean in the form -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "requested", "ranking", "expected"),
    [
        ("?", "address", ("chitchat", 0.9), "greet"),
        ("", "occurred_at", ("report_complaint", 0.5), "greet"),
        ("我要反映问题", "occurred_at", ("report_complaint", 0.9), "greet"),
        ("我要反映问题", "", ("report_complaint", 0.9), "report_complaint"),
        ("查进度", "occurred_at", ("ask_faq", 0.9), "query_status"),
        ("报上去以后呢 谁给我打电话", "confirm", ("ask_human", 0.7), "ask_faq"),
        ("那谁知道啊 我路过看见的", "occurred_at", ("query_status", 0.8), "provide_info"),
        ("挺危险的", "contact_phone", ("abuse", 0.9), "provide_info"),
        ("对就这个赶紧的啊", "confirm", ("urge", 0.9), "affirm"),
        ("你都记啥了我看看", "occurred_at", ("chitchat", 0.9), "query_status"),
    ],
)
def test_a_call_a_question_and_a_sigh_are_what_they_are(
    text: str, requested: str, ranking: tuple[str, float], expected: str
) -> None:
    assert intent(text, requested, ranking, ("deny", 0.01)) == expected


# --- what is said --------------------------------------------------------------------------------------------------------


async def _said(action_text: str, wanted: str, told_by_backend: dict[str, object], **more: object) -> str:
    known = {"answer": "可以匿名。" if "匿名" in action_text else "", "key": "anonymous"}
    fake = FakeBackend({PATCH: (200, told_by_backend), "POST faqs/answer": (200, known), **more})
    async with running(fake):
        text, _, _ = await run("validate_complaint_form", tracker(action_text, wanted, draft={"form": {"requested": "address"}}))
    return text


async def test_the_chat_around_an_answer_is_not_answered() -> None:
    assert "哈哈" not in await _said("怪不得回得这么快 昨天没的", "chitchat", drafted(changed=["occurred_at"]))
    assert "报完" in await _said("今天天气真冷啊", "chitchat", drafted())


async def test_what_is_granted_is_not_explained() -> None:
    text = await _said("我匿名行不行", "ask_faq", drafted(remarks=["anonymous_noted"], changed=["anonymous"]))
    assert "可以匿名" not in text
    assert "匿名" in text or "不留您的名字" in text


async def test_a_call_in_the_form_is_answered_without_beginning_anew() -> None:
    text = await _said("在吗", "greet", drafted())
    assert "在呢" in text
    assert "您好" not in text


async def test_the_other_order_is_named_when_it_is_asked_after_in_the_middle() -> None:
    status = {
        "text": "您这件事办理中。",
        "again": "还是办理中。",
        "category": "道路设施",
        "subcategory": "路灯",
        "number": "261121000017",
    }
    fake = {ORDERS: (200, {"items": [order()], "next": None}), LOOKUP: (200, status)}
    assert "您报的“路灯”办理中。" in await _said("我上回报的那个咋样了", "query_status", drafted(), **fake)


def test_the_stand_in_for_the_model_hears_no_heat_in_noise() -> None:
    assert guesses_of("写成噪音吧") == ()


@pytest.mark.parametrize(("said", "open_question"), [("记不清了", Ask.CONTACT_PHONE), ("入冬那阵", Ask.CONTACT_PHONE)])
def test_a_spoken_answer_without_a_fact_is_an_answer_too(said: str, open_question: Ask) -> None:
    asked_when = told(fresh(), ("翠园小区6号楼2单元301暖气不热", "report_complaint")).form
    assert asked_when.requested is Ask.OCCURRED_AT
    step = told(asked_when, turn(said, attachments=({"kind": "voice", "media_id": "v1"},)))
    assert (step.form.requested, len(step.form.draft.attachments)) == (open_question, 1)


def test_a_spoken_yes_files_although_a_recording_comes_with_it() -> None:
    read_back = told(fresh("17000000009"), ("翠园小区6号楼2单元301昨天起暖气不热", "report_complaint")).form
    assert read_back.requested is Ask.CONFIRM
    step = told(read_back, turn("对就这个赶紧的啊", "affirm", attachments=({"kind": "voice", "media_id": "v1"},)))
    assert step.outcome is Outcome.FILE
