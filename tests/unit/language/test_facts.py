"""All facts of one message together; each digit belongs to one of them."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.conversations import Completeness, TimeKind
from backend.contracts.understanding import Facts, NumberCheck, PhoneKind, Privacy
from backend.domain.calendar import SHANGHAI
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table
from tests.unit.language.places import GAZETTEER

NOW = datetime(2026, 11, 21, 19, 30, tzinfo=SHANGHAI)
EVERYTHING = "你好,我家住翠园小区6号楼2单元301,从昨天早上停水停到现在,屋里才13度,我姓王,电话17000001234,别说是我说的"


def _draw(text: str, previous: str = "") -> Facts:
    return draw_facts(text, message_time=NOW, gazetteer=GAZETTEER, previous_phone=previous)


def test_everything_said_in_one_message_is_taken() -> None:
    facts = _draw(EVERYTHING)
    assert facts.address is not None
    assert facts.address.completeness is Completeness.FULL
    assert facts.address.address.text == "翠园小区6号楼2单元301"
    assert facts.occurred_at is not None
    assert facts.occurred_at.occurred_at.kind is TimeKind.SINCE
    assert [phone.number for phone in facts.phones] == ["17000001234"]
    assert (facts.name, facts.privacy, facts.quantities) == ("王", Privacy.CONFIDENTIAL, ("13度",))
    assert facts.order_numbers == ()
    assert facts.emergency is None


def test_a_message_without_facts_has_none() -> None:
    assert _draw("你好") == Facts()


def test_a_date_is_not_a_door_and_a_door_is_not_a_date() -> None:
    facts = _draw("25号停的水 3号楼 一直没来")
    assert facts.occurred_at is not None
    assert facts.occurred_at.span.text == "25号"
    assert facts.address is not None
    assert facts.address.address.building == "3"
    assert facts.address.address.room == ""


def test_a_phone_is_not_a_room() -> None:
    facts = _draw("翠园小区6号楼 17000001234")
    assert facts.address is not None
    assert facts.address.address.room == ""
    assert [phone.number for phone in facts.phones] == ["17000001234"]


def test_an_order_number_is_not_a_phone() -> None:
    facts = _draw("261121123459 这个到哪了,我17000001234")
    assert [(order.digits, order.check) for order in facts.order_numbers] == [("261121123459", NumberCheck.VALID)]
    assert [phone.number for phone in facts.phones] == ["17000001234"]


def test_a_truncated_number_is_not_an_invalid_phone() -> None:
    facts = _draw("单号2611211234")
    assert [order.check for order in facts.order_numbers] == [NumberCheck.TRUNCATED]
    assert facts.phones == ()


def test_an_emergency_is_found_beside_the_address() -> None:
    facts = _draw("翠园小区6号楼着火了")
    assert facts.emergency is not None
    assert facts.emergency.kind == "fire"
    assert facts.address is not None


def test_a_corrected_tail_uses_the_phone_known_before() -> None:
    (phone,) = _draw("后四位说错了,是8765", previous="17000001111").phones
    assert (phone.number, phone.kind) == ("17000008765", PhoneKind.TAIL)


def test_traditional_writing_is_understood_alike() -> None:
    facts = _draw("園林路58號門口的井蓋沒了,昨晚八點半")
    assert facts.address is not None
    assert (facts.address.address.road, facts.address.address.house_number) == ("园林路", "58")
    assert facts.occurred_at is not None


def test_the_time_never_lands_in_the_address() -> None:
    facts = _draw("昨天晚上八点半翠园小区3号楼停水")
    assert facts.address is not None
    assert facts.address.address.text == "翠园小区3号楼"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        draw_facts("昨天", message_time=datetime(2026, 11, 21), gazetteer=GAZETTEER)  # noqa: DTZ001 - naive on purpose


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        load_table("nothing")


WORDS = st.sampled_from(
    [
        "翠园小区",
        "6号楼",
        "2单元",
        "301",
        "昨天",
        "25号",
        "早上八点",
        "17000001234",
        "261121123459",
        "单号",
        "电话",
        "后四位",
        "着火了",
        "停水三天了",
        "13度",
        "我姓王",
        "匿名",
        ",",
        " ",
        "铁西区",
        "不是",
        "改成",
        "每天",
        "到现在",
        "-",
        "/",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=10).map("".join)))
def test_no_text_breaks_the_drawing_and_all_spans_lie_in_it(text: str) -> None:
    facts = draw_facts(text, message_time=NOW.astimezone(UTC), gazetteer=GAZETTEER)
    spans = [phone.span for phone in facts.phones] + [order.span for order in facts.order_numbers]
    spans += list(facts.address.spans) if facts.address else []
    spans += [facts.occurred_at.span] if facts.occurred_at else []
    spans += [facts.emergency.span] if facts.emergency else []
    plain = normalise(text).text
    for span in spans:
        assert plain[span.start : span.end] == span.text or "\x01" in span.text


@given(st.lists(WORDS, max_size=8).map("".join))
def test_no_digit_is_claimed_twice(text: str) -> None:
    facts = _draw(text)
    claimed = [span for item in (facts.phones, facts.order_numbers) for span in (mention.span for mention in item)]
    claimed += [facts.occurred_at.span] if facts.occurred_at else []
    claimed.sort(key=lambda span: span.start)
    for left, right in itertools.pairwise(claimed):
        assert left.end <= right.start
