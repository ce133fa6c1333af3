"""After filing: what is put right is named, what was taken back by mistake is filed again, what a person was told."""

from __future__ import annotations

from typing import Any

import pytest

from actions import correcting, each_clause, list_places, replies
from actions.turn import Talk
from actions.wording import is_rated_now, status_line
from backend.domain.drafting.context import wishes_of
from backend.domain.language.answers import explicit_score, parse_rating, slipped_score
from backend.domain.language.wishes import says
from tests.unit.assistant.fake_backend import FakeBackend, drafted, order, running, tracker
from tests.unit.assistant.test_actions import ORDERS, PATCH, run
from tests.unit.assistant.test_after_filing import FIRST, LAMP, SECOND, THIRD, WATER, done, own
from tests.unit.assistant.test_after_told import heard, said_of
from tests.unit.assistant.test_context import intent

HOME = {"estate": "翠园小区", "building": "12", "unit": "1"}
MESSY = {"category": "环境卫生", "subcategory": "垃圾清运", "description": "垃圾没人收"}
WENT = {"closed_at": "2026-11-21T10:00:00+08:00"}
FILED = "POST work-orders"


def filed(number: str = FIRST, state: str = "dispatched", **values: Any) -> dict[str, Any]:
    """An order with all that a correction or a second filing needs."""
    known = {
        "address": HOME,
        "occurred_at": {"text": "十多天了"},
        **dict.fromkeys(("anonymous", "confidential"), False),
        **dict.fromkeys(("contact_name", "grid_code"), ""),
        "attachments": [],
        "events": [],
        "clocks": WENT,
        "round": 1,
        "urgency": "normal",
        "service_code": "0701",
        **dict.fromkeys(("channel_user_id", "contact_phone"), "17000000002"),
        "channel": "sms",
    }
    return order(number, state, **{**MESSY, **known, **values})


def talk(text: str, name: str = "correct_previous_detail", **facts: Any) -> Talk:
    message = {"text": text, "intent": {"name": name}, "facts": facts, "wishes": wishes_of(text)}
    return Talk(tracker=None, message=message, meta={}, said={})  # type: ignore[arg-type]


def place(**parts: str) -> dict[str, Any]:
    return {"address": {"address": parts}}


def when(text: str, kind: str = "since") -> dict[str, Any]:
    return {"occurred_at": {"occurred_at": {"text": text, "kind": kind}}}


def phone(number: str, kind: str = "full") -> dict[str, Any]:
    return {"phones": [{"number": number, "kind": kind}]}


# --- what is put right is named


@pytest.mark.parametrize(
    ("said", "facts", "named"),
    [
        ("楼号错了 是21号楼", place(building="21"), ["楼号:12号楼 → 21号楼"]),
        ("刚才楼号报错了 不是12是21", {}, ["楼号:12号楼 → 21号楼"]),
        ("说错了 是21号楼2单元", place(building="21", unit="2"), ["楼号:12号楼 → 21号楼", "单元:1单元 → 2单元"]),
        ("不对 是常青小区", place(estate="常青小区", building="12"), ["小区:翠园小区 → 常青小区"]),
        ("时间也不对 是上礼拜六开始的", when("上礼拜六开始"), ["时间:十多天了 → 上礼拜六开始"]),
        ("昨天报错了 是21号楼", {**place(building="21"), **when("昨天", "point")}, ["楼号:12号楼 → 21号楼"]),
        ("电话后四位说错了,是0377", phone("0377", "tail"), ["电话:17000000002 → 17000000377"]),
        ("电话后四位说错了,是0377", phone("17000000377", "tail"), ["电话:17000000002 → 17000000377"]),
        ("电话换了 打17000008899", phone("17000008899"), ["电话:17000000002 → 17000008899"]),
        ("说错了 是漏水 不是停水", {}, []),
        ("说错了 号码是1700", phone("1700", "invalid"), []),
    ],
)
def test_each_field_that_is_put_right_is_named_with_what_it_was(said: str, facts: dict[str, Any], named: list[str]) -> None:
    assert [change.for_handlers for change in correcting.changes(talk(said, **facts), filed())] == named


def test_what_was_never_told_has_no_old_value_and_an_addition_corrects_nothing() -> None:
    bare = filed(address={}, contact_phone="", occurred_at=None)
    told = correcting.changes(talk("写错了 是3单元 电话尾号0377", **place(unit="3"), **phone("0377", "tail")), bare)
    assert [change.for_handlers for change in told] == ["单元:3单元", "电话:后4位0377"]
    adds = talk("补充一下 是21号楼", "provide_info", **place(building="21"))
    assert correcting.changes(adds, filed()) == []
    assert correcting.note_of(adds, adds.text, []) == "居民补充:补充一下 是21号楼"


async def test_the_note_says_what_is_right_now_and_keeps_the_residents_words() -> None:
    said = "楼号错了 是21号楼"
    async with running(own(filed())) as fake:
        text, _, _ = await run("action_add_note", heard(said, "correct_previous_detail", parsed={"facts": place(building="21")}))
    body = fake.bodies(f"POST work-orders/{FIRST}/note")[0]
    assert (body["note"], body["corrects"]) == ("居民更正 楼号:12号楼 → 21号楼。原话:楼号错了 是21号楼", True)
    assert text in said_of("note_corrected", what="21号楼", number=FIRST)


async def test_a_correction_of_the_story_alone_is_marked_as_one() -> None:
    async with running(own(filed())) as fake:
        text, _, _ = await run("action_add_note", heard("说错了 是渗水 不是漏水", "correct_previous_detail"))
    body = fake.bodies(f"POST work-orders/{FIRST}/note")[0]
    assert (body["note"], body["corrects"]) == ("居民更正:说错了 是渗水 不是漏水", True)
    assert text in said_of("note_added", number=FIRST)


async def test_what_is_added_is_no_correction() -> None:
    async with running(own(filed())) as fake:
        await run("action_add_note", heard("补充一下 边上还有个沙发", "provide_info"))
    assert "corrects" not in fake.bodies(f"POST work-orders/{FIRST}/note")[0]


async def test_a_new_telephone_is_one_for_everything_that_is_being_done() -> None:
    said = heard("电话换了 打17000008899", "correct_previous_detail", parsed={"facts": phone("17000008899")})
    async with running(own(filed(), filed(SECOND, **LAMP))) as fake:
        text, _, slots = await run("action_add_note", said)
    assert done(fake, "note") == [FIRST, SECOND]
    assert text in said_of("note_corrected_all", what="电话17000008899", count="2")
    assert slots.get("pending") is None


async def test_a_place_that_is_put_right_names_the_order_where_there_are_several() -> None:
    said = heard("楼号错了 是21号楼", "correct_previous_detail", parsed={"facts": place(building="21")})
    async with running(own(filed(), filed(SECOND, **LAMP))) as fake:
        text, _, slots = await run("action_add_note", said)
    assert done(fake, "note") == [FIRST]
    assert text in said_of("note_corrected_of", what="垃圾清运", new="21号楼", number=FIRST)
    assert slots["pending"]["said"].startswith("居民更正 楼号")


@pytest.mark.parametrize("said", ["都给我改过来没", "楼号改了没有", "记上没", "写上了吗"])
async def test_who_asks_whether_it_was_written_down_hears_where_it_stands(said: str) -> None:
    assert intent(said, "", ("query_status", 0.8)) == "provide_info"
    noted = filed(events=[{"type": "noted", "actor": "resident"}])
    async with running(own(noted)) as fake:
        text, _, _ = await run("action_add_note", heard(said, "provide_info"))
    assert text in said_of("noted_there", number=FIRST)
    assert done(fake, "note") == []


# --- more about an order than which one it is


NOTED = {"kind": "noted", "number": FIRST, "numbers": [FIRST, SECOND], "said": "居民补充:[图片]", "files": {}}


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ("这是路灯那个的", True),
        ("路灯那件的照片", True),
        ("再补一句 路灯杆子也歪了", False),
        ("路灯那边上还有根电线耷拉着", False),
    ],
)
async def test_only_a_message_that_says_no_more_moves_what_was_noted(said: str, moved: bool) -> None:
    async with running(own(order(FIRST, **WATER), order(SECOND, **LAMP))) as fake:
        await run("action_add_note", heard(said, "provide_info", slots={"pending": NOTED}))
    notes = [body["note"] for body in fake.bodies(f"POST work-orders/{SECOND}/note")]
    assert notes == (["居民补充:[图片]"] if moved else [f"居民补充:{said}"])


# --- wishes by place in the list


@pytest.mark.parametrize(
    ("said", "named"),
    [("第二个催催", 2), ("第3件", 3), ("头一个", 1), ("最后那个", list_places.LAST), ("第二天就坏了", 0), ("第一次报的", 0)],
)
def test_a_place_in_a_list_is_no_day_and_no_time(said: str, named: int) -> None:
    assert list_places.place_in(said) == named


@pytest.mark.parametrize(
    ("said", "wished"),
    [
        ("第一个撤了 第二个催催", [(THIRD, "withdraw"), (SECOND, "urge")]),
        ("第一个撤了第二个给我催催", [(THIRD, "withdraw"), (SECOND, "urge")]),
        ("最后一个不用修了,另外两个", []),
        ("停水那个催一下,路灯那个到哪了", [(THIRD, "urge"), (SECOND, "status")]),
        ("停水那个撤了,路灯那个也撤了", []),
        ("第二个催催", []),
        ("第二个催催 快点给我修", []),
    ],
)
def test_each_clause_says_what_is_wanted_of_the_order_it_names(said: str, wished: list[tuple[str, str]]) -> None:
    reported = [order(THIRD, **WATER), order(SECOND, **LAMP), order(FIRST)]
    found = each_clause.wishes_of_each(talk(said, "urge"), reported)
    assert {(each["number"], verb) for each, verb, _ in found} == set(wished)


async def test_of_two_orders_the_first_is_the_one_that_was_reported_first() -> None:
    newest_first = (order(FIRST, **LAMP), order(SECOND, **WATER))
    async with running(own(*newest_first)) as fake:
        text, _, slots = await run("action_withdraw", heard("第一个撤了 第二个催催", "cancel"))
    assert done(fake, "urge") == [FIRST]
    assert done(fake, "withdraw") == []
    assert slots["pending"]["number"] == SECOND
    assert any(line.format(number=SECOND, what="11月20日报的“停水”") in text for line in replies.table()["withdraw_confirm"])


async def test_after_a_list_its_own_order_counts() -> None:
    pending = {"kind": "pick", "verb": "status", "numbers": [FIRST, SECOND], "text": "咋样了"}
    async with running(own(order(FIRST, **LAMP), order(SECOND, **WATER))) as fake:
        _, _, slots = await run("action_withdraw", heard("第一个撤了 第二个催催", "cancel", slots={"pending": pending}))
    assert done(fake, "urge") == [SECOND]
    assert slots["pending"]["number"] == FIRST


# --- taken back by mistake


@pytest.mark.parametrize(
    "said", ["撤错了", "哎呀 撤错了 给我恢复", "不该撤那个", "刚才点错了 撤了", "还是别撤了", "撤的那个还要办"]
)
def test_what_was_taken_back_and_is_wanted_again_is_known_by_its_words(said: str) -> None:
    assert says("takes_back_withdrawal", said)
    assert intent(said, "", ("correct_previous_detail", 0.6)) in ("cancel", "correct_previous_detail")


@pytest.mark.parametrize("said", ["撤了吧", "要不撤了", "把那个撤掉", "撤单", "他们撤摊了又来"])
def test_a_wish_to_take_back_is_not_taken_for_a_mistake(said: str) -> None:
    assert not says("takes_back_withdrawal", said)


def again() -> dict[str, Any]:
    return filed(THIRD)


async def test_what_was_taken_back_by_mistake_is_filed_again_with_all_that_was_told() -> None:
    gone = filed(state="withdrawn", attachments=[{"kind": "image", "media_id": "m1", "sha256": None}], grid_code="g1")
    fake = own(gone, again(), **{FILED: (201, again())})
    async with running(fake):
        text, _, _ = await run("action_withdraw", heard("哎呀 撤错了", "cancel"))
    body = fake.bodies(FILED)[0]
    assert (body["description"], body["address"], body["contact_phone"]) == ("垃圾没人收", HOME, "17000000002")
    assert (body["on_behalf_of"], body["channel"], body["grid_code"]) == ("c1", "sms", "g1")
    assert body["attachments"] == [{"kind": "image", "media_id": "m1"}]
    assert FIRST in fake.bodies(f"POST work-orders/{THIRD}/note")[0]["note"]
    assert text in said_of("refiled", number=THIRD, unit="供热公司", due=",11月24日(周二)前办完")


@pytest.mark.parametrize("said", ["点错了", "不对 不是这个", "还是给我报上吧", "别撤了"])
async def test_right_after_it_a_slip_is_enough(said: str) -> None:
    asked = {"pending": {"kind": "withdrawn", "number": FIRST}}
    fake = own(filed(state="withdrawn"), filed(SECOND, "withdrawn"), again(), **{FILED: (201, again())})
    async with running(fake):
        await run("action_answer", heard(said, "deny", slots=asked))
    assert [body["description"] for body in fake.bodies(FILED)] == ["垃圾没人收"]


async def test_after_some_days_it_is_not_brought_back_by_itself() -> None:
    old = filed(state="withdrawn", clocks={"closed_at": "2026-11-15T10:00:00+08:00"})
    async with running(own(old)) as fake:
        text, _, _ = await run("action_withdraw", heard("撤错了", "cancel"))
    assert fake.bodies(FILED) == []
    assert text in said_of("no_open_order")


@pytest.mark.parametrize("said", ["撤错了", "不撤 让他们来看一眼", "谁说要撤了", "别给我撤"])
async def test_where_nothing_was_taken_back_everything_stays(said: str) -> None:
    async with running(own(filed(), filed(SECOND, **LAMP))) as fake:
        text, _, _ = await run("action_withdraw", heard(said, "cancel"))
    assert text in said_of("withdraw_kept")
    assert (done(fake, "withdraw"), fake.bodies(FILED)) == ([], [])


async def test_who_says_that_it_broke_again_is_offered_what_was_taken_back() -> None:
    gone, said = filed(state="withdrawn"), "又不好使了 还得你们来"
    fake = own(gone, **{FILED: (201, again()), f"POST work-orders/{THIRD}/note": (200, again())})
    async with running(fake):
        text, _, slots = await run("action_dispute", heard(said, "dispute_result"))
        assert text in said_of("refile_ask", what="垃圾清运")
        assert fake.bodies(FILED) == []
        await run("action_answer", tracker("行", "affirm", slots=slots, parsed={"answer": {"kind": "yes"}}))
    assert len(fake.bodies(FILED)) == 1
    assert said in fake.bodies(f"POST work-orders/{THIRD}/note")[0]["note"]


@pytest.mark.parametrize(("said", "meant", "filed_again"), [("不用了", "deny", False), ("快点吧", "urge", True)])
async def test_the_offer_is_answered_in_other_words_too(said: str, meant: str, filed_again: bool) -> None:
    asked = {"pending": {"kind": "refile", "number": FIRST, "text": "又坏了"}}
    fake = own(filed(state="withdrawn"), again(), **{FILED: (201, again())})
    async with running(fake):
        await run("action_answer", heard(said, meant, slots=asked))
    assert len(fake.bodies(FILED)) == filed_again


# --- verdicts


@pytest.mark.parametrize(
    ("said", "resolved"), [("解决了 挺干净", "yes"), ("解决了 没啥问题", "yes"), ("水来了 不漏了", "yes"), ("修了一半", "partly")]
)
async def test_solved_is_solved_whatever_the_classifier_hears(said: str, resolved: str) -> None:
    pending = {"kind": "solved", "number": FIRST, "score": 5, "comment": ""}
    async with running(own(filed(state="closed"))) as fake:
        await run("action_dispute", heard(said, "dispute_result", slots={"pending": pending}))
    told = [body["resolved"] for body in fake.bodies(f"POST work-orders/{FIRST}/rating")]
    assert told == ([] if resolved == "yes" else [resolved])
    assert done(fake, "note") == []


@pytest.mark.parametrize(
    ("said", "resolved", "key"),
    [
        ("这回行了 给个四分", "yes", "rated_done"),
        ("给3分吧 还有一盏不亮", "partly", "rated_partly"),
        ("四分", "yes", "rated_solved"),
    ],
)
async def test_how_far_it_is_solved_is_not_asked_where_it_stands_beside_the_score(said: str, resolved: str, key: str) -> None:
    fake = own(filed(state="resolved"))
    async with running(fake):
        text, _, _ = await run("action_rate", heard(said, "rate"))
    body = fake.bodies(f"POST work-orders/{FIRST}/rating")[0]
    assert body["resolved"] == resolved
    assert text in said_of(key, score=str(parse_rating(said)))


async def test_the_score_of_a_round_before_is_not_revised_by_the_next() -> None:
    redone = filed(state="resolved", round=2, rating={"satisfaction": 1, "resolved": "no", "comment": "没修", "round": 1})
    assert not is_rated_now(redone)
    fake = own(redone)
    async with running(fake):
        text, _, _ = await run("action_rate", heard("这回好了 给个4分吧", "rate"))
    assert "没修" not in fake.bodies(f"POST work-orders/{FIRST}/rating")[0]["comment"]
    assert text in said_of("rated_done", score="4")


@pytest.mark.parametrize(
    ("said", "score"),
    [("刚才没戴眼镜 应该是5", 5), ("眼神不好 想给四", 4), ("没戴老花镜按错了 改成5", 5), ("眼睛花 楼号应该是5号楼", None)],
)
def test_a_score_given_without_glasses_is_put_right(said: str, score: int | None) -> None:
    assert (slipped_score(said), explicit_score(said)) == (score, score)
    assert (intent(said, "", ("report_complaint", 0.8)) == "rate") is (score is not None)


def test_one_line_of_an_order_that_waits_for_the_reason_of_a_bad_score_says_so() -> None:
    bad = filed(state="resolved", rating={"satisfaction": 1, "resolved": "partly", "comment": "", "round": 1})
    assert status_line(bad) == "垃圾清运:您打了1分,等您说哪儿没弄好"
    assert "等您打分" in status_line({**bad, "rating": None})
    assert "等您打分" in status_line({**bad, "round": 2})


# --- what a person was told


async def test_what_a_person_was_told_opens_no_second_form() -> None:
    said = heard("屋里才14度", "report_complaint", told_to_people="暖气不热 常青小区5号楼")
    async with running(FakeBackend({ORDERS: (200, {"items": []}), PATCH: (200, drafted())})) as fake:
        text, _, slots = await run("validate_complaint_form", said)
    assert text in said_of("same_as_told")
    assert (slots["requested_slot"], slots["pending"]["kind"]) == (None, "with_people")
    assert fake.bodies(PATCH) == []


@pytest.mark.parametrize(
    ("said", "facts", "told"),
    [
        ("路灯不亮", {}, ""),
        ("路灯不亮", {}, "你好"),
        ("翠园小区路灯不亮", place(estate="翠园小区"), "暖气不热 常青小区5号楼"),
        ("另外路灯也不亮", {}, "暖气不热 常青小区5号楼"),
    ],
)
async def test_a_matter_of_its_own_is_a_report(said: str, facts: dict[str, Any], told: str) -> None:
    fake = FakeBackend({ORDERS: (200, {"items": []}), PATCH: (200, drafted())})
    async with running(fake):
        await run("validate_complaint_form", heard(said, "report_complaint", told_to_people=told, parsed={"facts": facts}))
    assert len(fake.bodies(PATCH)) == 1


@pytest.mark.parametrize(("said", "meant", "goes_to"), [("是那件", "affirm", "people"), ("另一件", "deny", "form")])
async def test_the_same_goes_back_to_people_and_another_into_the_form(said: str, meant: str, goes_to: str) -> None:
    handover = "POST conversations/c1/handover"
    fake = FakeBackend({ORDERS: (200, {"items": []}), PATCH: (200, drafted()), handover: (200, {})})
    asked = {"pending": {"kind": "with_people", "body": {"text": "屋里才14度"}}}
    async with running(fake):
        await run("action_answer", tracker(said, meant, slots=asked))
    assert len(fake.bodies(handover)) == (goes_to == "people")
    assert [body["text"] for body in fake.bodies(PATCH)] == ([] if goes_to == "people" else ["屋里才14度"])


async def test_who_asks_after_it_hears_that_a_person_has_it() -> None:
    async with running(FakeBackend({ORDERS: (200, {"items": []})})):
        text, _, _ = await run(
            "action_query_status", heard("几点能来啊", "query_status", told_to_people="暖气不热 常青小区5号楼")
        )
    assert text in said_of("with_people")


# --- beside orders


@pytest.mark.parametrize("said", ["是不是对门老孙告的我家狗", "是不是楼下举报的我"])
def test_who_asks_whether_a_neighbour_filed_asks_after_others(said: str) -> None:
    assert intent(said, "", ("report_complaint", 0.9)) == "query_status"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("我是立山区的 我们这路灯不亮 你们管不", "ask_faq"),
        ("立山区的事你们这儿管吗", "ask_faq"),
        ("我从立山区搬来的 路灯不亮没人管", "report_complaint"),
        ("路灯不亮 物业管不着", "report_complaint"),
    ],
)
def test_whether_we_see_to_another_district_is_a_question(said: str, meant: str) -> None:
    assert intent(said, "", ("report_complaint", 0.95)) == meant


async def test_an_offer_that_is_not_taken_is_let_go() -> None:
    asked = {"pending": {"kind": "offer", "body": {"text": "低保咋办"}}}
    async with running(own(filed())) as fake:
        text, _, slots = await run("action_withdraw", heard("不用报了 我自己问社区去", "cancel", slots=asked))
    assert text in said_of("nothing_more")
    assert (slots["pending"], done(fake, "withdraw")) == (None, [])


async def test_a_tail_that_puts_a_number_right_is_looked_up() -> None:
    async with running(own(order(FIRST), order(SECOND, **LAMP))) as fake:
        text, _, _ = await run("action_answer", heard("不是 我这个尾号0025", "deny"))
    assert text == "在办。"
    assert [body["number"] for body in fake.bodies("POST work-orders/lookup")] == [SECOND]


# --- plain sentences about orders


@pytest.mark.parametrize(
    ("said", "model", "meant"),
    [
        ("两个都给我问问", "provide_info", "query_status"),
        ("都给我看看到哪了", "provide_info", "query_status"),
        ("别再让那个人来了", "urge", "dispute_result"),
        ("两个灯都坏了", "report_complaint", "report_complaint"),
        ("都给我看看吧 灯也坏了", "report_complaint", "report_complaint"),
    ],
)
def test_a_plain_wish_about_orders_is_heard_whatever_the_classifier_makes_of_it(said: str, model: str, meant: str) -> None:
    assert intent(said, "", (model, 0.6)) == meant


async def test_one_that_is_named_by_its_place_needs_no_list() -> None:
    async with running(own(order(FIRST, **LAMP), order(SECOND, **WATER))) as fake:
        text, _, _ = await run("action_urge", heard("后一个先别急 头一个快着点", "urge"))
    assert done(fake, "urge") == [SECOND]
    assert text in said_of("urged_all", what="停水")


async def test_what_handlers_are_to_be_told_is_a_note_and_no_dispute() -> None:
    async with running(own(order(FIRST))) as fake:
        text, _, _ = await run("action_dispute", heard("那你跟他们说 早上六点来 晚了就没了", "dispute_result"))
    assert done(fake, "note") == [FIRST]
    assert text in said_of("note_added", number=FIRST)


@pytest.mark.parametrize(
    ("said", "facts", "named"),
    [
        ("忘说了 是3单元不是1单元", place(unit="3"), ["单元:1单元 → 3单元"]),
        ("忘说了 是3单元", place(unit="3"), []),
        ("忘说了 是在南门不是北门", place(landmark="南门"), []),
    ],
)
def test_what_is_added_in_the_place_of_something_known_puts_it_right(said: str, facts: dict[str, Any], named: list[str]) -> None:
    assert [change.for_handlers for change in correcting.changes(talk(said, "provide_info", **facts), filed())] == named


def test_a_span_is_no_time_that_something_began() -> None:
    assert correcting.changes(talk("不是天天 是隔一天", **when("一天")), filed()) == []


async def test_who_knows_the_tail_may_ask_after_a_number_that_is_not_theirs_but_do_nothing_to_it() -> None:
    stranger = "261121555550"
    number = {"order_numbers": [{"digits": stranger, "check": "valid"}]}
    async with running(own(order(FIRST))) as fake:
        text, _, slots = await run("action_withdraw", heard(f"撤了 {stranger}", "cancel", parsed={"facts": number}))
        assert text in said_of("number_not_yours")
        assert done(fake, "withdraw") == []
        await run("action_add_note", heard("尾号7711", "provide_info", slots=slots, parsed={"facts": phone("7711", "tail")}))
    assert fake.bodies("POST work-orders/lookup")[0]["phone_tail"] == "7711"


async def test_the_end_of_a_telephone_alone_opens_no_form() -> None:
    async with running(FakeBackend({ORDERS: (200, {"items": []}), PATCH: (200, drafted())})) as fake:
        _, _, slots = await run("action_add_note", heard("尾号7711", "provide_info", parsed={"facts": phone("7711", "tail")}))
    assert slots.get("followup") is None
    assert fake.bodies(PATCH) == []


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("地址不对 是北门不是南门", ["位置:南门 → 北门"]),
        ("再就是收的不是停车费 是卫生费", ["内容:停车费 → 卫生费"]),
        ("说错了 不是东门 是西门", []),
    ],
)
def test_a_word_of_the_place_or_the_matter_is_put_right_where_it_was_told(said: str, named: list[str]) -> None:
    known = filed(address={"text": "翠园小区南门"}, description="物业乱收停车费")
    assert [change.for_handlers for change in correcting.changes(talk(said), known)] == named


@pytest.mark.parametrize(
    ("said", "placed"),
    [("前头那个弄没弄完", 1), ("后头那个撤了得了", list_places.LAST), ("前面那个楼没电", 0), ("后面那件催催", list_places.LAST)],
)
def test_in_front_and_behind_are_places_of_a_list_and_not_of_a_yard(said: str, placed: int) -> None:
    assert list_places.place_in(said) == placed


async def test_what_is_asked_after_by_its_name_alone_is_found() -> None:
    dark = order(FIRST, category="房屋维修", subcategory="楼道设施", description="声控灯不亮", address={})
    async with running(own(dark, order(SECOND, **WATER))) as fake:
        await run("action_query_status", heard("那灯呢", "query_status"))
    assert [body["number"] for body in fake.bodies("POST work-orders/lookup")] == [FIRST]


async def test_the_wrong_one_was_taken_back_and_the_other_is_meant() -> None:
    said = "啊呀不是这个 我要撤的是路灯那个"
    assert intent(said, "", ("correct_previous_detail", 0.9)) == "cancel"
    lamp = filed(SECOND, **LAMP)
    fake = own(filed(state="withdrawn"), lamp, **{FILED: (201, again()), f"POST work-orders/{THIRD}/note": (200, again())})
    async with running(fake):
        _, _, slots = await run(
            "action_withdraw", heard(said, "cancel", slots={"pending": {"kind": "withdrawn", "number": FIRST}})
        )
    assert len(fake.bodies(FILED)) == 1
    assert (slots["pending"]["kind"], slots["pending"]["number"]) == ("withdraw", SECOND)
    assert done(fake, "withdraw") == []


@pytest.mark.parametrize(("said", "enough"), [("知道了就行", True), ("收到就好", True), ("知道了就行 还有路灯不亮", False)])
def test_that_it_is_known_is_enough(said: str, enough: bool) -> None:
    assert says("acknowledges_whole", said) is enough


@pytest.mark.parametrize("asked", ["confirm", "address", ""])
def test_no_more_texts_are_wanted_and_nothing_is_told_of_the_matter(asked: str) -> None:
    assert intent("别给我发短信了 一天叮叮的", asked, ("report_complaint", 0.6)) == "ask_faq"
