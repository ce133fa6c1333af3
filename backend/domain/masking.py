"""Hiding personal data in logs and in views of people who need not see it."""

from __future__ import annotations

import re

_PHONE = re.compile(r"(?<!\d)(\+?86)?(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_NUMBER = re.compile(r"(?:我的?)?(?:电话|手机号?|号码)?(?:是|:|:)?\s*(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})(?!\d)")
_INTRODUCTION = re.compile(r"(?:我|俺)(?:叫|姓|是姓)[一-龥]{1,3}(?=[,。;!?\s]|$)|免贵姓[一-龥]")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(\d{6})\d{8}(\d{3}[\dXx])(?![0-9A-Za-z])")
_OPENID = re.compile(r"(?<![0-9A-Za-z_-])(o[A-Za-z0-9_-]{5})[A-Za-z0-9_-]{18,26}(?![0-9A-Za-z_-])")


def mask_phone(number: str) -> str:
    """`17000001234` -> `170****1234`; anything shorter keeps its last two digits."""
    if len(number) >= 11:
        return f"{number[:3]}****{number[-4:]}"
    return "*" * max(len(number) - 2, 0) + number[-2:]


def mask_user(channel_user_id: str) -> str:
    """An openid or phone as it may stand in a log: enough to recognise, not enough to use."""
    if channel_user_id.lstrip("+").isdigit():
        return mask_phone(channel_user_id.lstrip("+"))
    return f"{channel_user_id[:4]}…{channel_user_id[-2:]}" if len(channel_user_id) > 8 else "…"


def mask_text(text: str) -> str:
    """Hide phones, identity numbers and openids inside free text."""
    text = _IDENTITY.sub(r"\1********\2", text)
    text = _PHONE.sub(r"\2****\3", text)
    return _OPENID.sub(r"\1…", text)


def without_reporter(text: str, name: str = "") -> str:
    """Free text without the phones and the name that its writer gave in it, for one who then wished to stay anonymous."""
    text = _INTRODUCTION.sub("", _NUMBER.sub("", text))
    return (text.replace(name, "") if len(name) > 1 else text).strip(",。;、 ")


def for_others(text: str, name: str = "") -> str:
    """Free text by or about a reporter who is hidden, for the staff who work on the matter: without phones, identity numbers and
    name, which a resident tells in the same breath and a colleague writes into a note."""
    return mask_text(without_reporter(text, name))
