"""Wishes not to be known, and names that were really given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contracts.understanding import Privacy
from backend.domain.language.names import find_name
from backend.domain.language.privacy import find_privacy

ANONYMOUS = ["匿名", "我要匿名举报", "匿名反映一下", "不留名", "不想留姓名", "不具名", "不方便实名", "別寫我名字", "别记我的名"]
CONFIDENTIAL = [
    "保密",
    "替我保密",
    "别说是我说的",
    "千万别透露我电话",
    "不要告诉物业",
    "不想让邻居知道",
    "别跟他说是我举报的",
    "怕被报复",
    "怕得罪邻居",
    "不要泄露我的信息",
    "可别让楼上知道是我",
    "請幫我保密",
]
NEITHER = [
    "不用匿名",
    "不用保密",
    "没必要保密",
    "不需要匿名",
    "能匿名吗",
    "可以保密吗?",
    "我家停水了",
    "别再拖了",
    "不想让孩子受冻",
    "告诉物业快点",
    "",
]
NAMES = [
    ("我姓王", "王"),
    ("我叫李淑芬", "李淑芬"),
    ("免贵姓赵", "赵"),
    ("联系人 张师傅", "张师傅"),
    ("联系人:王建国,电话17000001234", "王建国"),
    ("我姓王电话17000001234", "王"),
    ("叫我老李就行", "老李"),
    ("我叫欧阳明", "欧阳明"),
    ("姓名:刘芳", "刘芳"),
    ("我叫王强我家停水了", "王强"),
    ("本人姓孙", "孙"),
    ("我是陈刚,住6号楼", "陈刚"),
    ("就叫我王姐吧", "王姐"),
]
NO_NAMES = [
    "我叫了三遍没人来",
    "老百姓姓什么",
    "我是张三的邻居",
    "物业姓王的态度差",
    "我是业主",
    "我是高层住户",
    "找王师傅",
    "我叫啥不重要",
    "联系人没有",
    "我家停水",
    "王者花园",
    "",
]


@pytest.mark.parametrize("text", ANONYMOUS)
def test_who_wants_no_name_on_it_is_anonymous(text: str) -> None:
    assert find_privacy(text) is Privacy.ANONYMOUS


@pytest.mark.parametrize("text", CONFIDENTIAL)
def test_who_fears_to_be_known_is_confidential(text: str) -> None:
    assert find_privacy(text) is Privacy.CONFIDENTIAL


@pytest.mark.parametrize("text", NEITHER)
def test_a_waived_or_asked_wish_is_none(text: str) -> None:
    assert find_privacy(text) is None


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_given_name_is_taken(text: str, name: str) -> None:
    assert find_name(text) == name


@pytest.mark.parametrize("text", NO_NAMES)
def test_no_name_is_guessed(text: str) -> None:
    assert find_name(text) == ""


@given(st.text(max_size=60))
def test_no_text_breaks_the_rules(text: str) -> None:
    assert find_privacy(text) in (None, Privacy.ANONYMOUS, Privacy.CONFIDENTIAL)
    assert len(find_name(text)) <= 5
