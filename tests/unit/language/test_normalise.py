"""One writing for every text, the original kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.normalise import SIMPLIFIED, TRADITIONAL, normalise, to_traditional

TEXTS = [
    ("樓道裏一股臭雞蛋味兒", "楼道里一股臭鸡蛋味儿", TRADITIONAL),
    ("著火了", "着火了", SIMPLIFIED),
    ("樓上著火了", "楼上着火了", TRADITIONAL),
    ("这本名著", "这本名著", SIMPLIFIED),
    ("楼上漏水", "楼上漏水", SIMPLIFIED),
    ("１７０００００１２３４", "17000001234", SIMPLIFIED),
    ("６号楼，２单元！", "6号楼,2单元!", SIMPLIFIED),
    ("漏水了😭😭快来", "漏水了 快来", SIMPLIFIED),
    ("漏水了[流泪]快来", "漏水了 快来", SIMPLIFIED),
    ("选①", "选1", SIMPLIFIED),
    ("1️⃣", "1", SIMPLIFIED),
    ("  有   人\t吗 ", "有 人 吗", SIMPLIFIED),
    ("第一\r\n\r\n 第二", "第一\n第二", SIMPLIFIED),
    ("停\u200b水\ufeff了", "停水了", SIMPLIFIED),
    ("没人管……", "没人管。。", SIMPLIFIED),
    ("0412—0001234", "0412-0001234", SIMPLIFIED),
    ("幺七〇", "幺七零", SIMPLIFIED),
    ("👍", "", SIMPLIFIED),
    ("", "", SIMPLIFIED),
]


@pytest.mark.parametrize(("raw", "text", "script"), TEXTS)
def test_text_is_brought_to_one_writing(raw: str, text: str, script: str) -> None:
    result = normalise(raw)
    assert (result.text, result.script) == (text, script)


@pytest.mark.parametrize("raw", [raw for raw, _, _ in TEXTS])
def test_the_original_is_kept(raw: str) -> None:
    assert normalise(raw).original == raw


def test_a_reply_can_be_written_in_traditional_characters() -> None:
    assert to_traditional("我们已通知值班人员") == "我們已通知值班人員"
    assert normalise(to_traditional("请告诉我在哪里")).text == "请告诉我在哪里"


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=30))
def test_simplified_text_is_never_longer_than_what_was_written(raw: str) -> None:
    assert len(normalise(raw).text) == len(raw)


@given(st.text(max_size=60))
def test_normalising_leaves_no_double_blank_and_no_edge_blank(raw: str) -> None:
    text = normalise(raw).text
    assert "  " not in text
    assert text == text.strip()


@given(st.text(alphabet="停水了樓裏１２ ,。!😭①\n\tab", max_size=40))
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = normalise(raw).text
    assert normalise(once).text == once
