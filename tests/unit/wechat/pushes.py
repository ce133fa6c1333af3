"""Invented pushes and accounts for the WeChat tests."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from channels.wechat.accounts import WechatAccount
from channels.wechat.crypto import sign
from channels.wechat.templates import parse_template

OPENID = "oTest0000000000000000000001"
OTHER_OPENID = "oTest0000000000000000000002"
CREATED = 1795267800  # 2026-11-21 21:30 in Beijing
AES_KEY = "c2l4dGVlbi1ieXRlcy1vZi1yYW5kb21uZXNzLW9rPyE"
TOKEN = "invented-token"


def account(name: Any = "oa", **changes: Any) -> WechatAccount:
    values: dict[str, Any] = {
        "name": name,
        "appid": f"wx{name}0000000000",
        "secret": "invented-secret",
        "token": TOKEN,
        "aes_key": AES_KEY,
        "templates": (parse_template("progress", "TPL-PROGRESS"), parse_template("rating", "TPL-RATING")),
    }
    return WechatAccount(**{**values, **changes})


def fields(kind: str, **more: Any) -> dict[str, Any]:
    return {"ToUserName": "gh_test", "FromUserName": OPENID, "CreateTime": CREATED, "MsgType": kind, **more}


def text(content: str = "屋里暖气冰凉", msg_id: Any = 24000000000000001, **more: Any) -> dict[str, Any]:
    return fields("text", Content=content, MsgId=msg_id, **more)


def event(name: str, **more: Any) -> dict[str, Any]:
    return fields("event", Event=name, **more)


def as_json(push: dict[str, Any]) -> bytes:
    return json.dumps(push, ensure_ascii=False).encode()


def as_xml(push: dict[str, Any]) -> bytes:
    return f"<xml>{_children(push)}</xml>".encode()


def _children(push: dict[str, Any]) -> str:
    parts = []
    for key, value in push.items():
        for item in value if isinstance(value, list) else [value]:
            inner = _children(item) if isinstance(item, dict) else _leaf(item)
            parts.append(f"<{key}>{inner}</{key}>")
    return "".join(parts)


def _leaf(value: Any) -> str:
    if isinstance(value, str) and "]]>" not in value:
        return f"<![CDATA[{value}]]>"
    return escape(str(value))


def plain_query(timestamp: int = CREATED, nonce: str = "4711", token: str = TOKEN) -> dict[str, str]:
    stamp = str(timestamp)
    return {"signature": sign(token, stamp, nonce), "timestamp": stamp, "nonce": nonce, "openid": OPENID}


def sealed(
    who: WechatAccount, body: bytes, timestamp: int = CREATED, nonce: str = "4711", *, xml: bool = True
) -> tuple[dict[str, str], bytes]:
    """Query and body of a safe-mode push."""
    assert who.crypto is not None
    encrypted, signature = who.crypto.seal(body, timestamp=str(timestamp), nonce=nonce)
    query = plain_query(timestamp, nonce, who.token) | {"encrypt_type": "aes", "msg_signature": signature}
    envelope = {"ToUserName": "gh_test", "Encrypt": encrypted}
    return query, as_xml(envelope) if xml else as_json(envelope)
