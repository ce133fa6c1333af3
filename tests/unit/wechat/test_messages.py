from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.messages import Attachment, Channel, EventName, InboundMessage, Location, MessageKind, SessionGrant
from channels.wechat.messages import parse_push
from channels.wechat.payloads import BadMessage, read_payload
from tests.unit.wechat.pushes import CREATED, OPENID, OTHER_OPENID, account, as_json, as_xml, event, fields, text

WRITERS: list[Callable[[dict[str, Any]], bytes]] = [as_xml, as_json]
FIVE_IN_48_HOURS = SessionGrant(allowed=5, seconds=172_800)


def parsed(push: dict[str, Any], name: str = "oa", write: Callable[[dict[str, Any]], bytes] = as_xml) -> InboundMessage:
    [message] = parse_push(read_payload(write(push)), account(name)).messages
    return message


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(("name", "channel"), [("oa", Channel.WECHAT_OA), ("mp", Channel.WECHAT_MP)])
def test_a_text_arrives_with_sender_time_and_quota(name: str, channel: Channel, write: Any) -> None:
    assert parsed(text("屋里暖气冰凉"), name, write) == InboundMessage(
        channel=channel,
        account=name,
        channel_user_id=OPENID,
        dedupe_key=f"wx:{name}:{OPENID}:24000000000000001",
        kind=MessageKind.TEXT,
        message_time=datetime(2026, 11, 21, 13, 30, tzinfo=UTC),
        text="屋里暖气冰凉",
        grant=FIVE_IN_48_HOURS,
    )


@pytest.mark.parametrize("content", ["", " 前后有空格 ", "/restart", "<b>&amp;]", "😀👨‍👩‍👧", "第一行\n第二行", "0412-0001234"])
@pytest.mark.parametrize("write", WRITERS)
def test_a_text_stays_as_the_resident_wrote_it(content: str, write: Any) -> None:
    assert parsed(text(content), write=write).text == content


@pytest.mark.parametrize(("spelling", "number"), [("MsgId", 5), ("MsgId", "5"), ("MsgID", 5), ("MsgId", " 5 "), ("MsgID", "5")])
def test_a_message_number_may_be_spelled_and_typed_in_several_ways(spelling: str, number: Any) -> None:
    assert parsed(fields("text", Content="x", **{spelling: number}), write=as_json).dedupe_key == f"wx:oa:{OPENID}:5"


def test_a_message_number_may_be_a_long_word() -> None:
    assert parsed(text(msg_id="49d72d67_1795267800"), write=as_json).dedupe_key == f"wx:oa:{OPENID}:49d72d67_1795267800"


def test_one_number_of_two_residents_or_two_accounts_is_two_messages() -> None:
    keys = {
        parsed(text()).dedupe_key,
        parsed({**text(), "FromUserName": OTHER_OPENID}).dedupe_key,
        parsed(text(), "mp").dedupe_key,
    }
    assert len(keys) == 3


def test_a_message_without_a_number_is_told_apart_by_its_contents() -> None:
    def key(content: str) -> str:
        return parsed(fields("text", Content=content)).dedupe_key

    assert key("一") == key("一")
    assert key("一") != key("二")


@pytest.mark.parametrize("write", WRITERS)
def test_a_menu_choice_carries_its_id_and_counts_as_a_click(write: Any) -> None:
    message = parsed(text("满意", bizmsgmenuid="101"), write=write)
    assert (message.text, message.menu_id, message.grant) == ("满意", "101", SessionGrant(3, 60))


def test_a_menu_id_may_be_a_number_in_json() -> None:
    assert parsed(text("满意", bizmsgmenuid=101), write=as_json).menu_id == "101"


def test_a_photo_keeps_id_and_address() -> None:
    message = parsed(fields("image", MsgId=2, MediaId="media-1", PicUrl="http://pic.example/1"))
    assert message.kind is MessageKind.IMAGE
    assert message.attachments == (Attachment(MessageKind.IMAGE, media_id="media-1", url="http://pic.example/1"),)
    assert message.text == ""
    assert message.grant == FIVE_IN_48_HOURS


@pytest.mark.parametrize(("recognition", "heard"), [("楼道灯不亮", "楼道灯不亮"), ("", ""), (None, ""), (" 你好。 ", "你好。")])
def test_a_voice_keeps_its_recording_and_what_was_understood(recognition: str | None, heard: str) -> None:
    more = {} if recognition is None else {"Recognition": recognition}
    message = parsed(fields("voice", MsgId=3, MediaId="media-2", Format="amr", **more))
    assert message.kind is MessageKind.VOICE
    assert message.text == heard
    assert message.attachments == (Attachment(MessageKind.VOICE, media_id="media-2", format="amr"),)


@pytest.mark.parametrize("kind", ["video", "shortvideo"])
def test_a_video_is_kept(kind: str) -> None:
    message = parsed(fields(kind, MsgId=4, MediaId="media-3", ThumbMediaId="thumb"))
    assert message.kind is MessageKind.VIDEO
    assert message.attachments == (Attachment(MessageKind.VIDEO, media_id="media-3"),)


@pytest.mark.parametrize("kind", ["image", "voice", "video"])
def test_media_without_any_reference_is_a_bad_message(kind: str) -> None:
    with pytest.raises(BadMessage, match="MediaId"):
        parsed(fields(kind, MsgId=4))


@pytest.mark.parametrize("write", WRITERS)
def test_a_location_is_latitude_then_longitude(write: Any) -> None:
    push = fields("location", MsgId=5, Location_X=41.108, Location_Y=123.012, Scale=16, Label=" 园林街道 ")
    message = parsed(push, write=write)
    assert message.kind is MessageKind.LOCATION
    assert message.location == Location(lat=41.108, lon=123.012, label="园林街道", datum="gcj02")


@pytest.mark.parametrize(
    ("lat", "lon"), [("91", "1"), ("-90.1", "1"), ("1", "181"), ("nan", "1"), ("1", "inf"), ("北", "1"), ("", "1"), ("1", "")]
)
def test_a_place_that_is_not_on_earth_is_a_bad_message(lat: str, lon: str) -> None:
    with pytest.raises(BadMessage, match="Location_"):
        parsed(fields("location", MsgId=5, Location_X=lat, Location_Y=lon))


def test_a_link_becomes_its_title_and_address() -> None:
    push = fields("link", MsgId=6, Title="停水通知", Description="…", Url="https://notice.example/1")
    assert parsed(push).text == "停水通知\nhttps://notice.example/1"


def test_a_mini_program_card_becomes_its_title_and_page() -> None:
    push = fields("miniprogrampage", MsgId=7, Title="我的工单", AppId="wx1", PagePath="pages/order?n=1")
    assert parsed(push, "mp", as_json).text == "我的工单\npages/order?n=1"


def test_a_kind_of_message_that_we_do_not_know_is_kept_with_its_name() -> None:
    message = parsed(fields("file", MsgId=8, Title="合同.pdf"))
    assert message.kind is MessageKind.EVENT
    assert message.event is not None
    assert (message.event.name, message.event.key) == (EventName.OTHER, "file")
    assert message.event.data == {"msg_type": "file", "title": "合同.pdf"}
    assert message.dedupe_key == f"wx:oa:{OPENID}:8"


def test_the_container_check_of_the_console_is_nothing_to_store() -> None:
    push = parse_push({"action": "CheckContainerPath"}, account("mp"))
    assert (push.messages, push.receipts) == ((), ())


@pytest.mark.parametrize(("created", "year"), [("1", 1970), ("123456789", 1973), (CREATED, 2026), ("9999999999", 2286)])
def test_times_are_seconds(created: Any, year: int) -> None:
    assert parsed({**text(), "CreateTime": created}).message_time.year == year


@pytest.mark.parametrize("created", [CREATED * 1000, "", "-1", "1.5", "17e8", "昨天", "12345678901", "１７９５２６７８００"])
def test_a_time_that_is_not_in_seconds_is_a_bad_message(created: Any) -> None:
    with pytest.raises(BadMessage, match="CreateTime"):
        parsed({**text(), "CreateTime": created})


@pytest.mark.parametrize("name", ["FromUserName", "MsgType", "CreateTime"])
@pytest.mark.parametrize("value", [None, "", {}, [], ["a"], {"a": 1}, True, "x" * 200])
def test_a_push_whose_frame_is_wrong_is_a_bad_message(name: str, value: Any) -> None:
    with pytest.raises(BadMessage, match=name):
        parsed({**text(), name: value}, write=as_json)


@pytest.mark.parametrize("name", ["FromUserName", "MsgType", "CreateTime"])
def test_a_push_without_its_frame_is_a_bad_message(name: str) -> None:
    push = text()
    del push[name]
    with pytest.raises(BadMessage, match=name):
        parsed(push)


@pytest.mark.parametrize(("name", "value"), [("Content", {"a": 1}), ("Content", ["a"]), ("MsgId", {}), ("MsgId", "9" * 200)])
def test_a_text_of_the_wrong_shape_is_a_bad_message(name: str, value: Any) -> None:
    with pytest.raises(BadMessage, match=name):
        parsed({**text(), name: value}, write=as_json)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["List", "TemplateId", "MsgID"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = ["text", "image", "voice", "video", "location", "link", "miniprogrampage", "file", "event"]
NAMES = [
    "subscribe",
    "SCAN",
    "CLICK",
    "user_enter_tempsession",
    "subscribe_msg_popup_event",
    "subscribe_msg_sent_event",
    "TEMPLATESENDJOBFINISH",
    "LOCATION",
    "kf_create_session",
]
OPTIONAL = [
    "MsgId",
    "Content",
    "MediaId",
    "PicUrl",
    "Recognition",
    "Location_X",
    "Location_Y",
    "Label",
    "EventKey",
    "SessionFrom",
    "List",
    "SubscribeMsgPopupEvent",
    "Status",
    "Title",
    "Url",
    "bizmsgmenuid",
]


@given(st.sampled_from(KINDS), st.sampled_from(NAMES), st.dictionaries(st.sampled_from(OPTIONAL), anything, max_size=6))
def test_any_fields_are_a_push_or_a_bad_message(kind: str, name: str, more: dict[str, Any]) -> None:
    try:
        push = parse_push(read_payload(as_json(fields(kind, Event=name, **more))), account())
    except BadMessage:
        return
    for message in push.messages:
        assert len(message.dedupe_key) <= 255
        assert message.message_time.tzinfo is not None


def test_the_key_of_a_redelivery_does_not_depend_on_how_it_was_packed() -> None:
    push = event("subscribe_msg_change_event", List={"TemplateId": "TPL-PROGRESS", "SubscribeStatusString": "reject"})
    shuffled = dict(reversed(push.items()))
    assert parsed(push, "mp", as_json).dedupe_key == parsed(shuffled, "mp", as_json).dedupe_key
