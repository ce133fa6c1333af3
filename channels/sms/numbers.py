"""Telephone numbers as carriers write them (+86…, 0086…, 86…, +106…), in the one form that we keep. Pure."""

from __future__ import annotations

import re
import unicodedata

from channels.sms.fields import BadMessage

_SEPARATORS = re.compile(r"[\s()\-.]")
_SHAPE = re.compile(r"(\+|00)?([0-9]{3,21})", re.ASCII)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SERVICE = re.compile(r"10[0-9]{2,19}|1[12][0-9]{1,4}|9[56][0-9]{3,18}")
_LANDLINE = re.compile(r"2[0-9]{9}|[3-9][0-9]{9,10}")
_AREA_OF_CHINA = "86"


def national(number: str) -> str:
    """Return a mainland number in its national form: mobiles with 11 digits, landlines with area code, 106… as dialled.

    Numbers of other countries stay international, `+852…`. Raises BadMessage for what is no number.
    """
    shape = _SHAPE.fullmatch(_SEPARATORS.sub("", unicodedata.normalize("NFKC", number)))
    if shape is None:
        raise BadMessage("not a telephone number")
    prefix, digits = shape[1] or "", shape[2]
    if digits.startswith(_AREA_OF_CHINA):
        rest = digits.removeprefix(_AREA_OF_CHINA)
        if _MOBILE.fullmatch(rest) or _SERVICE.fullmatch(rest):
            return rest
        if prefix and _LANDLINE.fullmatch(rest):
            return "0" + rest
    # SMPP carriers mark service codes and mobiles as international (TON=1) although they are national: "+106…"
    if not prefix or _MOBILE.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return digits
    return "+" + digits


def international(number: str) -> str:
    """Return the number for a gateway: mainland mobiles as `+86…`, everything else as it is. Raises BadMessage."""
    found = national(number)
    return f"+{_AREA_OF_CHINA}{found}" if _MOBILE.fullmatch(found) else found


def is_mobile(number: str) -> bool:
    """Tell whether a national number is a mainland mobile, the only kind that receives our messages."""
    return _MOBILE.fullmatch(number) is not None
