"""What sentences want: giving up against keeping first of all, because an order hangs on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.wishes import around_another, asks, gives_up, says

CLEAR_YES = [
    "是",
    "对",
    "好",
    "1",
    "撤吧",
    "撤回",
    "对 撤了",
    "那就撤了吧",
    "取消吧",
    "嗯 不用修了",
    "是的 不用来了",
    "别来了",
    "不报了",
    "先不报了 等我儿子回来再说",
    "撤掉261122687468",
]
KEEPS = [
    "别 还是接着报吧", "算了 还是留着吧", "不撤", "先别撤", "不", "2", "不是", "等等", "继续", "接着修", "别撤了 我还要修",
    "先放着吧", "再看看", "我没说取消", "谁让你撤了", "按错了", "不取消", "还是得修",
]  # fmt: skip


@pytest.mark.parametrize("text", CLEAR_YES)
def test_a_clear_yes_gives_up(text: str) -> None:
    assert gives_up(text)


@pytest.mark.parametrize("text", KEEPS)
@pytest.mark.parametrize("softly", [False, True])
def test_anything_with_a_word_of_keeping_keeps(text: str, softly: bool) -> None:
    assert not gives_up(text, softly=softly)


@pytest.mark.parametrize("text", ["算了", "拉倒吧", "不用了", "得了"])
def test_a_soft_word_is_enough_only_while_nothing_is_filed(text: str) -> None:
    assert not gives_up(text)
    assert gives_up(text, softly=True)


@pytest.mark.parametrize("text", ["门前那棵树", "水又停了", "17000001234", "翠园小区6号楼", "多久能来", ""])
def test_another_matter_gives_nothing_up(text: str) -> None:
    assert not gives_up(text, softly=True)


@given(st.sampled_from(CLEAR_YES), st.sampled_from(["还是留着", "别撤", "先别", "不撤"]))
def test_a_word_of_keeping_beats_every_yes(yes: str, keeping: str) -> None:
    assert not gives_up(f"{yes},{keeping}")
    assert not gives_up(f"{keeping},{yes}", softly=True)


@pytest.mark.parametrize(
    ("wish", "text", "expected"),
    [
        ("refuses", "电话就不留了吧 怕人打击报复", True),
        ("refuses", "不方便给电话", True),
        ("refuses", "电话别留了", True),
        ("refuses", "电话是17000001234", False),
        ("refuses", "物业不管", False),
        ("question", "多久能来人", True),
        ("question", "收费吗", True),
        ("question", "前天晚上开始的", False),
        ("how_long", "多久能来人", True),
        ("how_long", "师傅啥时候能到", True),
        ("how_long", "什么时候开始的", False),
        ("how_to", "报上去以后咋查进度", True),
        ("how_to", "怎么查单子", True),
        ("how_to", "我那个单子到哪儿了", False),
        ("urges", "啥时候能到?能不能快点儿", True),
        ("urges", "啥时候能到", False),
        ("adds", "给我那个单子补充一下,阀门在楼下", True),
        ("adds", "再说一句,家里没人就找对门", True),
        ("adds", "刚才忘了说,我住一楼", True),
        ("adds", "我忘说话这茬了", False),
        ("adds", "氧气补充站关门了", False),
        ("earlier", "上次报的那事", True),
        ("earlier", "千万别说是我举报的", False),
        ("aftermath", "修完还是漏", True),
        ("aftermath", "下水道堵了 返水", False),
        ("starts_anew", "不用了 重新说", True),
        ("starts_anew", "接着说", False),
        ("starts_correction", "不是602是702", True),
        ("starts_correction", "602漏水", False),
        ("timelike", "头场雪那阵儿", True),
        ("timelike", "大萝卜土豆子", False),
        ("placelike", "老刘家烧烤摊子那旮旯", True),
        ("placelike", "咬着孩子咋整", False),
        ("unsolved_whole", "没解决", True),
        ("unsolved_whole", "根本没修好", True),
        ("unsolved_whole", "没解决,灯还是不亮", False),
    ],
)
def test_each_wish_is_told_by_its_words(wish: str, text: str, expected: bool) -> None:
    assert says(wish, text) is expected


def test_traditional_characters_want_the_same() -> None:
    assert not gives_up("還是留著吧")
    assert says("urges", "能不能快點兒")


@pytest.mark.parametrize("text", ["那路灯呢", "还有停水的那个呢", "暖气的呢", "我那事咋样了", "楼道灯修了吗", "那个单子到哪了"])
def test_a_few_words_ask_after_an_order(text: str) -> None:
    assert says("what_about_whole", text)


@pytest.mark.parametrize("text", ["那怎么办呢", "我家没水呢", "楼道灯不亮呢", "那谁来修呢", "暖气不热", "路灯呢不亮了"])
def test_a_problem_or_another_question_does_not_ask_after_an_order(text: str) -> None:
    assert not says("what_about_whole", text)


@pytest.mark.parametrize("said", ["撤了他们还能知道是我说的吗", "取消了还能再报吗?", "撤了以后咋整,谁来修啊"])
def test_a_question_about_taking_back_takes_nothing_back(said: str) -> None:
    assert not gives_up(said)
    assert asks(said)


@pytest.mark.parametrize("said", ["撤了吧行吗", "撤了行不", "嗯 撤吧好吗"])
def test_asking_for_leave_is_a_yes(said: str) -> None:
    assert gives_up(said)


@pytest.mark.parametrize("said", ["知道了", "好的谢谢", "行吧 那我等着", "收到,辛苦了", "哦知道了谢谢啊", "那我再等等吧", "嗯嗯"])
def test_that_something_was_heard_is_told_in_few_words(said: str) -> None:
    assert says("acknowledges_whole", said)


@pytest.mark.parametrize("said", ["好的我家没电了", "等着吧你们", "知道了还不来", "不好"])
def test_what_says_more_is_not_merely_heard(said: str) -> None:
    assert not says("acknowledges_whole", said)


@pytest.mark.parametrize(
    ("wish", "said", "expected"),
    [
        ("came_whole", "师傅来了", True),
        ("came_whole", "可算来人了", True),
        ("came_whole", "来水了", False),
        ("came_whole", "没来", False),
        ("announces_file", "我给你们补张照片", True),
        ("announces_file", "照片往哪发", True),
        ("announces_file", "照片收到了吗", False),
        ("all_of_them", "两个都催一下", True),
        ("all_of_them", "全部", True),
        ("all_of_them", "都急死了", False),
        ("all_of_them", "都三天了还没人来", False),
    ],
)
def test_small_matters_after_an_order_was_filed(wish: str, said: str, expected: bool) -> None:
    assert says(wish, said) is expected


@pytest.mark.parametrize(
    ("text", "before", "behind"),
    [
        ("5分,对了楼下井盖没了", "5分", "楼下井盖没了"),
        ("满意 给5分 另外,新兴小区南门那段路塌了个坑", "满意 给5分", "新兴小区南门那段路塌了个坑"),
        ("解决了。还有个事 楼上天天半夜放音响", "解决了", "楼上天天半夜放音响"),
        ("4分 还有楼道灯也灭了", "4分", "楼道灯也灭了"),
        ("好了 顺便说个事儿 垃圾没人收", "好了", "垃圾没人收"),
        ("修好了 再报一个 井盖没了", "修好了", "井盖没了"),
        ("还有个事故没处理", "", "事故没处理"),
        ("滿意 對了路燈不亮", "满意", "路灯不亮"),
        ("5分 挺好", "", ""),
        ("", "", ""),
    ],
)
def test_what_is_told_beside_a_verdict_is_parted_from_it(text: str, before: str, behind: str) -> None:
    assert around_another(text) == (before, behind)


@given(st.text(max_size=40))
def test_nothing_is_parted_where_no_further_problem_is_announced(text: str) -> None:
    assert says("another", text) or around_another(text) == ("", "")
