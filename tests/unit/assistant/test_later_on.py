"""What comes after filing: which order is meant without asking, a list that stays in mind, secrecy, missed calls, two things at
once."""

from __future__ import annotations

from typing import Any

import pytest

from actions import replies
from backend.contracts.conversations import Address
from backend.contracts.understanding import CategoryGuess
from backend.domain.drafting.context import wishes_of
from backend.domain.drafting.model import Previous
from backend.domain.drafting.same_place import same_place, speaks_of_it
from backend.domain.language.answers import parse_rating
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.normalise import to_traditional
from backend.domain.language.wishes import gives_up, says
from tests.unit.assistant.builders import fresh, told, turn
from tests.unit.assistant.fake_backend import drafted, order, running, tracker
from tests.unit.assistant.test_actions import LOOKUP, PATCH, run
from tests.unit.assistant.test_after_filing import FAQ, FIRST, LAMP, SECOND, THIRD, WATER, done, own, three, verdict
from tests.unit.assistant.test_context import intent

HANDOVER = "POST conversations/c1/handover"


def place(**parts: str) -> dict[str, Any]:
    return {"facts": {"address": {"address": parts}}}


def told_of(key: str, **values: str) -> list[str]:
    return [line.format(**values) for line in replies.table()[key]]


# --- which one is meant


@pytest.mark.parametrize(
    ("said", "parsed", "expected"),
    [
        ("最近报的那个催催", {}, FIRST),
        ("刚报的那件快点", {}, FIRST),
        ("头一个报的催一下", {}, THIRD),
        ("最早那个催催", {}, THIRD),
        ("路口那个催催", {}, SECOND),
        ("那个路口的事快点", {}, SECOND),
        ("6号楼那个催催", place(building="6"), THIRD),
    ],
)
async def test_one_of_several_is_meant_by_its_age_its_place_or_its_name(said: str, parsed: dict[str, Any], expected: str) -> None:
    known = {"address": {"text": "翠园小区6号楼", "building": "6"}}
    orders = [
        order(FIRST, address={"building": "3"}, description="冰凉"),
        order(SECOND, **LAMP),
        order(THIRD, **{**WATER, **known}),
    ]
    async with running(own(*orders)) as fake:
        await run("action_urge", tracker(said, "urge", parsed=parsed))
    assert done(fake, "urge") == [expected]


@pytest.mark.parametrize("said", ["我的事都到哪了", "报的事快点", "那个快点", "7号楼那个催催"])
async def test_words_that_point_at_none_are_asked_about(said: str) -> None:
    async with running(three()) as fake:
        _, buttons, _ = await run("action_urge", tracker(said, "urge", parsed=place(building="7") if "7" in said else {}))
    assert done(fake, "urge") == []
    assert len(buttons) == 3


def listed(*served: str, **more: Any) -> dict[str, Any]:
    return {"pending": {"kind": "listed", "verb": "status", "numbers": [FIRST, SECOND, THIRD], "done": list(served), **more}}


@pytest.mark.parametrize(
    ("said", "wishes", "slots", "asked_after", "urged"),
    [
        ("第三个也问问", [], listed(FIRST), [THIRD], []),
        ("第2个呢", [], listed(FIRST), [SECOND], []),
        ("最后一个呢", [], listed(FIRST), [THIRD], []),
        ("2", [], listed(FIRST), [SECOND], []),
        ("第二个催催", ["urges"], listed(FIRST), [], [SECOND]),
        ("剩下的也催催", ["urges"], listed(FIRST), [], [SECOND, THIRD]),
        ("另一个呢", [], listed(FIRST, SECOND), [THIRD], []),
    ],
)
async def test_the_list_from_which_one_was_chosen_stays_in_mind(
    said: str, wishes: list[str], slots: dict[str, Any], asked_after: list[str], urged: list[str]
) -> None:
    async with running(three()) as fake:
        _, _, after = await run("action_add_note", tracker(said, "provide_info", slots=slots, parsed={"wishes": wishes}))
    assert [body["number"] for body in fake.bodies(LOOKUP)] == asked_after
    assert done(fake, "urge") == urged
    assert set(after["pending"]["done"]) >= {*asked_after, *urged}


@pytest.mark.parametrize(("said", "slots", "meta"), [
    ("2", listed(FIRST), {"rating_pending": True}),
    ("2", listed(FIRST, aged=True), {}),
    ("第三天了还没人来", listed(FIRST), {}),
])  # fmt: skip
async def test_a_digit_is_no_entry_of_a_list_where_it_may_be_a_score_or_the_list_is_old(
    said: str, slots: dict[str, Any], meta: dict[str, Any]
) -> None:
    async with running(three()) as fake:
        _, _, after = await run("action_small_talk", tracker(said, "chitchat", slots=slots, **meta))
    assert fake.bodies(LOOKUP) == []
    assert after["pending"]["aged"]


# --- secrecy


async def test_who_wants_to_stay_unknown_after_filing_is_hidden_from_then_on() -> None:
    parsed = {"facts": {"privacy": "confidential"}}
    async with running(own(order(FIRST))) as fake:
        text, _, _ = await run("action_add_note", tracker("别让他们知道是我报的", parsed=parsed))
    assert fake.bodies(f"POST work-orders/{FIRST}/note")[0]["confidential"] is True
    assert text in told_of("hidden_now", number=FIRST)


async def test_who_has_filed_nothing_and_wants_to_stay_unknown_is_taken_to_report() -> None:
    parsed = {"facts": {"privacy": "anonymous"}}
    async with running(own(**{PATCH: (200, drafted())})) as fake:
        _, _, slots = await run("action_add_note", tracker("我要匿名举报", parsed=parsed))
    assert (done(fake, "note"), slots.get("pending")) == ([], None)


@pytest.mark.parametrize(("said", "hidden"), [("能给我保密不", True), ("会不会被别人知道是我说的", False)])
async def test_a_question_about_secrecy_is_answered_and_a_wish_for_it_granted(said: str, hidden: bool) -> None:
    parsed = {"facts": {"privacy": "confidential"}, "faq": {"key": "privacy"}}
    async with running(own(order(FIRST), **{FAQ: (200, {"key": "privacy", "answer": "只给办事的人用。"})})) as fake:
        await run("action_answer_faq", tracker(said, "ask_faq", parsed=parsed))
    assert done(fake, "note") == ([FIRST] if hidden else [])


async def test_who_is_hidden_already_hears_just_that() -> None:
    async with running(own(order(FIRST, confidential=True))) as fake:
        text, _, _ = await run("action_answer_faq", tracker("他们看得到我电话吗", "ask_faq", parsed={"faq": {"key": "privacy"}}))
    assert text in told_of("hidden_now", number=FIRST)
    assert fake.bodies(FAQ) == []


@pytest.mark.parametrize("wish", ["provide_info", "urge", "cancel", "chitchat"])
def test_a_wish_to_stay_unknown_belongs_to_the_order_whatever_it_sounds_like(wish: str) -> None:
    assert intent("千万别让他们知道是我举报的啊", "", (wish, 0.8)) == "provide_info"


# --- calls


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("刚才有个座机给我打电话我没接着", True),
        ("有个未接来电是你们不", True),
        ("让他再打一遍呗 我在家了", True),
        ("方才是谁给我打的电话", True),
        ("打了好几遍物业电话都没人接", False),
        ("我再给你们打一个", False),
        ("再打一次分", False),
        ("昨晚没听见广场舞", False),
    ],
)
def test_a_missed_call_is_known_by_its_words(said: str, is_one: bool) -> None:
    assert says("missed_call", said) is is_one


@pytest.mark.parametrize(("orders", "key", "noted"), [([order(FIRST)], "called_noted", [FIRST]), ([], "called_by_whom", [])])
async def test_a_missed_call_is_passed_on_to_those_who_have_the_order(orders: list[Any], key: str, noted: list[str]) -> None:
    said = "刚才有个座机给我打电话我没接着 是你们不"
    async with running(own(*orders)) as fake:
        text, _, _ = await run("action_add_note", tracker(said, parsed={"wishes": ["missed_call", "asks"]}))
    assert text in told_of(key, unit="供热公司", number=FIRST)
    assert done(fake, "note") == noted


# --- two things at once


async def test_a_question_beside_the_wish_for_haste_is_answered_first() -> None:
    async with running(own(order(FIRST))) as fake:
        text, _, _ = await run("action_urge", tracker("有没有人管啊 快点", "urge", parsed={"wishes": ["asks_after", "urges"]}))
    assert text.startswith("在办。")
    assert done(fake, "urge") == [FIRST]


async def test_what_they_are_to_know_is_noted_beside_the_question() -> None:
    said = "几点到 能提前打个招呼不"
    async with running(own(order(FIRST))) as fake:
        text, _, _ = await run("action_query_status", tracker(said, "query_status", parsed={"wishes": ["instructs"]}))
    assert text.startswith("在办。")
    assert said in fake.bodies(f"POST work-orders/{FIRST}/note")[0]["note"]


MORE = "另外新兴小区南门那段路昨天塌了个坑"


@pytest.mark.parametrize(("score", "comment"), [(5, ""), (1, "1分 糊弄人")])
async def test_a_score_and_a_new_trouble_behind_it_are_both_heard(score: int, comment: str) -> None:
    said = f"{comment or '满意 给5分'} {MORE}"
    parsed = {**verdict(score, said), **place(estate="新兴小区"), "wishes": ["another"], "issues": []}
    async with running(own(order(FIRST, "resolved"), **{PATCH: (200, drafted())})) as fake:
        await run("action_rate", tracker(said, "rate", parsed=parsed, rating_pending=True))
        assert done(fake, "rating") == []  # the form, which is called next, does both
        await run("validate_complaint_form", tracker(said, "rate", loop="complaint_form", parsed=parsed, rating_pending=True))
    rating = fake.bodies(f"POST work-orders/{FIRST}/rating")[0]
    assert (rating["satisfaction"], rating["comment"]) == (score, comment)
    assert fake.bodies(PATCH)[0]["text"] == MORE.removeprefix("另外")


async def test_what_is_added_to_a_verdict_is_no_trouble_of_its_own() -> None:
    parsed = {**verdict(4, "4分 另外师傅人挺好"), "wishes": ["another"]}
    async with running(own(order(FIRST, "resolved"))) as fake:
        await run("action_rate", tracker("4分 另外师傅人挺好", "rate", parsed=parsed, rating_pending=True))
    assert done(fake, "rating") == [FIRST]


@pytest.mark.parametrize(
    ("said", "intent_", "goes_along"),
    [
        ("店家到今天一分没退", "report_complaint", True),
        ("谢谢", "thanks", False),
        ("另外楼道灯也灭了", "report_complaint", False),
    ],
)
async def test_what_follows_a_bad_verdict_with_a_reason_is_more_of_it(said: str, intent_: str, goes_along: bool) -> None:
    slots = {"pending": {"kind": "why", "number": FIRST, "score": 1, "resolved": "partly", "comment": "糊弄人", "told": True}}
    parsed = {"wishes": ["another"]} if "另外" in said else {}
    async with running(own(order(FIRST), **{PATCH: (200, drafted())})) as fake:
        await run("validate_complaint_form", tracker(said, intent_, slots=slots, parsed=parsed))
    assert [body["comment"] for body in fake.bodies(f"POST work-orders/{FIRST}/rating")] == (
        [f"糊弄人。{said}"] if goes_along else []
    )


async def test_a_slip_of_the_finger_is_put_right_where_a_reason_was_asked() -> None:
    slots = {"pending": {"kind": "why", "number": FIRST, "score": 1, "resolved": "partly", "comment": "", "told": False}}
    rated = order(FIRST, "resolved", rating={"satisfaction": 1, "resolved": "partly", "comment": ""})
    async with running(own(rated)) as fake:
        parsed = {**verdict(4), "wishes": ["wrong"]}
        text, _, _ = await run("action_rate", tracker("点劈了 我是想点满意的", "rate", slots=slots, parsed=parsed))
    assert fake.bodies(f"POST work-orders/{FIRST}/rating")[0]["satisfaction"] == 4
    assert text in told_of("rated_revised", score="4")


# --- other people's numbers, misunderstandings, small remarks


@pytest.mark.parametrize(("said", "parsed"), [
    ("他电话我记不住", {"wishes": ["knows_not"]}), ("你就直接告诉我呗", {}), ("不知道", {"answer": {"kind": "dont_know"}}),
])  # fmt: skip
async def test_without_the_phones_tail_it_is_explained_why_nothing_is_told(said: str, parsed: dict[str, Any]) -> None:
    slots = {"pending": {"kind": "tail", "number": THIRD}}
    async with running(own()) as fake:
        text, _, after = await run("action_add_note", tracker(said, slots=slots, parsed=parsed))
    assert text in replies.table()["tail_needed"]
    assert (after["pending"], fake.bodies(LOOKUP)) == (slots["pending"], [])


async def test_two_messages_in_a_row_that_say_nothing_bring_a_person_whatever_they_were_taken_for() -> None:
    async with running(own(**{HANDOVER: (200, {})})) as fake:
        text, _, slots = await run("action_add_note", tracker("那啥", "provide_info"))
        assert text in replies.table()["what_now"]
        await run("action_answer", tracker("就那么地", "affirm", slots=slots))
    assert len(fake.bodies(HANDOVER)) == 1


async def test_what_is_understood_between_them_begins_the_count_anew() -> None:
    async with running(own(order(FIRST))):
        _, _, slots = await run("action_urge", tracker("快点", "urge", slots={"strangers": 1}))
    assert slots["strangers"] == 0


@pytest.mark.parametrize("said", ["算了 还是让人来说说吧", "算了"])
async def test_thinking_better_of_it_keeps_the_order_and_calls_nobody(said: str) -> None:
    slots = {"pending": {"kind": "withdraw", "number": FIRST, "text": "不告了"}}
    async with running(own(order(FIRST), **{HANDOVER: (200, {})})) as fake:
        text, _, _ = await run(
            "action_hand_over", tracker(said, "ask_human", slots=slots, parsed={"wishes": ["gives_up_softly"]})
        )
    assert text in replies.table()["withdraw_kept"]
    assert (done(fake, "withdraw"), fake.bodies(HANDOVER)) == ([], [])


async def test_a_person_named_by_name_is_called_though_the_order_is_kept() -> None:
    slots = {"pending": {"kind": "withdraw", "number": FIRST, "text": "撤"}}
    parsed = {"wishes": ["gives_up_softly"]}
    async with running(own(order(FIRST), **{HANDOVER: (200, {})})) as fake:
        await run("action_hand_over", tracker("算了 给我转人工", "ask_human", slots=slots, parsed=parsed))
    assert len(fake.bodies(HANDOVER)) == 1


@pytest.mark.parametrize(
    ("said", "taken_back"), [("是 人家自己拔了", True), ("对 都几天了", False), ("是啊 咋还没来", False), ("行 先等等吧", False)]
)
async def test_a_yes_with_its_reason_takes_the_order_back(said: str, taken_back: bool) -> None:
    slots = {"pending": {"kind": "withdraw", "number": FIRST, "text": "撤"}}
    async with running(own(order(FIRST))) as fake:
        await run("action_answer", tracker(said, "affirm", slots=slots, parsed={"wishes": wishes_of(said)}))
    assert done(fake, "withdraw") == ([FIRST] if taken_back else [])


@pytest.mark.parametrize("said", ["换热站那个可别给我撤了啊", "不要取消"])
async def test_what_is_not_to_be_taken_back_is_not_asked_about(said: str) -> None:
    async with running(own(order(FIRST))) as fake:
        text, buttons, _ = await run("action_withdraw", tracker(said, "cancel"))
    assert text in replies.table()["withdraw_kept"]
    assert (buttons, done(fake, "withdraw")) == ([], [])


@pytest.mark.parametrize("said", ["刚才火气大了点 你别往心里去", "方才话说重了", "我刚才太着急了"])
async def test_who_is_sorry_is_told_that_nothing_happened(said: str) -> None:
    assert intent(said, "", ("chitchat", 0.5)) == "chitchat"
    async with running(own()):
        text, _, _ = await run("action_small_talk", tracker(said, "chitchat", parsed={"wishes": ["apologises"]}))
    assert text in replies.table()["no_offence"]


@pytest.mark.parametrize(
    ("said", "wish"),
    [("中 那我就等着了 受累了啊", "urge"), ("行 那我就搁家等着", "query_status"), ("知道了 等你们信", "chitchat")],
)
def test_to_wait_with_thanks_is_no_wish_for_haste(said: str, wish: str) -> None:
    assert intent(said, "", (wish, 0.6)) == "thanks"


@pytest.mark.parametrize(
    ("said", "expected"),
    [("我那公厕的事弄没弄啊", "query_status"), ("我报的那路灯咋样了", "query_status"), ("我那亲戚的事挺闹心", "chitchat")],
)
def test_after_a_joke_the_matter_is_asked_after_all_the_same(said: str, expected: str) -> None:
    assert intent(said, "", ("chitchat", 0.7)) == expected


@pytest.mark.parametrize("wish", ["ask_faq", "out_of_scope"])
async def test_another_citys_matter_is_told_where_to_turn(wish: str) -> None:
    action = {"ask_faq": "action_answer_faq", "out_of_scope": "action_small_talk"}[wish]
    answers = {FAQ: lambda body: (200, {"key": body["key"], "answer": "打12345。" if body["key"] == "elsewhere" else ""})}
    async with running(own(**answers)):
        text, _, _ = await run(action, tracker("营口那边停水找谁", wish, parsed={"wishes": ["elsewhere"], "faq": {"key": "who"}}))
    assert text == "打12345。"


@pytest.mark.parametrize(
    ("said", "taken_for", "expected"),
    [
        ("我把短信删了 单号多少来着", "cancel", "query_status"),
        ("再不来我可自己找人修了", "cancel", "urge"),
        ("能不能换个人来 上回那个太糊弄", "ask_human", "dispute_result"),
        ("管道师傅嫌远不乐意来咋整", "report_complaint", "dispute_result"),
        ("不着急 啥时候有空啥时候来就行", "query_status", "provide_info"),
        ("这个分我不想打了", "cancel", "rate"),
        ("周末给不给修", "report_complaint", "ask_faq"),
        ("取暖费啥时候交", "report_complaint", "ask_faq"),
        ("照片发哪", "ask_faq", "provide_info"),
        ("吃饱了没", "query_status", "chitchat"),
        ("更严重了 都流到楼下去了", "cancel", "provide_info"),
        ("刚才电话里那个人态度可差了", "query_status", "dispute_result"),
        ("找你们领导 我要投诉你们", "report_complaint", "ask_human"),
        ("这回得几天", "provide_info", "query_status"),
        ("那我还得等到啥时候", "urge", "query_status"),
        ("那我还得等到啥时候", "query_status", "query_status"),
        ("半夜给你发你也回啊?", "chitchat", "ask_faq"),
        ("要不这个别办了 我怕得罪人", "cancel", "cancel"),
        ("评价是匿名的不", "ask_faq", "ask_faq"),
        ("10号楼的呢", "provide_info", "query_status"),
        ("跟师傅说一声 上午我遛弯去 下晌三点往后来", "urge", "provide_info"),
        ("跟他们说快点来", "urge", "urge"),
        ("再不走就晚了", "chitchat", "chitchat"),
        ("我得几号去交钱", "ask_faq", "ask_faq"),
        ("师傅要来的话走北门 南门修路呢", "query_status", "provide_info"),
        ("多敲会儿门 老人耳朵不好", "report_complaint", "provide_info"),
        ("别人能看见我报的啥不", "query_status", "ask_faq"),
        ("能给我念念我报的啥不", "ask_faq", "query_status"),
    ],
)
def test_few_words_about_what_was_filed_mean_what_they_say(said: str, taken_for: str, expected: str) -> None:
    assert intent(said, "", (taken_for, 0.7)) == expected


@pytest.mark.parametrize("said", ["短信删了", "通知给删了 单号没了", "把短信给删了"])
def test_a_text_that_was_deleted_takes_nothing_back(said: str) -> None:
    assert not gives_up(said)


@pytest.mark.parametrize(
    ("said", "score"),
    [("给个中评吧", 3), ("也就那么回事", 3), ("修得稀碎", 1), ("挺拉胯的", 2), ("老地道了", 5), ("4分吧 扣一分是因为没打扫", 4)],
)
def test_verdicts_in_the_words_of_the_street_are_scores(said: str, score: int) -> None:
    assert parse_rating(said) == score


async def test_who_is_in_no_hurry_is_believed() -> None:
    async with running(own(order(FIRST))) as fake:
        text, _, _ = await run("action_add_note", tracker("不着急", parsed={"wishes": ["no_hurry"]}))
    assert text in told_of("no_hurry_noted", number=FIRST)
    assert done(fake, "note") == [FIRST]


async def test_the_number_that_was_lost_is_told_with_the_state() -> None:
    async with running(own(order(FIRST))):
        text, _, _ = await run(
            "action_query_status", tracker("短信删了 单号多少来着", "query_status", parsed={"wishes": ["asks_number"]})
        )
    assert FIRST in text


# --- the same place


HOME = Address("翠园小区9号楼4单元301室", estate="翠园小区", building="9", unit="4", room="301")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("也是我们这个单元", {"estate": "翠园小区", "building": "9", "unit": "4"}),
        ("还是我们这栋楼 天台门坏了", {"estate": "翠园小区", "building": "9"}),
        ("就在我们小区 健身器材断了", {"estate": "翠园小区"}),
        ("同一个地址", {"estate": "翠园小区", "building": "9", "unit": "4", "room": "301"}),
        ("还是我家", {"estate": "翠园小区", "building": "9", "unit": "4", "room": "301"}),
    ],
)
def test_as_much_of_the_last_place_is_the_same_as_is_said(said: str, kept: dict[str, str]) -> None:
    found = same_place(said, HOME)
    assert {name: value for name, value in vars(found).items() if value and name != "text"} == kept
    assert found.text


@pytest.mark.parametrize(
    ("said", "just_filed", "speaks"),
    [
        ("也是我们这个单元 五楼堆了纸壳", False, True),
        ("我们单元一楼灯也坏了", True, True),
        ("我们单元一楼灯也坏了", False, False),
        ("楼上漏水 还是没人管", True, False),
        ("翠园小区6号楼没水", True, False),
        ("还是楼上那家吵", True, False),
    ],
)
def test_the_last_place_is_taken_only_where_it_is_spoken_of(said: str, just_filed: bool, speaks: bool) -> None:
    assert speaks_of_it(said, just_filed=just_filed) is speaks


def test_the_floor_that_is_told_beside_goes_with_the_place_that_is_the_same() -> None:
    heaped = CategoryGuess("消防/安全隐患", "楼道堆物", "1303", 0.95)
    said = turn("也是我们这个单元 五楼缓台堆了纸壳子", "report_complaint", guesses=(heaped,), previous=Previous(HOME, ""))
    step = told(fresh(), said)
    address = step.form.draft.address
    assert (address.estate, address.building, address.unit, address.floor, address.room) == ("翠园小区", "9", "4", "5", "")
    assert "我们这个单元" not in step.form.gist


# --- dangers that are none


@pytest.mark.parametrize(
    "said",
    [
        "中 那我就等着了 受累了啊", "好嘞等着了", "我接着了电话", "炉子着了 不用来了",
        "师傅捅了两下下水道就走了",
        "捅了两下就走了 晚上又返上来一地", "有喘气的没 出来一个", "家里有狗 进门喊一声", "更严重了 都流到楼下去了",
        "是 人家自己拔了", "电梯今早又撂挑子了 我七十三了爬十一楼",
    ],
)  # fmt: skip
def test_waiting_lighting_the_stove_and_poking_a_drain_endanger_nobody(said: str) -> None:
    assert screen_emergency(said) is None


@pytest.mark.parametrize(
    "said", ["他拿刀捅了两下", "有人被捅了", "楼道着了快来人", "院里有狗追着人咬", "电梯停半道 里头有人", "厨房着了 我等着你们"]
)
def test_the_dangers_beside_them_are_heard_as_before(said: str) -> None:
    assert screen_emergency(said) is not None


def test_a_street_behind_a_particle_is_no_other_word_in_traditional_script() -> None:
    assert to_traditional("已经催了解放街道办事处,您了解一下") == "已經催了解放街道辦事處,您瞭解一下"


def test_a_leak_and_a_telephone_that_nobody_answers_are_no_missed_call() -> None:
    assert not says("missed_call", "屋里暖气冰凉 楼上也漏水 供热电话打不通")
    assert says("missed_call", "刚才漏接了你们电话")
