"""How well facts are drawn from sentences written before anybody looked at what the rules make of them."""

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.understanding import Facts, Span
from backend.domain.language.addresses import COMPONENTS
from backend.domain.language.normalise import normalise
from tests.unit.language.told import KINDS, draw, is_right, place_counts, rows

# Measured blind, when the rules had been made with the other half: 67 of 75 places (components F1 0.976), 61 of 67 times,
# 28 of 31 phones with one wrong, 28 of 30 names, all orders and wishes, 18 of 21 measures, 49 of 51 texts without a fact.
# Its errors were read once after that; this is what it must keep.
CHECK = {
    "places": 72 / 75,
    "components": 0.98,
    "times": 64 / 67,
    "phones": 1,
    "names": 1,
    "orders": 1,
    "privacy": 1,
    "quantities": 1,
    "nothing": 50 / 51,
    "messages": 1,  # 17 of 20 blind
}
_PLACES = [text for text, _ in rows("places", "learnt")]
_TIMES = [text for text, _ in rows("times", "learnt")]
_PHONES = [(text, meant) for text, meant in rows("phones", "learnt") if meant.isdigit()]
_SIGNS = st.sampled_from(
    "一二三四五六七八九十零两半洞0123456789号楼单元层室门栋年月日天周点分前后上下末初今昨明早晚我姓叫是别说名不-/#:., 。aB米块度"
)


@lru_cache(maxsize=1024)
def _drawn(text: str) -> Facts:
    return draw(text)


def _place(facts: Facts) -> dict[str, str]:
    return {name: getattr(facts.address.address, name) for name in COMPONENTS if facts.address}


def _spans(facts: Facts) -> list[Span]:
    numbers = [phone.span for phone in facts.phones] + [order.span for order in facts.order_numbers]
    times = [facts.occurred_at.span] if facts.occurred_at else []
    return [*numbers, *times, *(facts.address.spans if facts.address else ())]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_rules_were_made_with_is_read_as_it_is_meant(kind: str) -> None:
    assert [row for row in rows(kind, "learnt") if not is_right(kind, *row)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_half_is_read_as_well_as_it_was(kind: str) -> None:
    others = rows(kind, "check")
    assert sum(is_right(kind, *row) for row in others) / len(others) >= CHECK[kind]


def test_components_of_the_other_half_are_right_and_not_invented() -> None:
    right, told, found = (sum(counts) for counts in zip(*(place_counts(*row) for row in rows("places", "check")), strict=True))
    assert 2 * right / (told + found) >= CHECK["components"]


@given(st.text(max_size=60) | st.text(_SIGNS, max_size=40))
def test_no_text_breaks_the_extractors_and_every_span_lies_in_it(text: str) -> None:
    plain = normalise(text).text
    assert all(plain[span.start : span.end] == span.text and span.text for span in _spans(draw(text)))


@given(st.sampled_from(_PLACES), st.sampled_from(_TIMES))
def test_a_place_and_a_time_side_by_side_are_both_found_and_neither_is_part_of_the_other(place: str, time: str) -> None:
    told, when = _drawn(place), _drawn(time).occurred_at
    if told.address is None or told.occurred_at or told.phones or when is None or _drawn(time).address:
        return
    for text in (f"{place}。{time}", f"{time}。{place}"):
        facts = draw(text)
        assert _place(facts) == _place(told)
        assert facts.occurred_at is not None
        assert facts.occurred_at.occurred_at == when.occurred_at


@given(st.sampled_from(_PLACES), st.sampled_from(_PHONES))
def test_a_phone_beside_a_place_is_found_and_leaves_the_place_alone(place: str, told: tuple[str, str]) -> None:
    phone, number = told
    if _drawn(place).phones or _drawn(phone).address:
        return
    facts = draw(f"{place}。{phone}")
    assert number in [mention.number.replace("-", "") for mention in facts.phones]
    assert _place(facts) == _place(_drawn(place))
