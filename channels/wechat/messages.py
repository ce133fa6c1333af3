"""From the fields of a push to the shared vocabulary: what residents say (events are in `events`). Pure."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from backend.contracts.messages import (
    Attachment,
    EventName,
    InboundMessage,
    Location,
    MessageKind,
    PlatformEvent,
    SessionGrant,
)
from channels.wechat.accounts import WechatAccount
from channels.wechat.events import CLICK_GRANT, read_event
from channels.wechat.payloads import BadMessage, Fields, required, scalar
from channels.wechat.push import Push

# Customer-service quota since 2023-06-12: five within 48 hours of a message, official account and mini-program alike.
MESSAGE_GRANT = SessionGrant(allowed=5, seconds=48 * 3600)

_ID_LIMIT = 128
_KEY_LIMIT = 200
# Events that differ in nothing but these parts are the same event. All others may come twice in one second with
# different contents (consents, send results, media checks), so their key gets a hash of the contents.
_KEYED_EVENTS = frozenset({"subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW", "LOCATION", "user_enter_tempsession"})


def parse_push(fields: Fields, account: WechatAccount) -> Push:
    """Return what a verified push says: messages for the inbox and receipts for what we sent. Raises BadMessage."""
    if "MsgType" not in fields and "action" in fields:
        return Push()  # the console's container check, {"action": "CheckContainerPath"}; there is no resident behind it
    kind = required(fields, "MsgType", limit=_ID_LIMIT)
    openid = required(fields, "FromUserName", limit=_ID_LIMIT)
    is_event = kind == "event"
    base = InboundMessage(
        channel=account.channel,
        account=account.name,
        channel_user_id=openid,
        dedupe_key=_event_key(fields, account, openid) if is_event else _message_key(fields, account, openid),
        kind=MessageKind.EVENT if is_event else MessageKind.TEXT,
        message_time=_message_time(fields),
        grant=None if is_event else MESSAGE_GRANT,
    )
    if is_event:
        return read_event(fields, base, account)
    return Push(messages=(_READERS.get(kind, _unknown)(fields, base),))


def _message_key(fields: Fields, account: WechatAccount, openid: str) -> str:
    # MsgId alone may repeat between residents, and may be a string or be spelled MsgID
    number = scalar(fields, "MsgId", "MsgID", limit=_ID_LIMIT).strip()
    return f"wx:{account.name}:{openid}:{number or _digest(fields)}"


def _event_key(fields: Fields, account: WechatAccount, openid: str) -> str:
    event = required(fields, "Event", limit=_ID_LIMIT)
    created = required(fields, "CreateTime", limit=_ID_LIMIT)
    prefix = f"wx:{account.name}:{openid}:{created}:{event}"
    key = f"{prefix}:{scalar(fields, 'EventKey')}"
    if event not in _KEYED_EVENTS:
        key = f"{key}:{_digest(fields)}"
    return key if len(key) <= _KEY_LIMIT else f"{prefix[: _KEY_LIMIT - 20]}:{_digest(fields)}"


def _digest(fields: Fields) -> str:
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return hashlib.sha256(canonical).hexdigest()[:16]


def _message_time(fields: Fields) -> datetime:
    text = required(fields, "CreateTime", limit=_ID_LIMIT)
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise BadMessage("CreateTime is not in whole seconds since 1970 (at most 10 digits; 13 would be milliseconds)")
    return datetime.fromtimestamp(int(text), UTC)


def _text(fields: Fields, base: InboundMessage) -> InboundMessage:
    menu_id = scalar(fields, "bizmsgmenuid", "BizMsgMenuId", limit=_ID_LIMIT)
    # choosing from a message menu counts as a menu click, not as a message
    return replace(base, text=scalar(fields, "Content"), menu_id=menu_id, grant=CLICK_GRANT if menu_id else base.grant)


def _image(fields: Fields, base: InboundMessage) -> InboundMessage:
    return _media(fields, base, MessageKind.IMAGE, url=scalar(fields, "PicUrl"))


def _voice(fields: Fields, base: InboundMessage) -> InboundMessage:
    # Recognition depends on a switch of the account; without it the text is empty and the recording is kept
    heard = scalar(fields, "Recognition").strip()
    return replace(_media(fields, base, MessageKind.VOICE), text=heard)


def _video(fields: Fields, base: InboundMessage) -> InboundMessage:
    return _media(fields, base, MessageKind.VIDEO)


def _media(fields: Fields, base: InboundMessage, kind: MessageKind, url: str = "") -> InboundMessage:
    media_id = scalar(fields, "MediaId", limit=1024)
    if not media_id and not url:
        raise BadMessage("MediaId is missing")
    attachment = Attachment(kind=kind, media_id=media_id, url=url, format=scalar(fields, "Format", limit=_ID_LIMIT))
    return replace(base, kind=kind, attachments=(attachment,))


def _location(fields: Fields, base: InboundMessage) -> InboundMessage:
    # Location_X is the latitude, Location_Y the longitude, both GCJ-02
    place = Location(
        lat=_degrees(fields, "Location_X", 90), lon=_degrees(fields, "Location_Y", 180), label=scalar(fields, "Label").strip()
    )
    return replace(base, kind=MessageKind.LOCATION, location=place)


def _degrees(fields: Fields, name: str, limit: int) -> float:
    try:
        value = float(required(fields, name))
    except ValueError as error:
        raise BadMessage(f"{name} is not a number") from error
    if not math.isfinite(value) or abs(value) > limit:
        raise BadMessage(f"{name} is not between -{limit} and {limit}")
    return value


def _link(fields: Fields, base: InboundMessage) -> InboundMessage:
    return replace(base, text=_lines(fields, "Title", "Url"))


def _page(fields: Fields, base: InboundMessage) -> InboundMessage:
    return replace(base, text=_lines(fields, "Title", "PagePath"))


def _lines(fields: Fields, *names: str) -> str:
    return "\n".join(line for name in names if (line := scalar(fields, name).strip()))


def _unknown(fields: Fields, base: InboundMessage) -> InboundMessage:
    # A file, a sticker, whatever comes next: kept as an event with its type, so that the resident can be told to send text
    kind = scalar(fields, "MsgType")
    event = PlatformEvent(EventName.OTHER, key=kind, data={"msg_type": kind, "title": scalar(fields, "Title")})
    return replace(base, kind=MessageKind.EVENT, event=event)


_READERS: dict[str, Callable[[Fields, InboundMessage], InboundMessage]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
    "miniprogrampage": _page,
}
