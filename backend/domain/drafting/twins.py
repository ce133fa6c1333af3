"""A complaint that resembles an open order of the same resident: the same leaf at the same place, reported not long ago."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.contracts.conversations import Address
from backend.contracts.spoken_time import LOCAL
from backend.domain.drafting.asking import asked, is_findable
from backend.domain.drafting.model import Ask, OpenForm, Twin
from backend.domain.drafting.same_place import speaks_of_it
from backend.domain.language.address_names import same_estate
from backend.domain.language.wishes import says

REMEMBERED = timedelta(days=14)
_LONGEST = 12
_PARTS = ("building", "unit", "room")
# The questions before which it may be asked whether it is the same thing.
_BEFORE = frozenset({Ask.OCCURRED_AT, Ask.CONTACT_PHONE, Ask.CONFIRM})


@dataclass(frozen=True)
class OpenOrder:
    """What is compared of an order that is being worked on; `matter` is what it is about in a few words."""

    number: str
    service_code: str
    address: Address
    matter: str
    requested_at: datetime


def may_have_twin(form: OpenForm) -> bool:
    """Whether enough is known to compare, and the question was not put yet. 同一个地址 还有灯也不亮 is said to be another."""
    known = form.draft.service_code and is_findable(form.draft.address)
    apart = says("another", form.draft.description) and speaks_of_it(form.draft.description, just_filed=True)
    return bool(known) and not apart and form.requested in _BEFORE and Ask.SAME.value not in form.asked


def beside_twin(form: OpenForm, orders: Iterable[OpenOrder], now: datetime) -> OpenForm:
    """The form with the question whether it is the same thing, where one of these orders is like it; else unchanged."""
    like = next((order for order in orders if _is_like(form, order, now)), None)
    if like is None:
        return form
    day = like.requested_at.astimezone(LOCAL)
    twin = Twin(like.number, like.matter[:_LONGEST], f"{day.month}月{day.day}日")
    unasked = {**form.asked, form.requested.value: form.asked.get(form.requested.value, 1) - 1}
    return asked(replace(form, twin=twin, resume_to=form.requested, asked=unasked), Ask.SAME)


def _is_like(form: OpenForm, order: OpenOrder, now: datetime) -> bool:
    return (
        order.service_code == form.draft.service_code
        and now - order.requested_at <= REMEMBERED
        and _is_same_place(form.draft.address, order.address)
    )


def _is_same_place(one: Address, other: Address) -> bool:
    """The same estate and building (or road and number, or landmark), and no door that differs."""
    if any(getattr(one, part) and getattr(other, part) and getattr(one, part) != getattr(other, part) for part in _PARTS):
        return False
    if one.estate or other.estate:
        return same_estate(one.estate, other.estate) and bool(one.building) and one.building == other.building
    if one.road or other.road:
        return one.road == other.road and one.house_number == other.house_number and one.landmark == other.landmark
    return bool(one.landmark) and one.landmark == other.landmark
