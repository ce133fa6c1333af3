from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.contracts.messages import (
    Consent,
    DeliveryReceipt,
    EventName,
    InboundMessage,
    MessageKind,
    MessageStatus,
    PlatformEvent,
    SessionGrant,
)
from channels.wechat.events import grid_of_scene
from channels.wechat.messages import parse_push
from channels.wechat.payloads import BadMessage, read_payload
from channels.wechat.push import Push
from channels.wechat.templates import parse_template
from tests.unit.wechat.pushes import CREATED, OPENID, account, as_json, as_xml, event

CLICK, ENTER = SessionGrant(3, 60), SessionGrant(2, 60)
TIME = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
WRITERS: list[Callable[[dict[str, Any]], bytes]] = [as_xml, as_json]


def push_of(push: dict[str, Any], name: str = "oa", write: Callable[[dict[str, Any]], bytes] = as_xml, **changes: Any) -> Push:
    return parse_push(read_payload(write(push)), account(name, **changes))


def message_of(push: dict[str, Any], name: str = "oa", write: Callable[[dict[str, Any]], bytes] = as_xml) -> InboundMessage:
    result = push_of(push, name, write)
    assert result.receipts == ()
    [message] = result.messages
    assert message.kind is MessageKind.EVENT
    return message


def event_of(push: dict[str, Any], name: str = "oa", write: Callable[[dict[str, Any]], bytes] = as_xml) -> PlatformEvent:
    found = message_of(push, name, write).event
    assert found is not None
    return found


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("push", "name", "key", "grid", "grant"),
    [
        (event("subscribe"), EventName.SUBSCRIBE, "", None, CLICK),
        (event("subscribe", EventKey="qrscene_g=K3a", Ticket="T"), EventName.SUBSCRIBE, "g=K3a", "K3a", CLICK),
        (event("subscribe", EventKey="qrscene_123"), EventName.SUBSCRIBE, "123", None, CLICK),
        (event("subscribe", EventKey="last_trade_no_4008"), EventName.SUBSCRIBE, "", None, CLICK),
        (event("unsubscribe"), EventName.UNSUBSCRIBE, "", None, None),
        (event("SCAN", EventKey="g=K3a", Ticket="T"), EventName.SCAN, "g=K3a", "K3a", CLICK),
        (event("SCAN", EventKey=123), EventName.SCAN, "123", None, CLICK),
        (event("CLICK", EventKey="my_orders"), EventName.MENU_CLICK, "my_orders", None, CLICK),
        (event("VIEW", EventKey="https://page.example/?g=1"), EventName.OTHER, "https://page.example/?g=1", None, None),
        (event("scancode_waitmsg", EventKey="6"), EventName.OTHER, "6", None, CLICK),
        (event("user_enter_tempsession", SessionFrom="g=K3a"), EventName.ENTER, "g=K3a", "K3a", ENTER),
        (event("user_enter_tempsession", SessionFrom="g%3DK3a"), EventName.ENTER, "g=K3a", "K3a", ENTER),
        (event("user_enter_tempsession", SessionFrom=""), EventName.ENTER, "", None, ENTER),
        (event("kf_create_session", KfAccount="k1@x"), EventName.OTHER, "", None, None),
        (event("something_new"), EventName.OTHER, "", None, None),
    ],
)
def test_events_by_their_table(push: dict[str, Any], name: EventName, key: str, grid: str | None, grant: Any, write: Any) -> None:
    message = message_of(push, "mp", write)
    assert message.event is not None
    assert (message.event.name, message.event.key, message.event.data.get("grid")) == (name, key, grid)
    assert message.event.data["event"] == push["Event"]
    assert message.grant == grant
    assert message.message_time == TIME


def test_an_event_without_a_name_is_a_bad_message() -> None:
    with pytest.raises(BadMessage, match="Event is missing"):
        push_of(event(""))


def test_what_else_the_platform_said_is_kept() -> None:
    found = event_of(event("wxa_media_check", trace_id="t-1", errcode=-1008, detail=[]), "mp", as_json)
    assert found.data == {"event": "wxa_media_check", "trace_id": "t-1", "errcode": "-1008"}


def test_what_a_menu_scan_found_is_kept() -> None:
    found = event_of(event("scancode_push", EventKey="6", ScanCodeInfo={"ScanType": "qrcode", "ScanResult": "g=K3a"}))
    assert found.data["ScanCodeInfo.ScanResult"] == "g=K3a"
    assert "grid" not in found.data


def test_a_position_that_nobody_asked_for_is_not_kept() -> None:
    found = event_of(event("LOCATION", Latitude="41.1", Longitude="123.0", Precision="12"))
    assert found == PlatformEvent(EventName.OTHER, data={"event": "LOCATION"})


def test_an_event_with_very_many_and_long_fields_is_kept_in_bounds() -> None:
    found = event_of(event("something_new", **{f"F{number}": "x" * 5000 for number in range(100)}))
    assert len(found.data) <= 21
    assert max(map(len, found.data.values())) <= 200


@pytest.mark.parametrize(
    ("scene", "grid"),
    [
        ("g=K3a", "K3a"),
        ("g%3DK3a", "K3a"),
        ("from=poster&g=K3a&x=1", "K3a"),
        ("?g=K3-_a", "K3-_a"),
        ("g=", ""),
        ("", ""),
        ("msg=K3a", ""),
        ("g=K3a;drop", ""),
        ("g=网格", ""),
        ("g=" + "x" * 31, ""),
        ("123", ""),
    ],
)
def test_the_grid_of_a_scene(scene: str, grid: str) -> None:
    assert grid_of_scene(scene) == grid


def test_the_key_of_a_plain_event_is_exactly_sender_time_event_and_key() -> None:
    assert message_of(event("CLICK", EventKey="A")).dedupe_key == f"wx:oa:{OPENID}:{CREATED}:CLICK:A"
    assert message_of(event("subscribe")).dedupe_key == f"wx:oa:{OPENID}:{CREATED}:subscribe:"
    entered = message_of(event("user_enter_tempsession", SessionFrom="g=1"), "mp")
    assert entered.dedupe_key == f"wx:mp:{OPENID}:{CREATED}:user_enter_tempsession:"


def test_different_events_in_one_second_are_different_messages() -> None:
    pushes = [
        event("subscribe"),
        event("SCAN", EventKey="9"),
        event("CLICK", EventKey="A"),
        event("CLICK", EventKey="B"),
        event("wxa_media_check", trace_id="1"),
        event("wxa_media_check", trace_id="2"),
        popup(("TPL-PROGRESS", "accept")),
        popup(("TPL-PROGRESS", "reject")),
    ]
    assert len({message_of(push).dedupe_key for push in pushes}) == len(pushes)


def test_a_very_long_event_key_still_gives_a_short_and_distinct_dedupe_key() -> None:
    keys = {message_of(event("VIEW", EventKey="https://page.example/" + "x" * 900 + end)).dedupe_key for end in "ab"}
    assert len(keys) == 2
    assert max(map(len, keys)) <= 200


def popup(*answers: tuple[str, str], name: str = "subscribe_msg_popup_event") -> dict[str, Any]:
    """As the official account pushes it: wrapped."""
    wrapper = {"subscribe_msg_popup_event": "SubscribeMsgPopupEvent", "subscribe_msg_change_event": "SubscribeMsgChangeEvent"}
    entries = [{"TemplateId": template, "SubscribeStatusString": answer, "PopupScene": "2"} for template, answer in answers]
    return event(name, **{wrapper[name]: {"List": entries}})


@pytest.mark.parametrize("name", ["subscribe_msg_popup_event", "subscribe_msg_change_event"])
def test_consents_carry_our_names_of_the_templates(name: str) -> None:
    found = event_of(popup(("TPL-PROGRESS", "accept"), ("TPL-RATING", "reject"), name=name))
    assert found.name is EventName.CONSENT
    assert found.consents == (Consent("progress", accepted=True), Consent("rating", accepted=False))


@pytest.mark.parametrize("several", [False, True])
def test_the_mini_program_sends_one_answer_bare_and_several_as_a_list(several: bool) -> None:
    entry = {"TemplateId": "TPL-PROGRESS", "SubscribeStatusString": "accept", "PopupScene": "0"}
    found = event_of(event("subscribe_msg_popup_event", List=[entry, entry] if several else entry), "mp", as_json)
    assert found.consents == (Consent("progress", accepted=True),) * (2 if several else 1)


@pytest.mark.parametrize("answer", ["reject", "ban", "filter", "", "ACCEPT"])
def test_only_accept_is_a_consent(answer: str) -> None:
    assert [consent.accepted for consent in event_of(popup(("TPL-PROGRESS", answer))).consents] == [False]


def test_a_template_that_is_not_ours_gives_no_consent_but_stays_visible() -> None:
    found = event_of(popup(("TPL-FOREIGN", "accept")))
    assert found.consents == ()
    assert found.data["template:TPL-FOREIGN"] == "accept"


def test_a_long_term_template_gives_a_long_term_consent() -> None:
    templates = (parse_template("progress", "TPL-PROGRESS;long_term"),)
    [message] = push_of(popup(("TPL-PROGRESS", "accept")), templates=templates).messages
    assert message.event is not None
    assert message.event.consents == (Consent("progress", accepted=True, long_term=True),)


def test_a_consent_event_brings_no_quota() -> None:
    assert message_of(popup(("TPL-PROGRESS", "accept"))).grant is None


@pytest.mark.parametrize("entries", ["accept", 5, ["accept"], [{"TemplateId": {}}], [{"TemplateId": []}]])
def test_a_consent_list_of_the_wrong_shape_is_a_bad_message(entries: Any) -> None:
    with pytest.raises(BadMessage):
        push_of(event("subscribe_msg_popup_event", List=entries), "mp", as_json)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("code", "status"), [("0", MessageStatus.DELIVERED), ("1006", MessageStatus.FAILED), ("", MessageStatus.FAILED)]
)
def test_the_result_of_a_subscribe_message_is_a_receipt(code: str, status: MessageStatus, wrapped: bool) -> None:
    entry = {"TemplateId": "TPL-PROGRESS", "MsgID": "18643237", "ErrorCode": code, "ErrorStatus": "…"}
    push = event("subscribe_msg_sent_event", **({"SubscribeMsgSentEvent": {"List": entry}} if wrapped else {"List": entry}))
    result = push_of(push, write=as_xml if wrapped else as_json)
    assert result.messages == ()
    assert result.receipts == (DeliveryReceipt(status, provider_id="18643237", code=code, reported_at=TIME),)


def test_several_results_in_one_push_are_several_receipts() -> None:
    entries = [{"MsgID": 1, "ErrorCode": 0}, {"MsgID": 2, "ErrorCode": 2}]
    result = push_of(event("subscribe_msg_sent_event", List=entries), "mp", as_json)
    assert [(receipt.provider_id, receipt.status) for receipt in result.receipts] == [
        ("1", MessageStatus.DELIVERED),
        ("2", MessageStatus.FAILED),
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("success", MessageStatus.DELIVERED),
        ("failed:user block", MessageStatus.FAILED),
        ("failed: system failed", MessageStatus.FAILED),
        ("", MessageStatus.FAILED),
    ],
)
def test_the_result_of_a_template_message_is_a_receipt(said: str, status: MessageStatus) -> None:
    result = push_of(event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status=said))
    assert result.messages == ()
    assert result.receipts == (DeliveryReceipt(status, provider_id="200163836", code=said, reported_at=TIME),)
