"""The telephone of an order as it is stored: a wrong one would tell a stranger of somebody's complaint. Pure."""

from __future__ import annotations

import re

from backend.contracts.work_orders import CONTACT_PHONE
from backend.domain.errors import InvalidField


def checked_phone(phone: str) -> str:
    """The number as it is stored, "" for none. Raises InvalidField: a wrong phone must never be stored."""
    digits = re.sub(r"[\s()()]", "", phone)
    digits = re.sub(r"^(\+?86|0086)(?=1[3-9]\d{9}$)", "", digits)
    if digits and not CONTACT_PHONE.fullmatch(digits):
        raise InvalidField("这个电话号码不对,请核对一下", field="contact_phone")
    return digits
