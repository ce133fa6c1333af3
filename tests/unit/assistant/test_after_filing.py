"""What residents say once an order is filed: which one, in any words; small remarks; verdicts with a reason; questions beside."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from actions import listed, own_numbers, replies
from actions.wording import order_choices, order_label, status_line
from tests.unit.assistant.fake_backend import FakeBackend, drafted, order, running, tracker
from tests.unit.assistant.test_actions import LOOKUP, ORDERS, PATCH, run

FIRST, SECOND, THIRD = "261121000017", "261121000025", "261120771234"
LAMP = {"category": "道路设施", "subcategory": "路灯", "description": "路口黑", "address": {"text": "和平路12号"}}
WATER = {"category": "供水", "subcategory": "停水", "description": "一点水没有", "address": {"text": "翠园小区6号楼"}}
COLD = {"address": {"text": "钢城小区3号楼"}, "description": "冰凉"}
FAQ = "POST faqs/answer"


def own(*orders: dict[str, Any], **answers: Any) -> FakeBackend:
    done = {
        f"POST work-orders/{each['number']}/{verb}": (200, each)
        for each in orders
        for verb in ("urge", "note", "rating", "withdraw", "reopen")
    }
    return FakeBackend({ORDERS: (200, {"items": list(orders)}), LOOKUP: (200, {"text": "在办。"}), **done, **answers})


def three() -> FakeBackend:
    return own(order(FIRST, **COLD), order(SECOND, **LAMP), order(THIRD, **WATER))


def asked(verb: str, **more: Any) -> dict[str, Any]:
    return {"pending": {"kind": "pick", "verb": verb, "numbers": [FIRST, SECOND, THIRD], "text": "催一下", **more}}


def done(fake: FakeBackend, verb: str) -> list[str]:
    """The numbers of the orders to which `verb` was done."""
    return [name.split("/")[1] for name, _ in fake.calls if name.endswith(f"/{verb}")]


# --- which one


@pytest.mark.parametrize(
    ("said", "parsed", "expected"),
    [
        ("路灯那个", {}, SECOND),
        ("停水的", {}, THIRD),
        ("和平路那件", {}, SECOND),
        ("3号楼的", {}, FIRST),
        ("灯那个", {}, SECOND),
        ("最后一个", {"answer": {"kind": "choice", "number": -1}}, THIRD),
        ("第二个", {"answer": {"kind": "choice", "number": 2}}, SECOND),
        ("尾号1234那个", {}, THIRD),
        ("暖气那个", {"categories": [{"category": "供暖", "subcategory": "停暖", "category_confidence": 0.7}]}, FIRST),
    ],
)
async def test_an_order_is_chosen_by_its_place_its_number_or_its_matter(said: str, parsed: dict[str, Any], expected: str) -> None:
    async with running(three()) as fake:
        _, _, slots = await run("action_answer", tracker(said, "provide_info", slots=asked("urge"), parsed=parsed))
    assert done(fake, "urge") == [expected]
    assert slots["pending"] == listed.remembered("urge", [FIRST, SECOND, THIRD], [expected])


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("小区的", "provide_info"),
        ("路灯归谁管", "ask_faq"),
        ("谢谢", "thanks"),
        ("和平路又有个井盖没了你们赶紧来人看看吧真吓人", "urge"),
    ],
)
async def test_what_fits_several_or_is_something_else_chooses_none(said: str, intent: str) -> None:
    orders = [order(FIRST, **{**COLD, "address": {"text": "翠园小区1号楼"}}), order(THIRD, **WATER)]
    async with running(own(*orders, **{FAQ: (200, {"key": "who", "answer": "我派。"})})) as fake:
        await run("action_answer", tracker(said, intent, slots=asked("urge")))
    assert done(fake, "urge") == []


async def test_all_of_them_are_urged_at_once() -> None:
    async with running(three()) as fake:
        text, _, _ = await run(
            "action_urge", tracker("都催一下", "urge", slots=asked("urge"), parsed={"wishes": ["all_of_them", "urges"]})
        )
    assert sorted(done(fake, "urge")) == sorted([FIRST, SECOND, THIRD])
    assert all(name in text for name in ("屋里冷", "路灯", "停水"))


async def test_all_of_them_are_told_in_a_line_each() -> None:
    async with running(three()):
        text, _, _ = await run("action_query_status", tracker("全都查查", "query_status", parsed={"wishes": ["all_of_them"]}))
    assert len(text.splitlines()) == 3
    assert len(text) <= 124


async def test_taking_all_back_at_once_is_not_offered_and_each_is_asked_for() -> None:
    async with running(three()) as fake:
        _, buttons, _ = await run(
            "action_withdraw", tracker("都撤了", "cancel", slots=asked("withdraw"), parsed={"wishes": ["all_of_them"]})
        )
    assert done(fake, "withdraw") == []
    assert len(buttons) == 3


async def test_a_question_beside_is_answered_and_ours_put_again() -> None:
    fake = three()
    fake.answers[FAQ] = (200, {"key": "fee", "answer": "不要钱。"})
    async with running(fake):
        text, buttons, slots = await run("action_answer_faq", tracker("催要钱吗", "ask_faq", slots=asked("urge")))
        assert text.startswith("不要钱。")
        assert len(buttons) == 3
        await run("action_answer", tracker("路灯", "provide_info", slots={**asked("urge"), **slots}))
    assert done(fake, "urge") == [SECOND]


# --- numbers


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("261121000017", FIRST),
        ("261121000018", FIRST),
        ("261211000017", FIRST),
        ("26112100017", FIRST),
        ("2611210000177", FIRST),
        ("2611207", THIRD),
        ("1234", THIRD),
        ("261121", ""),
        ("017", ""),
        ("261121000071", FIRST),
        ("999999999999", ""),
    ],
)
def test_a_number_with_a_slip_or_a_part_of_one_means_the_only_own_order_that_fits(typed: str, expected: str) -> None:
    assert own_numbers.like(typed, [FIRST, SECOND, THIRD]) == expected


@given(place=some.integers(0, 11), digit=some.sampled_from("0123456789"))
def test_one_wrong_digit_never_leads_to_another_order_than_the_one_that_was_meant(place: int, digit: str) -> None:
    typed = FIRST[:place] + digit + FIRST[place + 1 :]
    assert own_numbers.like(typed, [FIRST, THIRD]) in (FIRST, "")


@pytest.mark.parametrize("said", ["尾号1234", "后四位是1234的那个", "最后四位1234"])
def test_last_digits_name_an_order(said: str) -> None:
    assert own_numbers.names_tail(said)
    assert own_numbers.by_tail(said, [FIRST, THIRD]) == THIRD


async def test_a_mistyped_own_number_is_recognised_and_said_to_be_so() -> None:
    parsed = {"facts": {"order_numbers": [{"digits": "261120771235", "check": "mistyped"}]}}
    async with running(three()) as fake:
        text, _, _ = await run("action_query_status", tracker("261120771235", "query_status", parsed=parsed))
    assert THIRD in text
    assert fake.bodies(LOOKUP)[0]["number"] == THIRD


@pytest.mark.parametrize(
    ("action", "intent"), [("action_withdraw", "cancel"), ("action_urge", "urge"), ("action_dispute", "dispute_result")]
)
async def test_a_number_that_is_not_theirs_changes_nothing_and_tells_nothing(action: str, intent: str) -> None:
    parsed = {"facts": {"order_numbers": [{"digits": "261121999995", "check": "valid"}]}}
    async with running(three()) as fake:
        text, _, _ = await run(action, tracker("261121999995", intent, parsed=parsed))
    assert text in replies.table()["number_not_yours"]
    assert [name for name, _ in fake.calls if name.startswith("POST")] == []


async def test_urging_what_is_said_to_be_done_tells_that_it_is_done() -> None:
    async with running(own(order(FIRST, "resolved"))) as fake:
        text, _, _ = await run("action_urge", tracker("快点来修啊", "urge"))
    assert (text, fake.bodies(LOOKUP)[0]["number"]) == ("在办。", FIRST)


# --- small remarks


@pytest.mark.parametrize(
    ("wish", "said", "key"),
    [
        ("acknowledges_whole", "知道了", "acknowledged"),
        ("announces_file", "我给你们补张照片", "send_it"),
        ("came_whole", "师傅来了", "came_noted"),
        ("solved", "来了 弄完了", "solved_noted"),
    ],
)
@pytest.mark.parametrize("action", ["action_answer", "action_small_talk", "action_default_fallback", "action_add_note"])
async def test_a_small_remark_is_answered_as_such(action: str, wish: str, said: str, key: str) -> None:
    async with running(own(order(FIRST), **{FAQ: (200, {"key": "", "answer": ""})})) as fake:
        text, _, _ = await run(action, tracker(said, "chitchat", parsed={"wishes": [wish]}))
    assert text in [line.replace("{number}", FIRST) for line in replies.table()[key]]
    assert done(fake, "note") == ([FIRST] if key.endswith("_noted") else [])


async def test_heard_while_a_verdict_is_waited_for_is_told_how_to_give_one() -> None:
    async with running(own(order(FIRST, "resolved"))):
        text, _, _ = await run(
            "action_answer", tracker("好的", "affirm", parsed={"wishes": ["acknowledges_whole"]}, rating_pending=True)
        )
    assert text in replies.table()["rate_when_ready"]


async def test_a_new_trouble_with_its_place_is_no_small_remark() -> None:
    parsed = {
        "wishes": ["solved"],
        "facts": {"address": {"address": {}}},
        "categories": [{"category": "供暖", "subcategory": "停暖", "category_confidence": 0.99, "confidence": 0.99}],
    }
    async with running(own(order(FIRST), **{PATCH: (200, drafted())})) as fake:
        await run("action_small_talk", tracker("水来了 3号楼没暖气", "thanks", parsed=parsed))
    assert done(fake, "note") == []


async def test_nothing_more_is_wanted() -> None:
    async with running(own()):
        text, _, _ = await run("action_answer", tracker("没有了", "deny", parsed={"answer": {"kind": "skip"}}))
    assert text in replies.table()["nothing_more"]


# --- verdicts


def verdict(score: int, comment: str = "", **more: Any) -> dict[str, Any]:
    return {"rating": score, "verdict": {"score": score, "named": True, "clause": str(score), "comment": comment}, **more}


async def test_a_bad_verdict_with_its_reason_is_not_asked_why() -> None:
    async with running(own(order(FIRST, "resolved"))) as fake:
        text, _, slots = await run("action_rate", tracker("差评 态度恶劣", "rate", parsed=verdict(1, "差评 态度恶劣")))
    assert fake.bodies(f"POST work-orders/{FIRST}/rating")[0]["comment"] == "差评 态度恶劣"
    assert text in [line.replace("{score}", "1") for line in replies.table()["rated_low_told"]]
    assert slots["pending"]["told"]  # more may follow; nothing is asked


async def test_who_gives_no_verdict_is_not_pressed_for_one() -> None:
    async with running(own(order(FIRST, "resolved"))) as fake:
        text, buttons, _ = await run("action_rate", tracker("懒得评", "rate", parsed={"wishes": ["declines_rating"]}))
    assert text in replies.table()["rate_left"]
    assert (buttons, done(fake, "rating")) == ([], [])


async def test_what_was_said_with_the_verdict_goes_along_when_the_order_had_to_be_asked_for() -> None:
    orders = [order(FIRST, "resolved", **COLD), order(SECOND, "resolved", **LAMP)]
    async with running(own(*orders)) as fake:
        _, _, slots = await run("action_rate", tracker("一般般 来得太慢", "rate", parsed=verdict(3, "一般般 来得太慢")))
        await run("action_answer", tracker("路灯", "provide_info", slots=slots))
    assert fake.bodies(f"POST work-orders/{SECOND}/rating")[0]["comment"] == "一般般 来得太慢"


@pytest.mark.parametrize(("pending", "stored"), [(True, [5]), (False, [])])
async def test_a_score_before_a_new_trouble_is_stored_and_left_out_of_it(pending: bool, stored: list[int]) -> None:
    said = "5分,对了楼下井盖没了"
    parsed = verdict(5, said)
    parsed["verdict"]["clause"] = "5分"
    parsed["issues"] = [{"text": "5分"}, {"text": "楼下井盖没了"}]
    async with running(own(order(FIRST, "resolved"), **{PATCH: (200, drafted())})) as fake:
        await run(
            "validate_complaint_form",
            tracker(said, "report_complaint", loop="complaint_form", parsed=parsed, rating_pending=pending),
        )
    assert [body["satisfaction"] for body in fake.bodies(f"POST work-orders/{FIRST}/rating")] == stored
    body = fake.bodies(PATCH)[0]
    assert body["text"] == ("对了楼下井盖没了" if pending else said)
    assert len(body["issues"]) == (1 if pending else 2)


async def test_a_bad_score_before_a_new_trouble_waits_for_its_own_answer() -> None:
    async with running(own(order(FIRST, "resolved"), **{PATCH: (200, drafted())})) as fake:
        await run("validate_complaint_form", tracker("1分 又停水了", "report_complaint", parsed=verdict(1), rating_pending=True))
    assert done(fake, "rating") == []


# --- how long


@pytest.mark.parametrize(
    ("orders", "guess", "code", "tells_day"),
    [
        ([order(FIRST, service_code="0101")], {}, "0101", True),
        (
            [order(FIRST, service_code="0101")],
            {"category": "供电", "service_code": "0301", "category_confidence": 0.95},
            "0301",
            False,
        ),
        ([order(FIRST, service_code="0101"), order(SECOND, service_code="1101", **LAMP)], {}, "", False),
        ([order(FIRST, "closed", service_code="0101")], {}, "", False),
    ],
)
async def test_how_long_is_answered_for_the_order_that_was_filed(
    orders: list[dict[str, Any]], guess: dict[str, Any], code: str, tells_day: bool
) -> None:
    answer = {FAQ: (200, {"key": "time_limit", "answer": "当晚。"})}
    parsed = {"faq": {"key": "time_limit"}, "categories": [guess] if guess else []}
    async with running(own(*orders, **answer)) as fake:
        text, _, _ = await run("action_answer_faq", tracker("还得多久", "ask_faq", parsed=parsed))
    assert fake.bodies(FAQ)[0]["service_code"] == code
    assert ("最晚11月24日(周二)办完" in text) is tells_day


# --- words


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("dispatched", "屋里冷:等供热公司接手,最晚11月24日(周二)"),
        ("in_progress", "屋里冷:供热公司在办,最晚11月24日(周二)"),
        ("resolved", "屋里冷:说办好了,等您打分"),
        ("withdrawn", "屋里冷:撤回了"),
    ],
)
def test_one_order_of_several_is_told_in_a_line(state: str, expected: str) -> None:
    assert status_line(order(state=state)) == expected


def test_an_entry_of_a_list_says_what_the_order_is_about() -> None:
    assert order_label(order(category="噪音扰民", subcategory="生活")) == "生活噪音(11月20日)"


# --- few words, and what they lead to


async def test_that_nobody_came_urges_the_open_order_and_disputes_a_handled_one() -> None:
    said = tracker("没人联系我", "dispute_result", parsed={"wishes": ["nobody_came"]})
    async with running(own(order(FIRST))) as fake:
        await run("action_dispute", said)
    assert done(fake, "urge") == [FIRST]
    async with running(own(order(FIRST, "resolved"))) as fake:
        await run("action_dispute", tracker("说修好了其实没人来过", "dispute_result", parsed={"wishes": ["nobody_came"]}))
    assert done(fake, "reopen") == [FIRST]


async def test_what_the_handlers_said_is_noted() -> None:
    async with running(own(order(FIRST))) as fake:
        text, _, _ = await run("action_add_note", tracker("说下午三点来", "provide_info", parsed={"wishes": ["tells_progress"]}))
    assert done(fake, "note") == [FIRST]
    assert text in replies.table()["progress_noted"]


async def test_a_scolding_of_manners_before_anything_is_done_goes_to_the_unit() -> None:
    async with running(own(order(FIRST))) as fake:
        await run("action_rate", tracker("态度太差了", "rate", parsed=verdict(1)))
    assert done(fake, "note") == [FIRST]
    assert done(fake, "rating") == []


@pytest.mark.parametrize(("said", "wish"), [("算了都别撤了", "keeps"), ("不用了", "gives_up_softly")])
async def test_whoever_thinks_better_of_it_at_the_list_is_left_alone(said: str, wish: str) -> None:
    async with running(three()) as fake:
        text, buttons, slots = await run(
            "action_withdraw", tracker(said, "cancel", slots=asked("withdraw"), parsed={"wishes": [wish]})
        )
    assert (buttons, slots["pending"], done(fake, "withdraw")) == ([], None, [])
    assert text in replies.table()["left_as_is"]


async def test_whoever_wants_it_kept_is_not_asked_whether_to_take_it_back() -> None:
    async with running(own(order(FIRST))):
        text, _, _ = await run("action_withdraw", tracker("我反悔了 还是办吧", "cancel", parsed={"wishes": ["keeps"]}))
    assert text in replies.table()["withdraw_kept"]


async def test_a_question_at_the_withdrawal_is_answered_and_ours_put_again() -> None:
    pending = {"pending": {"kind": "withdraw", "number": FIRST, "text": "撤单"}}
    async with running(own(order(FIRST), **{FAQ: (200, {"key": "privacy", "answer": "不让他们知道。"})})) as fake:
        text, buttons, slots = await run(
            "action_withdraw", tracker("撤了还能知道是我说的吗", "cancel", slots=pending, parsed={"wishes": ["asks"]})
        )
    assert text.startswith("不让他们知道。")
    assert [button["payload"] for button in buttons] == ["withdraw_yes", "withdraw_no"]
    assert slots["pending"]["kind"] == "withdraw"
    assert done(fake, "withdraw") == []


async def test_partly_solved_keeps_the_reason_and_says_how_to_go_on() -> None:
    pending = {"pending": {"kind": "solved", "number": FIRST, "score": 3, "comment": ""}}
    async with running(own(order(FIRST, "closed"))) as fake:
        text, _, _ = await run("action_dispute", tracker("解决了一部分 北屋还滴答", "dispute_result", slots=pending))
    assert fake.bodies(f"POST work-orders/{FIRST}/rating")[0]["resolved"] == "partly"
    assert "北屋" in fake.bodies(f"POST work-orders/{FIRST}/rating")[0]["comment"]
    assert "没解决" in text


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([{"building": "7"}, {"building": "9"}], ["屋里冷(7号楼)", "屋里冷(9号楼)"]),
        ([{"road": "和平路"}, {"landmark": "广场"}], ["屋里冷(和平路)", "屋里冷(广场)"]),
        ([{"building": "7"}, {"building": "7"}], ["北屋冷", "南屋冷"]),
    ],
)
def test_entries_that_would_read_alike_are_told_apart(places: list[dict[str, str]], expected: list[str]) -> None:
    offered = [order(FIRST, address=places[0], description="北屋冷"), order(SECOND, address=places[1], description="南屋冷")]
    assert [choice.label for choice in order_choices("status", offered)] == expected


async def test_a_leaf_that_is_named_is_asked_after_without_a_list() -> None:
    async with running(three()) as fake:
        await run("action_query_status", tracker("那路灯那个呢", "query_status"))
    assert fake.bodies(LOOKUP)[0]["number"] == SECOND


async def test_who_lost_the_number_is_told_it() -> None:
    async with running(three()):
        text, _, _ = await run("action_query_status", tracker("单号找不着了 就是路灯那个", "query_status"))
    assert SECOND in text
