"""The actions: tracker JSON in, sentences and events out, with a backend that answers or fails."""

from __future__ import annotations

import asyncio
import itertools
import socket
from typing import Any

import pytest

from actions import replies
from actions.backend import Backend
from actions.server import make_executor
from tests.unit.assistant.fake_backend import FakeBackend, drafted, order, running, tracker

PATCH = "PATCH conversations/c1/draft"
FILE = "POST conversations/c1/draft/file"
HANDOVER = "POST conversations/c1/handover"
ORDERS = "GET work-orders"
LOOKUP = "POST work-orders/lookup"
ACTIONS = sorted(make_executor().actions)
_SHORT = {"followup": "followup", "active_loop": "loop"}
EXECUTOR = make_executor()
FILED = {
    "number": "261121000017",
    "unit_name": "供热公司",
    "due_at": "2026-11-24T18:00:00+08:00",
    "on_site_due_at": None,
    "subcategory": "室温不达标",
    "following": None,
}


async def run(action: str, said: dict[str, Any]) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """(what was said, the buttons, the slots that were set)."""
    result = await EXECUTOR.run({"next_action": action, "tracker": said, "domain": {}, "sender_id": "c1.1"})
    assert result is not None
    slots = {event["name"]: event["value"] for event in result.events if event["event"] == "slot"}
    slots |= {_SHORT[event["event"]]: event["name"] for event in result.events if event["event"] in _SHORT}
    text = "".join(response["text"] for response in result.responses)
    buttons = [button for response in result.responses for button in response["buttons"]]
    return text, buttons, slots


NEED_THE_BACKEND = ("action_query_status", "action_hand_over", "validate_complaint_form", "action_urge")


@pytest.mark.parametrize("action", ACTIONS)
async def test_no_action_raises_or_sends_the_resident_away_when_the_backend_is_broken(action: str) -> None:
    async with running(FakeBackend()):
        text, _, _ = await run(action, tracker("屋里冷", "report_complaint"))
    assert text not in replies.table()["backend_down"]


@pytest.mark.parametrize("action", NEED_THE_BACKEND)
async def test_an_action_whose_backend_is_away_says_nothing_so_that_the_engine_asks_again(action: str) -> None:
    async with running(FakeBackend()):
        text, _, _ = await run(action, tracker("屋里冷", "report_complaint"))
    assert text == ""


async def test_in_danger_a_resident_is_told_whom_to_call_even_when_the_backend_is_broken() -> None:
    async with running(FakeBackend()):
        text, _, _ = await run("action_emergency", tracker("着火了", "emergency"))
    assert "119" in text


async def test_a_message_goes_to_the_draft_with_its_facts_and_the_question_comes_back() -> None:
    fake = FakeBackend({PATCH: (200, drafted("address", changed=["description"]))})
    async with running(fake):
        said = tracker("屋里冷", "report_complaint", parsed={"facts": {"name": "王"}, "categories": [{"category": "供暖"}]})
        text, _, slots = await run("validate_complaint_form", said)
    body = fake.bodies(PATCH)[0]
    assert (body["text"], body["intent"], body["message_id"]) == ("屋里冷", "report_complaint", "m1")
    assert body["facts"] == {"name": "王"}
    assert slots["requested_slot"] == "address"
    assert slots["description"] is True
    assert slots["address"] is None
    assert any(text.endswith(variant) for variant in replies.table()["ask_address"])


async def test_a_confirmed_draft_ends_the_form_and_is_filed() -> None:
    fake = FakeBackend({PATCH: (200, drafted("confirm", outcome="file")), FILE: (201, FILED)})
    async with running(fake):
        _, _, slots = await run("validate_complaint_form", tracker("对", "affirm", loop="complaint_form"))
        assert slots["requested_slot"] is None
        text, _, _ = await run("action_submit_complaint", tracker("对", "affirm", slots={"draft_id": slots["draft_id"]}))
    assert fake.bodies(FILE) == [{"draft_id": "d1"}]
    assert "261121000017" in text
    assert "供热公司" in text
    assert "11月24日" in text


async def test_a_form_that_ends_without_a_confirmed_draft_files_nothing() -> None:
    fake = FakeBackend()
    async with running(fake):
        text, _, _ = await run("action_submit_complaint", tracker("算了", "cancel"))
    assert (text, fake.calls) == ("", [])


async def test_when_filing_is_refused_the_resident_is_told_that_nothing_is_lost() -> None:
    async with running(FakeBackend({FILE: (422, {"code": "invalid", "detail": "电话不对"})})):
        text, _, slots = await run("action_submit_complaint", tracker("对", "affirm", slots={"draft_id": "d1"}))
    assert text in replies.table()["not_filed_yet"]
    assert slots["draft_id"] is None


async def test_when_the_backend_is_away_at_filing_nothing_is_said_and_the_draft_stays() -> None:
    async with running(FakeBackend()):
        text, _, slots = await run("action_submit_complaint", tracker("对", "affirm", slots={"draft_id": "d1"}))
    assert text == ""
    assert slots["draft_id"] is None


async def test_a_backend_that_restarts_meanwhile_is_only_waited_for() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    client = Backend(f"http://127.0.0.1:{port}", "token")
    answer = asyncio.create_task(client.call("GET", "faqs"))
    await asyncio.sleep(0.3)
    server = await FakeBackend({"GET faqs": (200, {"items": []})}).listen(port)
    try:
        assert await answer == {"items": []}
    finally:
        await client.close()
        await server.close()


async def test_a_call_whose_connection_is_closed_under_it_is_made_again() -> None:
    calls = 0

    async def closes_the_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await reader.readuntil(b"\r\n\r\n")
        if calls > 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(closes_the_first, "127.0.0.1", 0)
    client = Backend(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "token")
    try:
        await client.call("GET", "faqs")
    finally:
        await client.close()
        server.close()
    assert calls == 2


async def test_the_next_problem_is_put_after_the_first_is_filed() -> None:
    following = drafted("confirm", question={"key": "confirm", "values": {"summary": "路灯,翠园小区"}, "choices": []})
    fake = FakeBackend({FILE: (201, {**FILED, "following": following})})
    async with running(fake):
        text, _, slots = await run("action_submit_complaint", tracker("对", "affirm", slots={"draft_id": "d1"}))
    assert "路灯,翠园小区" in text
    assert "loop" not in slots


ANSWER = "POST faqs/answer"


def answered(text: str, key: str = "fee") -> tuple[int, dict[str, str]]:
    return 200, {"key": key, "answer": text}


async def test_a_digression_inside_the_form_is_answered_and_the_question_put_again() -> None:
    fake = FakeBackend({ANSWER: answered("不要钱。"), PATCH: (200, drafted("contact_phone"))})
    async with running(fake):
        said = tracker("要钱不", "ask_faq", parsed={"faq": {"key": "fee"}}, draft={"form": {}}, loop="complaint_form")
        text, _, slots = await run("validate_complaint_form", said)
    assert text.startswith("不要钱。")
    assert any(text.endswith(variant) for variant in replies.table()["ask_contact_phone"])
    assert slots["requested_slot"] == "contact_phone"


async def test_a_question_goes_to_the_table_with_its_words_its_key_and_the_matter_of_the_draft() -> None:
    fake = FakeBackend({ANSWER: answered("二十分钟。"), PATCH: (200, drafted())})
    draft = {"service_code": "0101"}
    async with running(fake):
        said = tracker("打分有啥用", "ask_faq", parsed={"faq": {"key": "how_to_rate"}}, draft=draft)
        text, _, _ = await run("action_answer_faq", said)
    assert fake.bodies(ANSWER) == [{"text": "打分有啥用", "key": "rating", "service_code": "0101"}]
    assert text.startswith("二十分钟。")


async def test_without_a_draft_the_matter_is_what_the_question_itself_is_surely_about() -> None:
    fake = FakeBackend({ANSWER: answered("四十分钟。"), ORDERS: (200, {"items": []})})
    sure = {"faq": {"key": "time_limit"}, "categories": [{"service_code": "0301", "category_confidence": 0.95}]}
    unsure = {"faq": {"key": "time_limit"}, "categories": [{"service_code": "0301", "category_confidence": 0.6}]}
    async with running(fake):
        await run("action_answer_faq", tracker("停电多久来人", "ask_faq", parsed=sure))
        await run("action_answer_faq", tracker("多久来人", "ask_faq", parsed=unsure))
    assert [body["service_code"] for body in fake.bodies(ANSWER)] == ["0301", ""]


async def test_the_same_answer_twice_says_that_it_is_said_again() -> None:
    async with running(FakeBackend({ANSWER: answered("不要钱。")})):
        first, _, slots = await run("action_answer_faq", tracker("要钱不", "ask_faq"))
        second, _, _ = await run("action_answer_faq", tracker("要钱不", "ask_faq", slots={"said": slots["said"]}))
    assert (first, second) == ("不要钱。", "再跟您说一遍:不要钱。")


async def test_an_answer_that_fills_two_messages_is_repeated_without_more_words() -> None:
    long = "长" * 120
    async with running(FakeBackend({ANSWER: answered(long)})):
        text, _, _ = await run("action_answer_faq", tracker("要钱不", "ask_faq", slots={"said": {"told_fee": 0}}))
    assert text == long


async def test_what_the_table_does_not_know_is_admitted() -> None:
    async with running(FakeBackend({ANSWER: answered("", "")})):
        text, _, _ = await run("action_answer_faq", tracker("能养猪吗", "ask_faq", parsed={"faq": {"key": "scope"}}))
    assert text in replies.table()["faq_unknown"]


@pytest.mark.parametrize(
    ("action", "intent"),
    [("action_small_talk", "out_of_scope"), ("action_small_talk", "chitchat"), ("action_default_fallback", "nlu_fallback")],
)
async def test_a_question_that_was_just_added_is_answered_although_the_model_never_learnt_it(action: str, intent: str) -> None:
    async with running(FakeBackend({ANSWER: answered("居住证到街道窗口办。", "q-1")})):
        text, _, slots = await run(action, tracker("居住证在哪办", intent))
    assert text == "居住证到街道窗口办。"
    assert "strangers" not in slots


async def test_a_greeting_asks_no_table() -> None:
    fake = FakeBackend()
    async with running(fake):
        text, _, _ = await run("action_small_talk", tracker("您好", "greet"))
    assert text in replies.table()["greet"]
    assert fake.calls == []


@pytest.mark.parametrize("action", ["action_add_note", "action_answer", "action_withdraw", "action_default_fallback"])
async def test_a_message_for_a_draft_that_rasa_forgot_goes_back_to_the_form(action: str) -> None:
    async with running(FakeBackend()):
        _, _, slots = await run(action, tracker("3单元", draft={"form": {"requested": "address"}}))
    assert slots["followup"] == "complaint_form"


async def test_the_second_misunderstanding_in_a_row_calls_a_person() -> None:
    fake = FakeBackend({HANDOVER: (200, {})})
    async with running(fake):
        _, _, slots = await run("action_default_fallback", tracker("呜啦", "nlu_fallback"))
        assert slots["strangers"] == 1
        assert not fake.bodies(HANDOVER)
        await run("action_default_fallback", tracker("呜啦啦", "nlu_fallback", slots=slots))
    assert fake.bodies(HANDOVER)[0]["reason"] == "low_confidence"


@pytest.mark.parametrize(
    ("hour", "key"), [("15:30", "handed_over"), ("23:10", "handed_over_later"), ("05:00", "handed_over_later")]
)
async def test_asking_for_a_person_hands_over_and_says_when(hour: str, key: str) -> None:
    fake = FakeBackend({HANDOVER: (200, {})})
    async with running(fake):
        text, _, slots = await run("action_hand_over", tracker("人工", "ask_human", message_time=f"2026-11-21T{hour}:00+08:00"))
    day = "11月22日(周日)" if hour == "23:10" else "11月21日(周六)"
    assert text in [variant.format(opens=day) for variant in replies.table()[key]]
    assert slots["loop"] is None


async def test_one_own_order_is_told_at_once() -> None:
    fake = FakeBackend({ORDERS: (200, {"items": [order()]}), LOOKUP: (200, {"text": "在供热公司。"})})
    async with running(fake):
        text, _, _ = await run("action_query_status", tracker("咋样了", "query_status"))
    assert text == "在供热公司。"
    assert fake.bodies(LOOKUP)[0]["on_behalf_of"] == "c1"


async def test_several_own_orders_become_a_numbered_choice_that_a_digit_answers() -> None:
    two = [order("261121000017"), order("261120000029", subcategory="停暖")]
    fake = FakeBackend({ORDERS: (200, {"items": two}), LOOKUP: (200, {"text": "在供热公司。"})})
    async with running(fake):
        _, buttons, slots = await run("action_query_status", tracker("咋样了", "query_status"))
        assert [button["payload"] for button in buttons] == ["status_261121000017", "status_261120000029"]
        answer = tracker("2", "deny", slots=slots, parsed={"answer": {"kind": "choice", "number": 2}})
        text, _, after = await run("action_answer", answer)
    assert text == "在供热公司。"
    assert fake.bodies(LOOKUP)[-1]["number"] == "261120000029"
    assert after["pending"]["done"] == ["261120000029"]


async def test_somebody_elses_number_needs_the_phones_tail() -> None:
    answers = iter([(404, {"code": "not_found"}), (200, {"text": "在供热公司。"})])
    fake = FakeBackend({LOOKUP: lambda _: next(answers)})
    number = {"facts": {"order_numbers": [{"digits": "261121000017", "check": "valid"}]}}
    async with running(fake):
        text, _, slots = await run("action_query_status", tracker("261121000017", "query_status", parsed=number))
        assert text in replies.table()["status_not_found"]
        text, _, _ = await run("action_add_note", tracker("1234", slots=slots))
    assert text == "在供热公司。"
    assert fake.bodies(LOOKUP)[-1]["phone_tail"] == "1234"


@pytest.mark.parametrize("check", ["mistyped", "truncated"])
async def test_a_number_that_cannot_be_right_is_said_to_be_so(check: str) -> None:
    fake = FakeBackend({ORDERS: (200, {"items": []})})
    number = {"facts": {"order_numbers": [{"digits": "2611210", "check": check}]}}
    async with running(fake):
        text, _, _ = await run("action_query_status", tracker("2611210", "query_status", parsed=number))
    assert text in replies.table()[f"number_{check}"]
    assert fake.bodies(LOOKUP) == []


async def test_withdrawing_asks_once() -> None:
    fake = FakeBackend(
        {ORDERS: (200, {"items": [order()]}), "POST work-orders/261121000017/withdraw": (200, order(state="withdrawn"))}
    )
    async with running(fake):
        text, buttons, slots = await run("action_withdraw", tracker("不用办了", "cancel"))
        assert "261121000017" in text
        assert [button["payload"] for button in buttons] == ["withdraw_yes", "withdraw_no"]
        assert not fake.bodies("POST work-orders/261121000017/withdraw")
        await run("action_answer", tracker("撤回", "affirm", slots=slots, menu_id="withdraw_yes"))
    assert fake.bodies("POST work-orders/261121000017/withdraw")[0]["reason"] == "不用办了"


async def test_urging_too_often_is_said_kindly() -> None:
    fake = FakeBackend({ORDERS: (200, {"items": [order()]}), "POST work-orders/261121000017/urge": (429, {"code": "too_often"})})
    async with running(fake):
        text, _, _ = await run("action_urge", tracker("快点", "urge"))
    assert text in replies.table()["urged_enough"]


async def test_a_dispute_reopens_what_is_done_with_the_residents_words() -> None:
    fake = FakeBackend(
        {ORDERS: (200, {"items": [order(state="resolved")]}), "POST work-orders/261121000017/reopen": (200, order())}
    )
    async with running(fake):
        await run("action_dispute", tracker("说修好了,其实来都没来", "dispute_result"))
    assert fake.bodies("POST work-orders/261121000017/reopen")[0]["reason"] == "说修好了,其实来都没来"


async def test_a_low_score_is_stored_at_once_and_the_reason_follows() -> None:
    rating, note = "POST work-orders/261121000017/rating", "POST work-orders/261121000017/note"
    fake = FakeBackend({ORDERS: (200, {"items": [order(state="resolved")]}), rating: (201, order()), note: (200, order())})
    async with running(fake):
        _, _, slots = await run("action_rate", tracker("2", "rate", parsed={"rating": 2}))
        assert fake.bodies(rating)[0] | {"comment": ""} == fake.bodies(rating)[0]
        said = tracker("屋里还是冷", "report_complaint", slots=slots)
        _, _, after = await run("validate_complaint_form", said)
    assert [body["satisfaction"] for body in fake.bodies(rating)] == [2, 2]
    assert fake.bodies(rating)[1]["comment"] == "屋里还是冷"
    assert "屋里还是冷" in fake.bodies(note)[0]["note"]
    assert after["pending"] is None
    assert after["requested_slot"] is None


async def test_a_good_score_asks_whether_it_is_solved() -> None:
    rating = "POST work-orders/261121000017/rating"
    fake = FakeBackend({ORDERS: (200, {"items": [order(state="resolved")]}), rating: (201, order())})
    async with running(fake):
        _, buttons, slots = await run("action_rate", tracker("非常满意", "rate", menu_id="rate_5"))
        assert [button["payload"] for button in buttons] == ["solved_yes", "solved_partly", "solved_no"]
        await run("action_answer", tracker("没解决", "deny", slots=slots, menu_id="solved_no"))
    assert [(body["satisfaction"], body["resolved"]) for body in fake.bodies(rating)] == [(5, "yes"), (5, "no")]


async def test_two_handled_orders_ask_which_one_is_rated() -> None:
    done = [order("261121000017", "resolved"), order("261120000029", "resolved")]
    rating = "POST work-orders/261120000029/rating"
    fake = FakeBackend({ORDERS: (200, {"items": done}), rating: (201, order())})
    async with running(fake):
        _, buttons, slots = await run("action_rate", tracker("5", "rate", parsed={"rating": 5}))
        assert len(buttons) == 2
        await run("action_answer", tracker("停暖", "affirm", slots=slots, menu_id="rate_261120000029"))
    assert fake.bodies(rating)[0]["satisfaction"] == 5


@pytest.mark.parametrize("said", ["谢谢", "你好"])
async def test_the_same_words_never_get_the_same_sentence_twice_running(said: str) -> None:
    heard, slots = [], {}
    async with running(FakeBackend()):
        for _ in range(6):
            text, _, new = await run("action_small_talk", tracker(said, "thanks", slots=slots))
            slots = {**slots, **new}
            heard.append(text)
    assert all(first != second for first, second in itertools.pairwise(heard))


async def test_a_photo_without_an_order_begins_a_report() -> None:
    async with running(FakeBackend({ORDERS: (200, {"items": []})})):
        _, _, slots = await run("action_add_note", tracker("[图片]", attachments=[{"kind": "image", "media_id": "p"}]))
    assert slots["followup"] == "complaint_form"


async def test_a_photo_with_an_open_order_goes_to_the_order() -> None:
    note = "POST work-orders/261121000017/note"
    fake = FakeBackend({ORDERS: (200, {"items": [order()]}), note: (200, order())})
    async with running(fake):
        await run("action_add_note", tracker("[图片]", attachments=[{"kind": "image", "media_id": "p"}]))
    assert fake.bodies(note)[0]["attachments"] == [{"kind": "image", "media_id": "p"}]


GUESS = {"category": "供暖", "subcategory": "停暖", "service_code": "0102", "confidence": 0.3, "category_confidence": 0.7}


@pytest.mark.parametrize("action", [name for name in ACTIONS if name != "action_submit_complaint"])
async def test_every_answer_carries_what_the_message_was_taken_for(action: str) -> None:
    parsed = {"intent": {"name": "greet", "confidence": 0.8}, "categories": [GUESS]}
    async with running(FakeBackend(otherwise=(403, {"code": "forbidden", "detail": "不行"}))):
        result = await EXECUTOR.run({"next_action": action, "tracker": tracker("你好", parsed=parsed), "domain": {}})
    assert result is not None
    told = [response["custom"]["understood"] for response in result.responses]
    assert told == [
        {
            "intent": "greet",
            "confidence": 0.8,
            "category": "供暖",
            "subcategory": "停暖",
            "category_confidence": 0.7,
            "subcategory_confidence": 0.3,
        }
    ]


async def test_where_rasa_fell_back_the_intent_that_it_was_not_sure_of_is_told() -> None:
    ranking = [
        {"name": "nlu_fallback", "confidence": 0.9},
        {"name": "rate", "confidence": 0.2},
        {"name": "deny", "confidence": 0.1},
    ]
    parsed = {"intent": ranking[0], "intent_ranking": ranking}
    async with running(FakeBackend()):
        said = tracker("呃", "nlu_fallback", parsed=parsed)
        result = await EXECUTOR.run({"next_action": "action_default_fallback", "tracker": said, "domain": {}})
    assert result is not None
    told = result.responses[0]["custom"]["understood"]
    assert (told["intent"], told["confidence"], told["category"]) == ("rate", 0.2, "")


async def test_an_order_that_closed_unrated_takes_a_late_score() -> None:
    rating = "POST work-orders/261121000017/rating"
    fake = FakeBackend({ORDERS: (200, {"items": [order(state="closed", rating=None)]}), rating: (201, order())})
    async with running(fake):
        texts, _, _ = await run("action_rate", tracker("5", "rate", parsed={"rating": 5}))
    assert fake.bodies(rating)[0]["satisfaction"] == 5
    assert "还没办完" not in "".join(texts)
