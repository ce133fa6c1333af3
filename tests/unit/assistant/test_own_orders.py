"""Withdrawing only on a clear yes, disputes with their reason, two wishes in one message, whose note a message is."""

from __future__ import annotations

from typing import Any

import pytest

from actions import replies
from tests.unit.assistant.fake_backend import FakeBackend, drafted, order, running, tracker
from tests.unit.assistant.test_actions import LOOKUP, ORDERS, PATCH, run

NUMBER = "261121000017"
WITHDRAW, REOPEN, URGE, NOTE, RATING = (
    f"POST work-orders/{NUMBER}/{verb}" for verb in ("withdraw", "reopen", "urge", "note", "rating")
)
ASKED = {"pending": {"kind": "withdraw", "number": NUMBER, "text": "撤单"}}
WATER = {"category": "供水", "subcategory": "水压", "service_code": "0204", "confidence": 0.99, "category_confidence": 0.99}


def own(*orders: dict[str, Any], **answers: Any) -> FakeBackend:
    return FakeBackend({ORDERS: (200, {"items": list(orders)}), **answers})


@pytest.mark.parametrize("intent", ["cancel", "affirm", "deny", "provide_info", "nlu_fallback"])
@pytest.mark.parametrize("said", ["算了 还是留着吧", "别 接着修", "这个嘛"])
async def test_whatever_is_no_clear_yes_keeps_the_order(said: str, intent: str) -> None:
    fake = own(order(), **{WITHDRAW: (200, order(state="withdrawn"))})
    async with running(fake):
        text, _, slots = await run("action_withdraw", tracker(said, intent, slots=ASKED, parsed={"wishes": []}))
    assert fake.bodies(WITHDRAW) == []
    assert text in replies.table()["withdraw_kept"]
    assert slots["pending"] is None


@pytest.mark.parametrize("given", [{"parsed": {"wishes": ["gives_up"]}}, {"menu_id": "withdraw_yes"}])
async def test_a_clear_yes_takes_the_order_back(given: dict[str, Any]) -> None:
    fake = own(order(), **{WITHDRAW: (200, order(state="withdrawn"))})
    async with running(fake):
        await run("action_answer", tracker("撤吧", "deny", slots=ASKED, **given))
    assert len(fake.bodies(WITHDRAW)) == 1


async def test_another_wish_instead_of_an_answer_is_served_and_the_order_stays() -> None:
    fake = own(order(), **{LOOKUP: (200, {"text": "在供热公司。"}), WITHDRAW: (200, order(state="withdrawn"))})
    async with running(fake):
        text, _, slots = await run("action_query_status", tracker("到哪儿了", "query_status", slots=ASKED))
    assert (text, fake.bodies(WITHDRAW), slots["pending"]) == ("在供热公司。", [], None)


async def test_a_dispute_without_a_reason_is_asked_for_it_and_reopened_with_it() -> None:
    fake = own(order(state="resolved"), **{REOPEN: (200, order())})
    async with running(fake):
        text, _, slots = await run("action_dispute", tracker("没解决", "dispute_result", parsed={"answer": {"kind": "no"}}))
        assert text in replies.table()["dispute_why"]
        assert fake.bodies(REOPEN) == []
        _, _, after = await run(
            "validate_complaint_form", tracker("就填了点儿土 车一压又是个坑", "report_complaint", slots=slots)
        )
    assert "填了点儿土" in fake.bodies(REOPEN)[0]["reason"]
    assert (after["pending"], after["requested_slot"]) == (None, None)


async def test_a_reason_told_with_the_verdict_is_not_asked_again() -> None:
    fake = own(order(state="closed"), **{RATING: (201, order()), NOTE: (200, order())})
    pending = {"kind": "solved", "number": NUMBER, "score": 5, "comment": ""}
    async with running(fake):
        said = tracker("又漏了 上次修的不行 还得重新修", "dispute_result", slots={"pending": pending})
        text, _, slots = await run("action_dispute", said)
    assert (fake.bodies(RATING)[0]["resolved"], slots["pending"]) == ("no", None)
    assert "又漏了" in fake.bodies(RATING)[0]["comment"]
    assert "又漏了" in fake.bodies(NOTE)[0]["note"]
    assert text in replies.table()["rated_redone"]


@pytest.mark.parametrize(("state", "urged"), [("dispatched", 1), ("resolved", 0)])
async def test_asking_and_urging_in_one_breath_serves_both(state: str, urged: int) -> None:
    fake = own(order(state=state), **{LOOKUP: (200, {"text": "在供热公司。"}), URGE: (200, order())})
    async with running(fake):
        said = tracker("啥时候能到?能不能快点儿", "query_status", parsed={"wishes": ["urges"]})
        text, _, _ = await run("action_query_status", said)
    assert text.startswith("在供热公司。")
    assert len(fake.bodies(URGE)) == urged


async def test_the_second_wish_waits_for_the_choice_of_the_order() -> None:
    two = (order(), order("261120000029"))
    fake = own(*two, **{LOOKUP: (200, {"text": "在供热公司。"}), URGE: (200, order())})
    async with running(fake):
        said = tracker("啥时候能到?快点儿", "query_status", parsed={"wishes": ["urges"]})
        _, _, slots = await run("action_query_status", said)
        await run("action_answer", tracker("1", "affirm", slots=slots, parsed={"answer": {"kind": "choice", "number": 1}}))
    assert len(fake.bodies(URGE)) == 1


async def test_orders_are_asked_for_by_conversation_and_by_identity() -> None:
    fake = own(order(), **{LOOKUP: (200, {"text": "在供热公司。"})})
    async with running(fake):
        await run("action_query_status", tracker("咋样了", "query_status", channel="sms", channel_user_id="17000000001"))
    for body in (fake.bodies(ORDERS)[0], fake.bodies(LOOKUP)[0]):
        assert (body["on_behalf_of"], body["channel"], body["channel_user_id"]) == ("c1", "sms", "17000000001")


@pytest.mark.parametrize(("wishes", "category", "noted"), [([], "供暖", 0), (["adds"], "供暖", 1), ([], "供水", 1)])
async def test_another_clear_matter_is_a_note_only_when_it_says_so_or_is_the_same_one(
    wishes: list[str], category: str, noted: int
) -> None:
    fake = own(order(category=category), **{NOTE: (200, order())})
    async with running(fake):
        said = tracker("家里水压太低 洗不了澡", "provide_info", parsed={"categories": [WATER], "wishes": wishes})
        _, _, slots = await run("action_add_note", said)
    assert len(fake.bodies(NOTE)) == noted
    assert (slots.get("followup") == "complaint_form") is (noted == 0)


async def test_a_message_that_opens_the_form_with_a_clear_matter_is_a_report() -> None:
    fake = FakeBackend({PATCH: (200, drafted())})
    async with running(fake):
        await run("validate_complaint_form", tracker("水压太低", "provide_info", parsed={"categories": [WATER]}))
        inside = tracker("水压太低", "provide_info", parsed={"categories": [WATER]}, draft={"form": {}})
        await run("validate_complaint_form", inside)
    assert [body["intent"] for body in fake.bodies(PATCH)] == ["report_complaint", "provide_info"]


@pytest.mark.parametrize(("answer", "heard"), [("yes", 1), ("no", 0)])
async def test_what_was_not_understood_is_offered_as_the_complaint_it_sounds_like(answer: str, heard: int) -> None:
    likely = {**WATER, "category_confidence": 0.7}
    fake = FakeBackend({PATCH: (200, drafted())})
    async with running(fake):
        said = tracker("水那个细的", "nlu_fallback", parsed={"categories": [likely]})
        text, buttons, slots = await run("action_default_fallback", said)
        assert "水压" in text
        assert [button["payload"] for button in buttons] == ["offer_yes", "offer_no"]
        _, _, after = await run("action_answer", tracker("是", "affirm", slots=slots, parsed={"answer": {"kind": answer}}))
    assert [(body["text"], body["intent"]) for body in fake.bodies(PATCH)] == [("水那个细的", "report_complaint")] * heard
    assert after["pending"] is None


RATE = "POST work-orders/261121000017/rating"


async def test_who_said_that_it_is_fixed_is_asked_for_the_points_only() -> None:
    fake = FakeBackend({ORDERS: (200, {"items": [order(state="resolved")]}), RATE: (200, {})})
    async with running(fake):
        asked, _, slots = await run("action_rate", tracker("修好了 谢谢啊", "rate", parsed={"wishes": ["solved"]}))
        said, _, left = await run(
            "action_rate", tracker("五分", "rate", parsed={"rating": 5}, slots={"pending": slots["pending"]})
        )
    assert asked in replies.table()["rate_ask"]
    assert "5分" in said
    assert "解决" not in said
    assert (fake.bodies(RATE)[0]["satisfaction"], fake.bodies(RATE)[0]["resolved"]) == (5, "yes")
    assert left["pending"] is None


async def test_a_new_score_keeps_the_other_answers() -> None:
    rated = order(state="closed", rating={"satisfaction": 3, "resolved": "partly", "comment": "来得慢"})
    fake = FakeBackend({ORDERS: (200, {"items": [rated]}), RATE: (200, {})})
    async with running(fake):
        said, _, slots = await run(
            "action_rate", tracker("刚才按错了 我给五分", "rate", parsed={"rating": 5, "wishes": ["wrong"]})
        )
    assert "5分" in said
    assert fake.bodies(RATE)[0] | {"satisfaction": 5, "resolved": "partly", "comment": "来得慢"} == fake.bodies(RATE)[0]
    assert "pending" not in slots


async def test_of_two_the_one_that_is_named_is_rated() -> None:
    lamp = order("261121000025", "resolved", category="道路设施", subcategory="路灯")
    fake = FakeBackend({ORDERS: (200, {"items": [lamp, order(state="resolved")]}), RATE: (200, {})})
    async with running(fake):
        named = {"rating": 4, "categories": [{"category": "供暖", "subcategory": "室温不达标", "category_confidence": 0.95}]}
        await run("action_rate", tracker("暖气那个给4分", "rate", parsed=named))
    assert fake.bodies(RATE)[0]["satisfaction"] == 4


async def test_the_end_of_a_form_that_was_none_leaves_the_open_question_alone() -> None:
    pending = {"kind": "solved", "number": "261121000017", "score": 5, "comment": ""}
    async with running(FakeBackend()):
        _, _, slots = await run("action_submit_complaint", tracker("路灯(11月22日)", "rate", slots={"pending": pending}))
    assert "pending" not in slots


async def test_the_same_status_is_told_in_other_words_the_second_time() -> None:
    told = {"text": "您这件事办理中。单位正在办,办好了告诉您。", "again": "还是办理中。一有变化我马上告诉您。"}
    fake = FakeBackend({ORDERS: (200, {"items": [order()]}), "POST work-orders/lookup": (200, told)})
    said: dict[str, int] = {}
    heard = []
    async with running(fake):
        for _ in range(3):
            text, _, slots = await run("action_query_status", tracker("到哪了", "query_status", slots={"said": said}))
            said = slots["said"]
            heard.append(text)
    assert heard == [told["text"], told["again"], told["text"]]


async def test_a_place_instead_of_a_yes_reports_what_was_offered_and_the_place() -> None:
    body = {"text": "我们楼后身有人半夜施工", "intent": "report_complaint"}
    fake = FakeBackend({"PATCH conversations/c1/draft": (200, drafted("occurred_at"))})
    async with running(fake):
        said = tracker("翠园小区3号楼", "provide_info", slots={"pending": {"kind": "offer", "body": body}})
        said["latest_message"]["facts"] = {"address": {"text": "翠园小区3号楼"}}
        text, _, slots = await run("action_add_note", said)
    assert [sent["text"] for sent in fake.bodies("PATCH conversations/c1/draft")] == [body["text"], "翠园小区3号楼"]
    assert any(text.endswith(variant) for variant in replies.table()["ask_occurred_at"])
    assert slots["pending"] is None


async def test_what_goes_to_the_open_order_is_said_with_its_number_and_ends_the_form() -> None:
    added = drafted("", outcome="add", number="261121000017", draft=None, question={"key": "", "values": {}, "choices": []})
    async with running(FakeBackend({"PATCH conversations/c1/draft": (200, added)})):
        text, _, slots = await run(
            "validate_complaint_form", tracker("是同一件", "affirm", draft={"form": {}}, loop="complaint_form")
        )
    assert "261121000017" in text
    assert slots["requested_slot"] is None


@pytest.mark.parametrize(("wish", "expected"), [("how_long", "三天。"), ("who_handles", "派给单位。"), ("", "不要钱。")])
async def test_words_that_name_the_question_beat_the_guess_of_the_model(wish: str, expected: str) -> None:
    answers = {"time_limit": "三天。", "who": "派给单位。", "fee": "不要钱。"}
    told = {"POST faqs/answer": lambda body: (200, {"key": body["key"], "answer": answers[body["key"]]})}
    fake = own(**told)
    async with running(fake):
        parsed = {"faq": {"key": "fee"}, "wishes": [wish] if wish else []}
        text, _, _ = await run("action_answer_faq", tracker("几点能到", "ask_faq", parsed=parsed))
    assert text == expected
