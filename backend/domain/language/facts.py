"""All facts of one message, each digit claimed by one of them only."""

from __future__ import annotations

from datetime import datetime

from backend.contracts.understanding import Facts, NumberCheck, OrderNumberMention, PhoneKind, PhoneMention, Span
from backend.domain.language.addresses import address_in
from backend.domain.language.emergency import emergency_in
from backend.domain.language.gazetteer import Gazetteer
from backend.domain.language.names import name_in
from backend.domain.language.normalise import normalise
from backend.domain.language.order_numbers import order_numbers_in
from backend.domain.language.phones import phones_in
from backend.domain.language.privacy import privacy_in
from backend.domain.language.quantities import quantities_in
from backend.domain.language.times import time_in

_MASK = "\x01"
_NAME = 4  # characters of a name that is surely one


def draw_facts(text: str, *, message_time: datetime, gazetteer: Gazetteer, previous_phone: str = "") -> Facts:
    """Everything that rules find in one message; spans lie in the normalised text. `message_time` must be aware (ValueError).

    Digits go to the first that claims them: a valid order number, a phone, an imperfect order number, a time, the address. What
    one has claimed is blotted out for the next, positions kept: a date never becomes a door and a phone never a room.
    """
    plain = normalise(text).text
    orders, phones = _numbers(plain, previous_phone)
    rest = _blot(plain, [*(order.span for order in orders), *(phone.span for phone in phones)])
    # 刚都家园 (钢都家园, misspelt), 五一花园: a name is no time; its last word stays, so that 3号 behind it is no day.
    names = [Span(match.start, match.end - len("小区"), "") for match in gazetteer.find(rest) if match.end - match.start >= _NAME]
    occurred_at = time_in(_blot(rest, names), message_time)
    place = address_in(_blot(rest, [occurred_at.span] if occurred_at else []), gazetteer)
    return Facts(
        address=place,
        occurred_at=occurred_at,
        phones=phones,
        order_numbers=orders,
        name=name_in(plain),
        privacy=privacy_in(plain),
        quantities=quantities_in(_blot(rest, list(place.spans) if place else [])),
        emergency=emergency_in(plain),
    )


def _numbers(plain: str, previous_phone: str) -> tuple[tuple[OrderNumberMention, ...], tuple[PhoneMention, ...]]:
    orders = order_numbers_in(plain)
    valid = [order.span for order in orders if order.check is NumberCheck.VALID]
    phones = tuple(phone for phone in phones_in(plain, previous_phone) if not _touches(phone.span, valid))
    taken = [phone.span for phone in phones if phone.kind is not PhoneKind.INVALID]
    kept = tuple(order for order in orders if order.span in valid or not _touches(order.span, taken))
    imperfect = [order.span for order in kept]
    return kept, tuple(phone for phone in phones if phone.kind is not PhoneKind.INVALID or not _touches(phone.span, imperfect))


def _touches(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


def _blot(text: str, spans: list[Span]) -> str:
    for span in spans:
        text = text[: span.start] + _MASK * (span.end - span.start) + text[span.end :]
    return text
