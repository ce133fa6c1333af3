"""Pushes of WeChat, sealed beforehand: what a load generator does in the measured time must cost as little as possible."""

from __future__ import annotations

import time
from dataclasses import dataclass

from channels.wechat.accounts import WechatAccount
from channels.wechat.crypto import sign

_NONCE = "1734"


@dataclass(frozen=True)
class Push:
    """One POST to `url`, answered with `success` when it is stored."""

    url: str
    body: bytes


def sealed_push(account: WechatAccount, base_url: str, user_id: str, number: int) -> Push:
    """A text of this resident in safe mode; `number` makes it another message than every other one."""
    assert account.crypto is not None
    stamp = str(int(time.time()))
    text = (
        f"<xml><ToUserName>gh_{account.name}</ToUserName><FromUserName>{user_id}</FromUserName><CreateTime>{stamp}</CreateTime>"
        f"<MsgType>text</MsgType><Content>路灯坏了 {number}</Content><MsgId>{time.time_ns()}{number}</MsgId></xml>"
    )
    encrypted, signature = account.crypto.seal(text.encode(), timestamp=stamp, nonce=_NONCE)
    query = f"signature={sign(account.token, stamp, _NONCE)}&timestamp={stamp}&nonce={_NONCE}"
    query += f"&openid={user_id}&encrypt_type=aes&msg_signature={signature}"
    body = f"<xml><ToUserName>gh_{account.name}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>"
    return Push(f"{base_url}/wechat/{account.name}?{query}", body.encode())
