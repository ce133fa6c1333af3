"""Platform events: follow, scan, menu, entry, consent, and the results of what we sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from backend.contracts.messages import (
    Consent,
    DeliveryReceipt,
    EventName,
    InboundMessage,
    MessageStatus,
    PlatformEvent,
    SessionGrant,
)
from channels.wechat.accounts import WechatAccount
from channels.wechat.payloads import Fields, records, scalar
from channels.wechat.push import Push

# Customer-service quota since 2023-06-12: three within a minute of a menu click, a follow or a scan (official account),
# two within a minute of entering the chat (mini-program).
CLICK_GRANT = SessionGrant(allowed=3, seconds=60)
ENTER_GRANT = SessionGrant(allowed=2, seconds=60)

# One code per grid (一格一码): the scene is `g=<grid code>`.
_GRID = re.compile(r"(?:^|[?&])g=([0-9A-Za-z_-]{1,30})(?:$|&)")
_SCENE_PREFIX = "qrscene_"


@dataclass(frozen=True)
class _Rule:
    name: EventName
    key: Callable[[Fields], str]
    grant: SessionGrant | None = None


def _event_key(fields: Fields) -> str:
    return scalar(fields, "EventKey")


def _follow_scene(fields: Fields) -> str:
    # following without a code leaves EventKey out, or fills it with things that are not scenes (last_trade_no_…)
    key = scalar(fields, "EventKey")
    return key.removeprefix(_SCENE_PREFIX) if key.startswith(_SCENE_PREFIX) else ""


def _session_from(fields: Fields) -> str:
    return unquote(scalar(fields, "SessionFrom"))


def _nothing(_fields: Fields) -> str:
    return ""


# An event that is not listed is kept as OTHER. VIEW opens a page and brings no quota.
_RULES: Mapping[str, _Rule] = {
    "subscribe": _Rule(EventName.SUBSCRIBE, _follow_scene, CLICK_GRANT),
    "unsubscribe": _Rule(EventName.UNSUBSCRIBE, _nothing),
    "SCAN": _Rule(EventName.SCAN, _event_key, CLICK_GRANT),
    "CLICK": _Rule(EventName.MENU_CLICK, _event_key, CLICK_GRANT),
    "scancode_push": _Rule(EventName.OTHER, _event_key, CLICK_GRANT),
    "scancode_waitmsg": _Rule(EventName.OTHER, _event_key, CLICK_GRANT),
    "user_enter_tempsession": _Rule(EventName.ENTER, _session_from, ENTER_GRANT),
}
_OTHER = _Rule(EventName.OTHER, _event_key)


def read_event(fields: Fields, base: InboundMessage, account: WechatAccount) -> Push:
    """Return the message or the receipts of an event push; `base` holds sender, time and dedupe key. Raises BadMessage."""
    name = scalar(fields, "Event")
    if name in _CONSENT_EVENTS:
        return Push(messages=(replace(base, event=_consent(fields, name, account)),))
    if name in _RECEIPT_READERS:
        return Push(receipts=_RECEIPT_READERS[name](fields, base))
    rule = _RULES.get(name, _OTHER)
    key = rule.key(fields)
    data = {"event": name} | _rest(fields, name)
    if rule.name is not EventName.OTHER and (grid := grid_of_scene(key)):
        data["grid"] = grid
    return Push(messages=(replace(base, event=PlatformEvent(rule.name, key=key, data=data), grant=rule.grant),))


# These are told elsewhere in the message. LOCATION (a position every few seconds) is kept without it: nobody asked for it.
_TOLD = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event"})
_POSITION = frozenset({"Latitude", "Longitude", "Precision"})
_REST_FIELDS = 20
_REST_LENGTH = 200


def _rest(fields: Fields, name: str) -> dict[str, str]:
    """Return what else the platform said in plain values; those of an inner object as `ScanCodeInfo.ScanResult`."""
    untold = _TOLD | _POSITION if name == "LOCATION" else _TOLD
    flat: Fields = {}
    for key, value in fields.items():
        if key not in untold:
            flat |= {f"{key}.{inner}": part for inner, part in value.items()} if isinstance(value, dict) else {key: value}
    plain = [(key[:80], str(value)[:_REST_LENGTH]) for key, value in flat.items() if isinstance(value, str | int | float)]
    return {key: value for key, value in plain[:_REST_FIELDS] if value}


def grid_of_scene(scene: str) -> str:
    """Return the grid code of a scene `g=…`, or "". The mini-program hands scenes on percent-encoded."""
    found = _GRID.search(unquote(scene))
    return found[1] if found else ""


# JSON has `List` at the top; XML wraps it in an element named after the event.
_CONSENT_EVENTS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
}
_SENT_WRAPPER = "SubscribeMsgSentEvent"


def _entries(fields: Fields, wrapper: str) -> list[Fields]:
    return records(fields, "List") or records(fields, wrapper, "List")


def _consent(fields: Fields, name: str, account: WechatAccount) -> PlatformEvent:
    consents: list[Consent] = []
    data = {"event": name}
    for entry in _entries(fields, _CONSENT_EVENTS[name]):
        template_id, answer = scalar(entry, "TemplateId"), scalar(entry, "SubscribeStatusString")
        data[f"template:{template_id}"] = answer
        template = account.template_of_id(template_id)
        if template is not None:
            consents.append(Consent(template.kind, accepted=answer == "accept", long_term=template.long_term))
    return PlatformEvent(EventName.CONSENT, data=data, consents=tuple(consents))


def _subscribe_results(fields: Fields, base: InboundMessage) -> tuple[DeliveryReceipt, ...]:
    return tuple(
        _receipt(base, scalar(entry, "MsgID", "MsgId"), scalar(entry, "ErrorCode"), delivered="0")
        for entry in _entries(fields, _SENT_WRAPPER)
    )


def _template_result(fields: Fields, base: InboundMessage) -> tuple[DeliveryReceipt, ...]:
    return (_receipt(base, scalar(fields, "MsgID", "MsgId"), scalar(fields, "Status"), delivered="success"),)


def _receipt(base: InboundMessage, provider_id: str, code: str, *, delivered: str) -> DeliveryReceipt:
    status = MessageStatus.DELIVERED if code == delivered else MessageStatus.FAILED
    return DeliveryReceipt(status=status, provider_id=provider_id, code=code, reported_at=base.message_time)


_RECEIPT_READERS: Mapping[str, Callable[[Fields, InboundMessage], tuple[DeliveryReceipt, ...]]] = {
    "subscribe_msg_sent_event": _subscribe_results,
    "TEMPLATESENDJOBFINISH": _template_result,
}
