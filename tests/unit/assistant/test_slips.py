"""A score by a slip of the finger, and what else is said around a verdict: another order, another trouble, no reason."""

from __future__ import annotations

from typing import Any

import pytest

from actions import replies
from backend.domain.drafting.context import wishes_of
from backend.domain.language.answers import changed_score, parse_rating
from backend.domain.language.emergency import screen_emergency
from backend.domain.language.wishes import says
from tests.unit.assistant.builders import fresh, told
from tests.unit.assistant.fake_backend import drafted, order, running, tracker
from tests.unit.assistant.test_actions import PATCH, run
from tests.unit.assistant.test_after_filing import FIRST, LAMP, SECOND, WATER, done, own
from tests.unit.assistant.test_context import intent

RATING = f"POST work-orders/{FIRST}/rating"
TAKE_BACK = f"{RATING}/take-back"
RATED = {"satisfaction": 1, "resolved": "partly", "comment": "", "rated_at": "2026-11-21T15:00:00+08:00"}


def told_of(key: str, **values: str) -> list[str]:
    return [line.format(**values) for line in replies.table()[key]]


def why(**more: Any) -> dict[str, Any]:
    known = {"kind": "why", "number": FIRST, "score": 1, "resolved": "partly", "comment": "", "told": False, "waits": True}
    return {"pending": {**known, **more}}


def number(score: int) -> dict[str, Any]:
    """A score as a digit, with nothing beside it."""
    return {"rating": score, "verdict": {"score": score, "named": True, "clause": str(score), "comment": ""}}


def handled(state: str = "resolved", **more: Any) -> Any:
    return own(order(FIRST, state, **more), **{TAKE_BACK: (204, None)})


@pytest.mark.parametrize(("said", "meta", "parsed"), [("1", {}, number(1)), ("非常不满意", {"menu_id": "rate_1"}, {})])
async def test_a_low_digit_or_tap_waits_for_its_reason(said: str, meta: dict[str, Any], parsed: dict[str, Any]) -> None:
    async with running(handled()) as fake:
        text, _, after = await run("action_rate", tracker(said, "rate", parsed=parsed, **meta))
    assert [(body["satisfaction"], body["reason_follows"]) for body in fake.bodies(RATING)] == [(1, True)]
    assert text in told_of("rated_why", score="1")
    assert "点错了" in text
    assert after["pending"]["waits"]


@pytest.mark.parametrize(
    ("said", "parsed"),
    [
        ("不咋地", {"rating": 2, "verdict": {"score": 2, "named": False, "clause": "不咋地", "comment": ""}}),
        (
            "2分 来了看一眼就走",
            {"rating": 2, "verdict": {"score": 2, "named": True, "clause": "2分", "comment": "2分 来了看一眼就走"}},
        ),
        ("4", number(4)),
    ],
)
async def test_words_a_reason_and_a_good_score_are_no_slip(said: str, parsed: dict[str, Any]) -> None:
    async with running(handled()) as fake:
        await run("action_rate", tracker(said, "rate", parsed=parsed))
    assert [body["reason_follows"] for body in fake.bodies(RATING)] == [False]


async def test_the_reason_sends_it_back_with_it() -> None:
    async with running(handled(rating=RATED)) as fake:
        text, _, after = await run("validate_complaint_form", tracker("屋里还是冷", "report_complaint", slots=why()))
    assert [(body["comment"], body["reason_follows"]) for body in fake.bodies(RATING)] == [("屋里还是冷", False)]
    assert text in told_of("rated_redone")
    assert after["pending"] is None


@pytest.mark.parametrize("parsed", [{"answer": {"kind": "refuse"}}, {"answer": {"kind": "skip"}}])
async def test_who_gives_no_reason_gets_it_redone_all_the_same(parsed: dict[str, Any]) -> None:
    async with running(handled(rating=RATED)) as fake:
        text, _, _ = await run("action_answer", tracker("不想说", "deny", slots=why(), parsed=parsed))
    assert [(body["comment"], body["reason_follows"]) for body in fake.bodies(RATING)] == [("", False)]
    assert text in told_of("rated_again")


@pytest.mark.parametrize("said", ["点错了", "哎呀按错了", "手滑了", "看反了", "1不是最好的吗", "我以为1是最高的", "打低了"])
async def test_a_slip_is_taken_back_and_the_score_asked_anew(said: str) -> None:
    async with running(handled(rating=RATED)) as fake:
        parsed = {"wishes": wishes_of(said), "rating": parse_rating(said)}
        text, buttons, after = await run("action_rate", tracker(said, "rate", slots=why(), parsed=parsed))
    assert len(fake.bodies(TAKE_BACK)) == 1
    assert fake.bodies(RATING) == []
    assert text in told_of("rate_anew")
    assert len(buttons) == 5
    assert after["pending"]["kind"] == "score"


async def test_what_went_back_already_is_asked_anew_as_well() -> None:
    async with running(own(order(FIRST, rating=RATED), **{TAKE_BACK: (409, {"code": "verdict_stands"})})):
        text, _, _ = await run("action_rate", tracker("点错了", "rate", slots=why(), parsed={"wishes": ["slips"]}))
    assert text in told_of("rate_anew")


@pytest.mark.parametrize(
    ("said", "parsed", "score"),
    [
        ("按错了,给5分", {**number(5), "wishes": ["slips", "wrong"]}, 5),
        ("5", number(5), 5),
        ("其实挺好的", {"rating": 4, "verdict": {"score": 4, "named": False, "clause": "其实挺好的", "comment": ""}}, 4),
    ],
)
async def test_another_score_instead_of_the_reason_puts_it_right(said: str, parsed: dict[str, Any], score: int) -> None:
    async with running(handled(rating=RATED)) as fake:
        text, _, after = await run("action_rate", tracker(said, "rate", slots=why(), parsed=parsed))
    assert [(body["satisfaction"], body["resolved"]) for body in fake.bodies(RATING)] == [(score, "yes")]
    assert text in told_of("rated_revised", score=str(score))
    assert after["pending"] is None


@pytest.mark.parametrize(
    "said", ["态度挺好 就是没修好", "阀门没换个新的", "派错人了", "地方弄错了", "换的零件不对 还是漏", "重新弄一遍", "没人来"]
)
async def test_a_reason_with_such_words_in_it_stays_a_reason(said: str) -> None:
    parsed = {"wishes": wishes_of(said), "rating": parse_rating(said), "verdict": {"score": 4, "named": False, "comment": said}}
    async with running(handled(rating=RATED)) as fake:
        await run("action_rate", tracker(said, "dispute_result", slots=why(), parsed=parsed))
    assert fake.bodies(TAKE_BACK) == []
    assert fake.bodies(RATING)[0]["comment"] == said


async def test_a_score_put_right_after_it_went_back_says_how_to_stop_the_redoing() -> None:
    async with running(own(order(FIRST, "dispatched", rating=RATED))):
        text, _, _ = await run("action_rate", tracker("点错了 应该5分", "rate", parsed={**number(5), "wishes": ["slips"]}))
    assert text in told_of("rated_revised_undone", score="5")


@pytest.mark.parametrize(
    ("said", "score"), [("那改成5", 5), ("换成4吧", 4), ("改成3号楼", None), ("改成三单元", None), ("5", None), ("改一下", None)]
)
def test_a_change_to_a_bare_number_is_a_score_where_one_is_waited_for(said: str, score: int | None) -> None:
    assert changed_score(said) == score
    assert (intent(said, "rating", ("correct_previous_detail", 0.8)) == "rate") == (score is not None or said == "5")


@pytest.mark.parametrize("said", ["垃圾那个打5分", "垃圾清得挺干净", "垃圾又满了"])
def test_rubbish_as_the_matter_is_no_score(said: str) -> None:
    assert parse_rating(said) != 1


# --- beside a verdict


async def test_a_verdict_that_names_another_order_moves_that_one_only() -> None:
    mine = [order(FIRST, "closed", rating={**RATED, "satisfaction": 4}, **LAMP), order(SECOND, **WATER)]
    slots = {"pending": {"kind": "solved", "number": FIRST, "score": 4, "comment": ""}}
    async with running(own(*mine)) as fake:
        await run("action_dispute", tracker("停水那个还没弄呢", "dispute_result", slots=slots))
    assert done(fake, "rating") == []
    assert done(fake, "note") == [SECOND]


async def test_a_trouble_told_beside_the_verdict_goes_on_as_a_report_of_its_own() -> None:
    slots = {"pending": {"kind": "solved", "number": FIRST, "score": 5, "comment": ""}}
    noise = {"category": "噪音扰民", "subcategory": "生活", "category_confidence": 0.97, "confidence": 0.97}
    said = "解决了 对了还有个事 楼上天天半夜放音响"
    parsed = {"wishes": wishes_of(said), "categories": [noise]}
    async with running(own(order(FIRST, "closed"), **{PATCH: (200, drafted())})) as fake:
        text, _, after = await run("action_rate", tracker(said, "rate", slots=slots, parsed=parsed))
        assert text in told_of("rated_thanks")
        await run("validate_complaint_form", tracker(said, "rate", slots=after, parsed=parsed))
    assert "楼上天天半夜放音响" in fake.bodies(PATCH)[0]["text"]
    assert "解决了" not in fake.bodies(PATCH)[0]["text"]


async def test_whether_the_score_has_come_is_answered_with_it() -> None:
    said = "我刚才打的分记上了吗"
    async with running(own(order(FIRST, "closed", rating={**RATED, "satisfaction": 5}, **LAMP))):
        text, _, _ = await run("action_add_note", tracker(said, "provide_info", parsed={"wishes": wishes_of(said)}))
    assert text in told_of("score_known", what="路灯", score="5")
    assert intent(said, "", ("query_status", 0.99)) == "provide_info"


# --- which order


async def test_a_photo_that_fits_several_names_the_order_and_can_be_moved() -> None:
    mine = own(order(FIRST, **LAMP), order(SECOND, **WATER))
    photo = [{"kind": "image", "media_id": "p1"}]
    async with running(mine) as fake:
        text, _, slots = await run("action_add_note", tracker("[图片]", attachments=photo))
        assert text in told_of("note_added_of", what="路灯", number=FIRST)
        text, _, _ = await run("action_add_note", tracker("停水那个的照片", slots=slots))
    assert done(fake, "note") == [FIRST, SECOND]
    assert fake.bodies(f"POST work-orders/{SECOND}/note")[0]["attachments"] == photo
    assert text in told_of("note_moved", what="停水", number=SECOND)


async def test_a_photo_that_lies_where_it_belongs_is_not_added_twice() -> None:
    noted = {"kind": "noted", "number": FIRST, "numbers": [FIRST, SECOND], "said": "居民补充:[图片]", "files": {}}
    async with running(own(order(FIRST, **LAMP), order(SECOND, **WATER))) as fake:
        text, _, _ = await run("action_add_note", tracker("路灯那个的", slots={"pending": noted}))
    assert done(fake, "note") == []
    assert text in told_of("note_there", what="路灯", number=FIRST)


async def test_of_several_orders_of_which_none_is_done_all_are_urged_and_none_disputed() -> None:
    said = "两个都没动静 把我们当皮球踢"
    async with running(own(order(FIRST, **LAMP), order(SECOND, **WATER))) as fake:
        await run("action_dispute", tracker(said, "dispute_result", parsed={"wishes": wishes_of(said)}))
    assert sorted(done(fake, "urge")) == sorted([FIRST, SECOND])


async def test_the_question_which_one_outlives_one_message_about_something_else() -> None:
    pick = {"pending": {"kind": "pick", "verb": "status", "numbers": [FIRST, SECOND], "text": "进度"}}
    away = "稍等我接个孩子"
    async with running(own(order(FIRST, **LAMP), order(SECOND, **WATER))) as fake:
        text, _, after = await run("action_add_note", tracker(away, slots=pick, parsed={"wishes": wishes_of(away)}))
        assert text in told_of("no_hurry")
        await run("action_add_note", tracker("上面那个说停水的", slots={"pending": {**after["pending"], "aged": True}}))
    assert [body["number"] for name, body in fake.calls if name.endswith("lookup")] == [SECOND]
    assert done(fake, "note") == []


async def test_words_that_point_at_none_choose_nothing_once_the_question_is_old() -> None:
    pick = {"pending": {"kind": "pick", "verb": "urge", "numbers": [FIRST, SECOND], "text": "催", "aged": True}}
    async with running(own(order(FIRST, **LAMP), order(SECOND, **WATER))) as fake:
        await run("action_answer", tracker("路灯", "provide_info", slots=pick))
    assert done(fake, "urge") == []


FRESH = {"requested_at": "2026-11-21T15:20:00+08:00"}


@pytest.mark.parametrize(
    ("said", "when", "noted"),
    [
        ("地上还有好多汤汤水水", FRESH, [FIRST]),
        ("地上还有好多汤汤水水", {}, []),
        ("对了 还有个事 地上都是水", FRESH, []),
        ("地上好多汤汤水水", FRESH, []),
    ],
)
async def test_what_is_said_right_after_filing_and_is_no_clear_trouble_goes_with_it(
    said: str, when: dict[str, str], noted: list[str]
) -> None:
    unsure = {"category": "供水", "subcategory": "水质", "category_confidence": 0.64, "confidence": 0.24}
    parsed = {"wishes": wishes_of(said), "categories": [unsure]}
    async with running(own(order(FIRST, **LAMP, **when), **{PATCH: (200, drafted())})) as fake:
        await run("validate_complaint_form", tracker(said, "report_complaint", parsed=parsed))
    assert done(fake, "note") == noted
    assert len(fake.bodies(PATCH)) == 1 - len(noted)


# --- others, leaving, dangers that are none


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("我想问问我家楼上老李头报没报过我家的状", "query_status"),
        ("谁举报的我", "query_status"),
        ("楼上投诉过我没", "query_status"),
        ("楼上天天投诉我家吵", "report_complaint"),
        ("邻居反映过的漏水又来了 我家也漏", "report_complaint"),
    ],
)
def test_what_others_filed_is_asked_after_and_no_report(said: str, meant: str) -> None:
    assert intent(said, "", ("report_complaint", 0.9)) == meant


async def test_who_asks_what_others_filed_hears_that_it_is_not_told() -> None:
    async with running(own()):
        text, _, _ = await run(
            "action_query_status", tracker("谁举报的我", "query_status", parsed={"wishes": wishes_of("谁举报的我")})
        )
    assert text in told_of("others_secret")


async def test_who_leaves_the_question_for_the_phones_tail_is_let_go() -> None:
    said = "算了 我回头问她"
    slots = {"pending": {"kind": "tail", "number": SECOND}}
    async with running(own()):
        text, _, _ = await run("action_withdraw", tracker(said, "cancel", slots=slots, parsed={"wishes": wishes_of(said)}))
    assert text in told_of("no_matter")


@pytest.mark.parametrize(
    ("said", "drops"),
    [
        ("算了算了不找了 等他们来再说吧", True),
        ("不用转了", True),
        ("算了 不用了", True),
        ("不用找人了", True),
        ("还是跟你说吧", True),
        ("不找你们领导我不走", False),
        ("别找借口", False),
        ("怎么还没人来", False),
        ("不要把电话给别人", False),
    ],
)
def test_that_no_person_is_wanted_any_more(said: str, drops: bool) -> None:
    assert says("drops_person", said) == drops


@pytest.mark.parametrize("said", ["坑挺大的 能掉进去一个小孩 麻烦快点", "这坑能装个大人", "那洞够掉进去个孩子"])
def test_how_big_a_hole_is_is_no_danger_to_life(said: str) -> None:
    assert screen_emergency(said) is None


@pytest.mark.parametrize("said", ["厨房水管子往外呲水", "厨房水管子往外呲水 翠园小区4号楼1单元102 刚刚"])
def test_water_that_spurts_is_no_gas(said: str) -> None:
    assert screen_emergency(said) is None


@pytest.mark.parametrize("said", ["厨房管子呲呲响 有股味", "灶台下面往外呲气 一股臭鸡蛋味"])
def test_gas_that_hisses_is_one(said: str) -> None:
    assert screen_emergency(said) is not None


@pytest.mark.parametrize(("said", "key"), [("不用催了 人来了", "came_noted"), ("先别催了", "no_hurry_noted")])
async def test_that_nobody_need_press_takes_nothing_back(said: str, key: str) -> None:
    assert intent(said, "", ("cancel", 0.95)) == "provide_info"
    async with running(own(order(FIRST, **LAMP))) as fake:
        text, _, _ = await run("action_add_note", tracker(said, parsed={"wishes": wishes_of(said)}))
    assert done(fake, "note") == [FIRST]
    assert text in told_of(key, number=FIRST)


@pytest.mark.parametrize(
    ("sure_of", "noted"), [({}, [FIRST]), (WATER, [SECOND]), ({"category": "供暖", "subcategory": "停暖"}, [])]
)
@pytest.mark.parametrize("said", ["楼上那家不给开门 师傅白跑一趟", "师傅说缺零件 走了"])
async def test_how_the_visit_went_is_written_on_the_order(said: str, sure_of: dict[str, Any], noted: list[str]) -> None:
    guesses = [{**sure_of, "category_confidence": 0.97, "confidence": 0.97}] if sure_of else []
    parsed = {"wishes": wishes_of(said), "categories": guesses}
    async with running(own(order(FIRST, **LAMP), order(SECOND, **WATER), **{PATCH: (200, drafted())})) as fake:
        await run("validate_complaint_form", tracker(said, "report_complaint", parsed=parsed))
    assert done(fake, "note") == noted


@pytest.mark.parametrize("said", ["有个小孩掉进去了快来人", "孩子掉坑里了"])
def test_who_fell_into_it_is_one(said: str) -> None:
    assert screen_emergency(said) is not None


@pytest.mark.parametrize("said", ["咋没人给我回个话", "到现在也没人跟我联系", "没人给我打个电话"])
def test_that_nobody_called_is_no_missed_call(said: str) -> None:
    assert says("nobody_came", said)
    assert not says("missed_call", said)


@pytest.mark.parametrize(
    ("said", "building"),
    [
        ("刚才报的那个楼号写错了 不是15号楼 是16号楼", "16"),
        ("楼号写错了 不是15 是16", "16"),
        ("楼号写错了 是16号楼", "16"),
        ("楼号不对,不是15号楼,应该是16", "16"),
    ],
)
def test_a_number_put_right_with_the_wrong_one_named_first(said: str, building: str) -> None:
    story = "楼道里堆满垃圾 翠园小区15号楼2单元 三天了"
    step = told(fresh("17000000511"), (story, "report_complaint"), (said, "correct_previous_detail"))
    assert (step.form.draft.address.building, step.form.draft.address.unit) == (building, "2")
