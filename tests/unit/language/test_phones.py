"""Phones: found, corrected, and never mistaken for another number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.understanding import PhoneKind
from backend.domain.language.normalise import normalise
from backend.domain.language.phones import find_phones

PREVIOUS = "17000001111"

WHOLE = [
    ("我电话17000001234", ["17000001234"]),
    ("17000001234", ["17000001234"]),
    ("电话:１７０ ０００１ ２３４５", ["17000012345"]),
    ("170-0000-1234 打这个", ["17000001234"]),
    ("170.0000.1234", ["17000001234"]),
    ("+86 17000001234", ["17000001234"]),
    ("8617000001234", ["17000001234"]),
    ("幺七零零零零零幺二三四", ["17000001234"]),
    ("电话是一七零零零零零一二三四", ["17000001234"]),
    ("一七零,零零零零,幺二三四 记一下", ["17000001234"]),
    ("幺七零 零零零零 幺二三四", ["17000001234"]),
    ("座机0001234", ["0412-0001234"]),
    ("家里电话是0001234", ["0412-0001234"]),
    ("0412-0001234", ["0412-0001234"]),
    ("04120001234", ["0412-0001234"]),
    ("0412 0001234 找老王", ["0412-0001234"]),
    ("(0412)0001234", ["0412-0001234"]),
    ("6号楼 301 17000001234", ["17000001234"]),
    ("17000001234 17000005678", ["17000001234", "17000005678"]),
    ("17000001234或者17000005678", ["17000001234", "17000005678"]),
    ("不是17000001234,是17000005678", ["17000005678"]),
    ("17000001234改成17000005678", ["17000005678"]),
    ("原来的17000001234停机了,现在用17000005678", ["17000005678"]),
    ("张师傅17000001234", ["17000001234"]),
    ("停水3天了17000001234张", ["17000001234"]),
    ("单号忘了,电话17000001234", ["17000001234"]),
    ("查一下17000001234报的修", ["17000001234"]),
    ("我一个人在家17000001234", ["17000001234"]),
    ("微信同号17000001234", ["17000001234"]),
    ("联系方式17000001234王女士", ["17000001234"]),
]

NONE = [
    "打96715没人接",
    "12345热线打了好几遍",
    "119来过了",
    "我打110了",
    "打120",
    "95598说不归他们管",
    "电表号17000001234",
    "户号是17000001234",
    "缴费号1234567890",
    "水表号 30012345",
    "身份证号210302195001011234",
    "屋里才13度",
    "13",
    "6号楼2单元301",
    "翠园小区6-2-301",
    "2026-11-21 19:30",
    "电话打了3遍都占线",
    "400-800-1234打不通",
    "物业电话17000001234没人接",
    "供热公司电话0412-0001234一直占线",
    "别打17000001234",
    "快递单号17000001234",
    "罚了20000块",
    "261121123459",
    "我家三楼",
    "",
]

INVALID = [
    ("170000012345", "170000012345"),
    ("我手机1700000123", "1700000123"),
    ("电话是138123", "138123"),
    ("手机号 170 0000 123", "1700000123"),
    ("号码是1700000123456", "1700000123456"),
]

TAILS = [
    ("后四位说错了,是8765", "17000008765"),
    ("后四位说错了是八七六五", "17000008765"),
    ("尾号改成0033", "17000000033"),
    ("尾号不是8756,是8765", "17000008765"),
    ("最后两位是33", "17000001133"),
    ("后四位应该是八七六五", "17000008765"),
    ("最后一位是9不是8", "17000001119"),
    ("最后4个数字错了 应该是 5566", "17000005566"),
    ("电话后4位打错了 应该是8899", "17000008899"),
    ("末四位是 7788", "17000007788"),
    ("手机尾号1234", "17000001234"),
    ("後四位說錯了,是8765", "17000008765"),
]


@pytest.mark.parametrize(("text", "numbers"), WHOLE)
def test_whole_numbers_are_found_in_one_writing(text: str, numbers: list[str]) -> None:
    mentions = find_phones(text)
    assert [mention.number for mention in mentions] == numbers
    assert {mention.kind for mention in mentions} == {PhoneKind.FULL}


@pytest.mark.parametrize("text", NONE)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert find_phones(text) == ()


@pytest.mark.parametrize(("text", "digits"), INVALID)
def test_a_phone_of_wrong_length_is_said_to_be_invalid(text: str, digits: str) -> None:
    mentions = find_phones(text)
    assert [(mention.number, mention.kind) for mention in mentions] == [(digits, PhoneKind.INVALID)]


@pytest.mark.parametrize(("text", "number"), TAILS)
def test_a_corrected_tail_changes_the_tail_only(text: str, number: str) -> None:
    mentions = find_phones(text, PREVIOUS)
    assert [(mention.number, mention.kind) for mention in mentions] == [(number, PhoneKind.TAIL)]


@pytest.mark.parametrize(
    "text", ["后两天又停了", "后来2号又停了", "最后一次是3月", "后3号楼2单元", "单号后四位1234", "后四户都没有"]
)
def test_words_like_a_tail_about_other_things_are_none(text: str) -> None:
    assert find_phones(text, PREVIOUS) == ()


def test_a_tail_without_a_previous_number_is_only_the_tail() -> None:
    (mention,) = find_phones("后四位说错了,是8765")
    assert (mention.number, mention.kind) == ("8765", PhoneKind.TAIL)


def test_a_whole_number_beside_a_tail_wins() -> None:
    assert [mention.number for mention in find_phones("后四位错了,是17000005678", PREVIOUS)] == ["17000005678"]


def test_a_corrected_head_changes_the_head_only() -> None:
    (mention,) = find_phones("前三位说错了,是171", PREVIOUS)
    assert (mention.number, mention.kind) == ("17100001111", PhoneKind.FULL)


def test_a_landline_tail_keeps_the_area_code() -> None:
    (mention,) = find_phones("后四位是4321", "0412-0001234")
    assert mention.number == "0412-0004321"


@given(st.text(alphabet="0123456789 -幺一二三零电话手机后四位是户号,。abc", max_size=40))
def test_a_stored_phone_is_always_a_mobile_or_a_landline(text: str) -> None:
    for mention in find_phones(text):
        if mention.kind is PhoneKind.FULL:
            digits = mention.number.replace("-", "")
            assert digits.isdigit()
            assert len(digits) in (10, 11, 12)
            assert digits[0] in "01"
        assert normalise(text).text[mention.span.start : mention.span.end] == mention.span.text


@given(st.text(max_size=60), st.sampled_from(["", PREVIOUS, "0412-0001234"]))
def test_no_text_breaks_the_search(text: str, previous: str) -> None:
    for mention in find_phones(text, previous):
        assert mention.span.text


@given(st.integers(min_value=0, max_value=9999), st.sampled_from(["", "我", "手机", "电话:", "您好 "]))
def test_every_mobile_is_found_whole(tail: int, lead: str) -> None:
    number = f"1700000{tail:04d}"
    assert [mention.number for mention in find_phones(lead + number)] == [number]
    assert find_phones(f"9{number}0") == () or find_phones(f"9{number}0")[0].kind is PhoneKind.INVALID


def test_a_second_number_for_when_nobody_answers_does_not_take_the_place_of_the_first() -> None:
    found = find_phones("打17000005454 不接就打0412-0005454")
    assert [phone.number for phone in found] == ["17000005454"]


def test_the_word_in_front_of_the_tail_is_no_digit_of_it() -> None:
    found = find_phones("我手机尾号错了 后四位是7788", "17000009876")
    assert [phone.number for phone in found] == ["17000007788"]


@pytest.mark.parametrize(
    "said", ["腰七零零零零零四五幺幺", "要七零零零零零四五一一", "幺拐洞洞洞洞洞四五幺幺", "幺七动动动动动四五幺幺"]
)
def test_a_mobile_is_heard_through_the_slips_of_a_recording(said: str) -> None:
    assert [phone.number for phone in find_phones(f"打{said}这个电话")] == ["17000004511"]


@pytest.mark.parametrize("said", ["要三四个人来", "拐两个弯", "要七八天", "腰疼了五六天", "要一二三四五六七八九十"])
def test_words_that_sound_like_digits_are_no_number(said: str) -> None:
    assert find_phones(said) == ()
