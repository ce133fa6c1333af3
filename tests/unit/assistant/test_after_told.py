"""After filing: told to those who come, put off before a score, an order of somebody else; questions that no row answers."""

from __future__ import annotations

from typing import Any

import pytest

from actions import replies
from backend import seed
from backend.domain.asked import asked_for
from backend.domain.drafting.context import wishes_of
from backend.domain.language.answers import explicit_score, parse_rating
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.wishes import asks, says
from backend.domain.segmentation import parts
from bot.corpus import training_examples
from tests.unit.assistant.fake_backend import FakeBackend, drafted, order, running, tracker
from tests.unit.assistant.test_actions import ORDERS, PATCH, run
from tests.unit.assistant.test_after_filing import FAQ, FIRST, LAMP, SECOND, done, own
from tests.unit.assistant.test_context import intent
from tests.unit.assistant.test_later_on import place as place_of

RATED = {"satisfaction": 4, "resolved": "yes", "comment": ""}


def said_of(key: str, **values: str) -> list[str]:
    return [line.format(**values) for line in replies.table()[key]]


def heard(text: str, intent_name: str, **more: Any) -> dict[str, Any]:
    """The tracker of a message with the wishes and the score that its words hold."""
    parsed = {"wishes": wishes_of(text), "rating": parse_rating(text), **more.pop("parsed", {})}
    return tracker(text, intent_name, parsed=parsed, **more)


# --- for those who come


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("我明天上午不在家 下午来", ("query_status", 0.33)),
        ("能不能让他晚点来 我上班", ("urge", 0.95)),
        ("家里没人 周六再来行不行", ("urge", 0.49)),
        ("这两天家里没有人", ("chitchat", 0.5)),
        ("改天再来吧 今天走不开", ("cancel", 0.4)),
        ("能不能让师傅带个梯子", ("ask_faq", 0.8)),
        ("对了 密码锁也一起看看", ("affirm", 0.78)),
        ("窗户也给瞅瞅", ("out_of_scope", 0.4)),
    ],
)
def test_what_handlers_should_know_is_for_them(text: str, model: tuple[str, float]) -> None:
    assert intent(text, "", model) == "provide_info"


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("这两天不在家 回来屋里全泡了", ("report_complaint", 0.9)),
        ("白天家里没人 门锁让人撬了", ("report_complaint", 0.9)),
        ("师傅几点来", ("query_status", 0.9)),
        ("早点来行不行", ("urge", 0.9)),
        ("家里没人管这事", ("urge", 0.6)),
    ],
)
def test_a_home_that_was_empty_is_no_note_when_something_else_is_told(text: str, model: tuple[str, float]) -> None:
    assert intent(text, "", model) == model[0]


@pytest.mark.parametrize(("text", "asked"), [("能不能让师傅带个梯子", False), ("能不能修", True), ("撤了吧行吗", False)])
def test_a_wish_put_as_a_question_asks_nothing(text: str, asked: bool) -> None:
    assert asks(text) is asked


async def test_whether_the_photo_has_come_is_answered_with_the_order_it_goes_with() -> None:
    async with running(own(order(FIRST))) as fake:
        text, _, _ = await run("action_add_note", heard("照片看着没", "provide_info"))
    assert text in said_of("files_seen", number=FIRST)
    assert done(fake, "note") == []


async def test_without_an_order_the_photo_may_be_sent() -> None:
    async with running(own()):
        text, _, _ = await run("action_add_note", heard("照片收到了吗", "provide_info"))
    assert text in said_of("send_it")


@pytest.mark.parametrize(("text", "model"), [("照片看着没", "deny"), ("视频收到了吗", "query_status"), ("图看见没有", "ask_faq")])
def test_a_question_after_what_was_sent_is_no_question_after_the_order(text: str, model: str) -> None:
    assert intent(text, "", (model, 0.6)) == "provide_info"


@pytest.mark.parametrize(("orders", "key"), [([order(FIRST)], "acknowledged"), ([], "what_now")])
async def test_a_thumb_up_is_heard_where_an_order_is_being_worked_on(orders: list[dict[str, Any]], key: str) -> None:
    async with running(own(*orders)):
        text, _, _ = await run("action_answer", tracker("👍", "affirm", parsed={"answer": {"kind": "yes"}}))
    assert text in said_of(key)


@pytest.mark.parametrize("text", ["我要投诉你们", "我得投诉你们单位", "我要投诉这个平台"])
def test_a_complaint_about_us_calls_a_person(text: str) -> None:
    assert intent(text, "", ("report_complaint", 0.99)) == "ask_human"


@pytest.mark.parametrize("text", ["我要投诉物业", "我要投诉", "我要投诉他们半夜施工"])
def test_a_complaint_about_others_is_a_report(text: str) -> None:
    assert intent(text, "", ("report_complaint", 0.99)) == "report_complaint"


def test_letters_that_are_no_word_are_not_understood_instead_of_refused() -> None:
    assert intent("asdfgh", "", ("out_of_scope", 0.88)) == "nlu_fallback"


def test_how_a_slip_is_put_right_is_a_question() -> None:
    assert intent("报错了怎么改", "", ("ask_faq", 0.76)) == "ask_faq"
    assert intent("报错了 是8号楼", "", ("provide_info", 0.76)) == "correct_previous_detail"


# --- other people's orders


@pytest.mark.parametrize(
    "text", ["18号楼老王头报的那个事儿咋样了", "我邻居报的修没修", "楼上李大爷报的到哪了", "对门家反映的那件办了吗"]
)
async def test_what_somebody_else_filed_is_not_told_and_ours_is_not_told_instead(text: str) -> None:
    async with running(own(order(FIRST))) as fake:
        said, _, _ = await run("action_query_status", heard(text, "query_status"))
    assert said in said_of("others_order")
    assert [name for name, _ in fake.calls if "lookup" in name] == []


@pytest.mark.parametrize("text", ["楼上漏水报的那个咋样了", "我妈报的那个咋样了", "我报的邻居家漏水咋样了"])
def test_an_order_about_somebody_else_is_ones_own(text: str) -> None:
    assert not says("anothers", text)


# --- before a score is given


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("我还没看呢 在外地", "chitchat"),
        ("等我回家看看再说", "provide_info"),
        ("过两天再说好没好", "provide_info"),
        ("白天看不出来 晚上看了再说", "provide_info"),
        ("看了 亮堂了", "affirm"),
        ("还没热起来呢 等明天看看再说吧", "urge"),
        ("看了 门是能关上了 就是声儿大", "provide_info"),
        ("亮是亮了 一闪一闪的", "affirm"),
        ("通是通了 流得慢", "dispute_result"),
        ("咋打分啊", "ask_faq"),
        ("评啥分 我不会", "provide_info"),
        ("整得挺利索", "affirm"),
    ],
)
def test_while_a_verdict_is_waited_for_it_is_about_the_verdict(text: str, model: str) -> None:
    assert intent(text, "rating", (model, 0.4)) == "rate"


@pytest.mark.parametrize(
    ("text", "model", "share"),
    [
        ("修了也没用", "dispute_result", 0.9),
        ("来是来了 根本没修", "dispute_result", 0.9),
        ("我还没看呢 找人工", "ask_human", 0.9),
        ("那个事咋样了 没看着人", "query_status", 0.9),
    ],
)
def test_what_is_surely_something_else_stays_so(text: str, model: str, share: float) -> None:
    assert intent(text, "rating", (model, share)) == model


@pytest.mark.parametrize("text", ["门是能关上了 就是声儿大", "还没看呢", "不知道咋评"])
def test_without_a_verdict_that_is_waited_for_these_words_decide_nothing(text: str) -> None:
    assert intent(text, "", ("chitchat", 0.6)) == "chitchat"


@pytest.mark.parametrize(("text", "key"), [("我还没看呢 在外地", "rate_later"), ("不想打分", "rate_left")])
async def test_nobody_is_pressed_for_a_score(text: str, key: str) -> None:
    async with running(own(order(FIRST, "resolved"))) as fake:
        said, buttons, slots = await run("action_rate", heard(text, "rate"))
    assert said in said_of(key)
    assert buttons == []
    assert done(fake, "rating") == []
    assert slots.get("pending") is None


async def test_how_points_are_given_is_told_and_asked_again() -> None:
    async with running(own(order(FIRST, "resolved"))):
        said, buttons, slots = await run("action_rate", heard("评啥分 我不会", "rate"))
        assert said in said_of("rate_how")
        assert len(buttons) == 5
        again = {**slots, "said": {}}
        _, _, after = await run("action_rate", heard("咋打分啊", "rate", slots=again))
    assert after["pending"] == slots["pending"]


@pytest.mark.parametrize(("score", "verdict"), [(4, "partly"), (2, "partly")])
async def test_half_good_is_written_down_at_once_and_goes_with_the_score(score: int, verdict: str) -> None:
    async with running(own(order(FIRST, "resolved"))) as fake:
        said, _, slots = await run("action_rate", heard("亮是亮了 一闪一闪的", "rate"))
        assert said in said_of("rate_ask_half")
        await run("action_rate", heard(str(score), "rate", slots=slots))
    assert "一闪一闪" in fake.bodies(f"POST work-orders/{FIRST}/note")[0]["note"]
    (stored,) = fake.bodies(f"POST work-orders/{FIRST}/rating")
    assert (stored["satisfaction"], stored["resolved"]) == (score, verdict)
    assert "一闪一闪" in stored["comment"]


# --- another score


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("刚才打高了 改成3", 3),
        ("分给多了,改成2吧", 2),
        ("评低了 应该是五", 5),
        ("点错了 改成4", 4),
        ("楼号打错了 改成3号楼", None),
        ("打错了 改成3单元", None),
        ("改成3", None),
        ("电话打错了 改成17000001234", None),
    ],
)
def test_a_bare_number_is_a_score_beside_words_of_scoring_only(text: str, expected: int | None) -> None:
    assert explicit_score(text) == expected


async def test_a_score_put_right_leaves_no_comment_behind() -> None:
    async with running(own(order(FIRST, "closed", rating=RATED))) as fake:
        said, _, _ = await run("action_rate", heard("刚才打高了 改成3", "rate", parsed={"verdict": {"score": 3, "comment": "x"}}))
    assert said in said_of("rated_revised", score="3")
    assert fake.bodies(f"POST work-orders/{FIRST}/rating")[0]["comment"] == ""


# --- questions


async def _asked(text: str, key: str, confidence: float, answer: str = "") -> tuple[str, list[dict[str, Any]], FakeBackend]:
    fake = FakeBackend({FAQ: (200, {"key": key, "answer": answer}), ORDERS: (200, {"items": []})})
    parsed = {"faq": {"key": key, "confidence": confidence}}
    async with running(fake):
        said, buttons, _ = await run("action_answer_faq", tracker(text, "ask_faq", parsed=parsed))
    return said, buttons, fake


@pytest.mark.parametrize(("key", "confidence"), [("other", 0.9), ("fee", 0.2)])
async def test_what_no_row_answers_is_offered_to_the_unit(key: str, confidence: float) -> None:
    said, buttons, fake = await _asked("公墓一个穴啥价", key, confidence)
    assert said in said_of("offer_to_ask")
    assert len(buttons) == 2
    assert fake.bodies(FAQ)[0]["key"] == "other"


async def test_what_a_row_answers_is_answered() -> None:
    said, _, fake = await _asked("屋里多少度算合格", "heating_standard", 0.8, "18度。")
    assert said == "18度。"
    assert fake.bodies(FAQ)[0]["key"] == "heating_standard"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("家里多少度算合格呀", "heating_standard"),
        ("供热啥时候停", "heating_season"),
        ("噪音几点以后算扰民", "noise_hours"),
        ("师傅电话多少", "worker_phone"),
        ("你这是不是骗人的", "genuine"),
        ("路灯坏了归谁管", ""),
    ],
)
def test_plain_wordings_find_their_row_without_the_model(text: str, expected: str) -> None:
    faqs = [(row["key"], (row["question"], *row["synonyms"])) for row in seed.load("faqs")]
    assert asked_for(text, faqs) == expected


def test_every_question_that_is_taught_has_a_row_or_is_known_to_have_none() -> None:
    rows = {row["key"] for row in seed.load("faqs")} | {"other", "responsible_unit", "how_to_check", "how_to_rate"}
    taught = {example.faq for example in training_examples() if example.faq}
    assert taught - rows == set()


@pytest.mark.parametrize("row", seed.load("faqs"), ids=lambda row: row["key"])
def test_an_answer_fits_into_two_texts(row: dict[str, Any]) -> None:
    assert parts(row["answer"], "【有事请找我】") <= 2


# --- more of the same, two wishes at once, and again

ROOF = {"category": "房屋维修", "subcategory": "屋顶漏雨", "description": "卧室屋顶漏雨"}
HOLE = {"category": "道路设施", "subcategory": "路面破损", "description": "马路塌了"}
OFF = {"category": "供水", "subcategory": "停水", "description": "没水了"}
DOOR = {"category": "房屋维修", "subcategory": "楼道设施", "description": "单元门坏了关不上"}


def guessed(category: str, leaf: str, share: float) -> dict[str, Any]:
    return {"categories": [{"category": category, "subcategory": leaf, "category_confidence": share}]}


async def _reported(text: str, known: dict[str, Any], parsed: dict[str, Any]) -> tuple[str, FakeBackend]:
    fake = own(order(FIRST, **known))
    fake.answers[PATCH] = (200, drafted())
    async with running(fake):
        said, _, _ = await run("validate_complaint_form", heard(text, "report_complaint", parsed=parsed, loop="complaint_form"))
    return said, fake


@pytest.mark.parametrize(
    ("text", "known", "parsed"),
    [
        ("还有厨房顶上也开始渗了", ROOF, guessed("房屋维修", "屋顶漏雨", 0.55)),
        ("对门也没水", OFF, guessed("供水", "停水", 0.99)),
        ("坑又大了一圈 有个骑车的摔了", HOLE, guessed("道路设施", "路面破损", 0.99)),
    ],
)
async def test_more_of_the_same_trouble_goes_to_the_order_that_is_open(
    text: str, known: dict[str, Any], parsed: dict[str, Any]
) -> None:
    said, fake = await _reported(text, known, parsed)
    assert said in said_of("note_added", number=FIRST)
    assert text in fake.bodies(f"POST work-orders/{FIRST}/note")[0]["note"]
    assert fake.bodies(PATCH) == []


@pytest.mark.parametrize(
    ("text", "known", "parsed"),
    [
        ("我们楼道灯也不亮了", DOOR, guessed("房屋维修", "楼道设施", 0.99)),
        ("家里暖气也不热", OFF, guessed("供暖", "室温不达标", 0.99)),
        ("我闺女家也没水 翠园小区6号楼", OFF, guessed("供水", "停水", 0.99) | place_of(estate="翠园小区", building="6")),
    ],
)
async def test_another_thing_another_kind_and_another_home_are_reports(
    text: str, known: dict[str, Any], parsed: dict[str, Any]
) -> None:
    _, fake = await _reported(text, known, parsed)
    assert done(fake, "note") == []
    assert len(fake.bodies(PATCH)) == 1


async def test_two_wishes_in_one_message_go_to_their_own_orders() -> None:
    orders = [order(FIRST, **OFF), order(SECOND, **LAMP)]
    async with running(own(*orders)) as fake:
        said, buttons, slots = await run("action_withdraw", heard("路灯那个催一下 停水那个不用管了", "cancel"))
    assert done(fake, "urge") == [SECOND]
    assert slots["pending"]["number"] == FIRST
    assert len(buttons) == 2
    assert said.startswith(tuple(said_of("urged", unit="供热公司", number=SECOND)))


@pytest.mark.parametrize("text", ["路灯那个别撤 停水那个催一下", "路灯那个别取消 停水那个快点", "路灯那个不用催 停水那个快点"])
async def test_what_is_not_wanted_is_not_done_to_the_other_order(text: str) -> None:
    orders = [order(FIRST, **OFF), order(SECOND, **LAMP)]
    async with running(own(*orders)) as fake:
        _, _, slots = await run("action_urge", heard(text, "urge"))
    assert SECOND not in done(fake, "urge")
    assert (slots.get("pending") or {}).get("kind") != "withdraw"


@pytest.mark.parametrize("text", ["路灯那个催一下 快点", "停水那个不用管了", "催一下路灯 谢谢"])
async def test_one_wish_stays_one(text: str) -> None:
    orders = [order(FIRST, **OFF), order(SECOND, **LAMP)]
    async with running(own(*orders)) as fake:
        _, _, slots = await run("action_urge" if "催" in text else "action_withdraw", heard(text, "urge"))
    assert len(done(fake, "urge")) == int("催" in text)
    assert (slots.get("pending") or {}).get("kind") == (None if "催" in text else "withdraw")


@pytest.mark.parametrize("action", ["action_dispute", "action_urge"])
async def test_what_was_taken_back_and_is_wanted_again_is_a_report(action: str) -> None:
    async with running(own(order(FIRST, "withdrawn"))):
        said, _, slots = await run(action, heard("哎呀 又脏了 还是给我报上吧", "dispute_result"))
    assert said == ""
    assert slots["followup"] == "complaint_form"


@pytest.mark.parametrize(
    ("text", "model", "expected"),
    [
        ("算了 你帮我催一下吧", "affirm", "urge"),
        ("先别帮我催了", "deny", "deny"),
        ("来了来了 电来了", "cancel", "thanks"),
        ("人来了 说明天带机器来", "ask_human", "provide_info"),
    ],
)
def test_plain_words_of_somebody_who_waits(text: str, model: str, expected: str) -> None:
    assert intent(text, "", (model, 0.7)) == expected


@pytest.mark.parametrize(
    "text",
    ["糊弄谁呢 你们人都没上来", "糊弄谁呢 人都没上来", "师傅根本没上来看", "修理工人影都没上来过", "地铁口没电梯 老人爬不动"],
)
def test_who_did_not_come_up_the_stairs_has_not_drowned(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize("text", ["孩子掉河里了没上来", "有人跳水库里 救的人都没上来"])
def test_who_did_not_come_up_from_the_water_has(text: str) -> None:
    assert screen_emergency(text) is not None


async def test_who_will_come_is_told_of_the_own_order() -> None:
    fake = own(order(FIRST))
    fake.answers[FAQ] = (200, {"key": "who", "answer": "按住处派。"})
    async with running(fake):
        said, _, _ = await run(
            "action_answer_faq", heard("谁去修啊", "ask_faq", parsed={"faq": {"key": "who", "confidence": 0.9}})
        )
    assert said == "在办。"


async def test_not_solved_with_a_reason_is_told_to_be_done_again() -> None:
    asked_now = {"pending": {"kind": "solved", "number": FIRST, "score": 3, "comment": ""}}
    async with running(own(order(FIRST, "closed", rating=RATED))) as fake:
        said, _, _ = await run("action_rate", heard("其实还是有点漏", "dispute_result", slots=asked_now))
    assert said in said_of("rated_redone")
    assert fake.bodies(f"POST work-orders/{FIRST}/rating")[0]["resolved"] == "no"


@pytest.mark.parametrize(("text", "taken"), [("嗯 算了吧", True), ("对 不报了", True), ("算了", False), ("嗯 先别撤", False)])
async def test_only_a_yes_takes_an_order_back(text: str, taken: bool) -> None:
    asked_now = {"pending": {"kind": "withdraw", "number": FIRST, "text": "不用管了"}}
    async with running(own(order(FIRST))) as fake:
        await run("action_withdraw", heard(text, "cancel", slots=asked_now))
    assert done(fake, "withdraw") == ([FIRST] if taken else [])


async def test_how_long_it_takes_is_about_the_own_order_whatever_matter_the_model_hears() -> None:
    parsed = {"faq": {"key": "time_limit", "confidence": 0.9}, **guessed("动迁/棚改", "改造进度", 0.91)}
    fake = own(order(FIRST, service_code="0101"))
    fake.answers[FAQ] = (200, {"key": "time_limit", "answer": "很快。"})
    async with running(fake):
        said, _, _ = await run("action_answer_faq", heard("多长时间能来 说个准数", "ask_faq", parsed=parsed))
    assert "最晚" in said
    assert fake.bodies(FAQ)[0]["service_code"] == "0101"


async def test_solved_said_twice_is_solved_whatever_the_model_makes_of_it() -> None:
    asked_now = {"pending": {"kind": "solved", "number": FIRST, "score": 5, "comment": ""}}
    async with running(own(order(FIRST, "closed", rating=RATED))) as fake:
        said, _, _ = await run("action_dispute", heard("解决了解决了", "dispute_result", slots=asked_now))
    assert said in said_of("rated_thanks")
    assert done(fake, "rating") == []


@pytest.mark.parametrize("text", ["还有厨房顶上也开始渗了", "卧室天棚漏水了", "房顶上漏雨"])
def test_a_ceiling_that_lets_water_through_is_no_danger(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize("text", ["房顶漏水 电线冒火花了", "屋顶塌了砸着人了", "有人站在房顶上要跳"])
def test_what_is_dangerous_beside_a_leaking_ceiling_still_is(text: str) -> None:
    assert screen_emergency(text) is not None
