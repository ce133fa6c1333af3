"""Short answers and ratings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.answers import LAST, Answer, AnswerKind, classify_answer, parse_rating, parse_verdict

ANSWERS = {
    AnswerKind.DONT_KNOW: [
        "不知道",
        "不清楚",
        "记不清了",
        "忘了",
        "我不太清楚哪天",
        "说不好",
        "不晓得",
        "沒注意",
        "记不住了",
        "不造啊",
    ],
    AnswerKind.SKIP: ["跳过", "不填", "没有", "算了这个不说", "没照片", "不用了谢谢", "略过吧", "無", "下一个", "没了"],
    AnswerKind.REFUSE: ["不想留", "不方便", "不给", "不想说", "不方便透露", "不愿意留电话", "不留电话", "不告诉你"],
    AnswerKind.SAME_AS_BEFORE: ["跟上次一样", "还是那个", "老地方", "还是原来的地址", "同上", "没变", "就用这个号", "和上回一样"],
    AnswerKind.LATER: ["回头再说", "等会儿", "晚点发", "现在没空", "一会儿给你发", "等我到家再说", "待会儿说", "先空着"],
    AnswerKind.YES: [
        "是的",
        "对",
        "嗯呐",
        "行",
        "可以",
        "行行行",
        "就这样吧",
        "👌",
        "[OK]",
        "好的谢谢",
        "沒錯",
        "提交吧",
        "要",
        "OK",
        "中",
    ],
    AnswerKind.NO: ["不是", "不对", "别提交", "不行", "錯了", "👎", "不要", "先别"],
}
CHOICES = [
    ("第二个", 2),
    ("2", 2),
    ("二", 2),
    ("選2", 2),
    ("１", 1),
    ("选一", 1),
    ("1吧", 1),
    ("②", 2),
    ("3️⃣", 3),
    ("头一个", 1),
    ("第三个吧", 3),
    ("十二", 12),
]
LONGER = [
    "小区停水了",
    "不对,是3单元",
    "没电",
    "17000001234",
    "6号楼",
    "",
    "对面楼在施工",
    "没有热水",
    "好几天了",
    "2单元301",
    "99",
    "昨天",
    "不热",
    "是3单元",
]
RATINGS = [
    ("五星", 5),
    ("5", 5),
    ("５分", 5),
    ("给五分好评", 5),
    ("五星好评", 5),
    ("非常满意", 5),
    ("很好", 5),
    ("没得说", 5),
    ("⭐⭐⭐⭐", 4),
    ("满意", 4),
    ("挺满意的", 4),
    ("4分", 4),
    ("还行", 4),
    ("基本满意", 3),
    ("中不溜吧,三分", 3),
    ("一般般", 3),
    ("三", 3),
    ("凑合", 3),
    ("不满意", 2),
    ("不咋地", 2),
    ("不是很满意", 2),
    ("两颗星", 2),
    ("非常不满意", 1),
    ("太差了", 1),
    ("差评", 1),
    ("一點都不滿意", 1),
    ("0分", 1),
    ("10分钟就到了 满意", 4),
    ("挺好 5", 5),
    ("5 挺好", 5),
    ("等了3天 挺好", 4),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in ANSWERS.items() for text in texts])
def test_a_short_answer_has_its_kind(kind: AnswerKind, text: str) -> None:
    answer = classify_answer(text)
    assert answer is not None
    assert answer.kind is kind


@pytest.mark.parametrize(("text", "number"), CHOICES)
def test_a_number_chooses_from_the_menu(text: str, number: int) -> None:
    assert classify_answer(text) == Answer(AnswerKind.CHOICE, number)


@pytest.mark.parametrize("text", LONGER)
def test_what_says_more_is_no_short_answer(text: str) -> None:
    assert classify_answer(text) is None


def test_a_word_with_two_readings_carries_both() -> None:
    answer = classify_answer("没有")
    assert answer is not None
    assert (answer.kind, answer.also) == (AnswerKind.SKIP, AnswerKind.NO)


@pytest.mark.parametrize(("text", "score"), RATINGS)
def test_a_rating_in_digits_stars_or_words_is_a_score(text: str, score: int) -> None:
    assert parse_rating(text) == score


@pytest.mark.parametrize("text", ["打3分钟电话", "暖气不热", "等了5天", "", "师傅来过"])
def test_what_is_no_rating_has_no_score(text: str) -> None:
    assert parse_rating(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_rules(text: str) -> None:
    answer, score = classify_answer(text), parse_rating(text)
    assert answer is None or (answer.number is None) == (answer.kind is not AnswerKind.CHOICE)
    assert score is None or 1 <= score <= 5


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("最后一个", LAST),
        ("后面那个吧", LAST),
        ("最下面那个", LAST),
        ("下面那件", LAST),
        ("头一个", 1),
        ("前面的那个", 1),
        ("第二个", 2),
    ],
)
def test_an_entry_is_chosen_by_where_it_stands(said: str, number: int) -> None:
    assert classify_answer(said) == Answer(AnswerKind.CHOICE, number)


@pytest.mark.parametrize("said", ["上一个", "后天", "最后", "后面那个井盖没了"])
def test_what_only_sounds_like_a_place_in_a_list_chooses_nothing(said: str) -> None:
    answer = classify_answer(said)
    assert answer is None or answer.kind is not AnswerKind.CHOICE


@pytest.mark.parametrize("said", ["好的", "好的谢谢", "知道了", "收到", "嗯,好的", "好的,知道了啊", "行", "OK"])
def test_that_a_question_was_heard_is_no_verdict(said: str) -> None:
    assert parse_rating(said) is None


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("0", 1),
        ("0分", 1),
        ("零分", 1),
        ("10分!", 5),
        ("100分", 5),
        ("一百分", 5),
        ("给十分", 5),
        ("十分", 5),
        ("8分", None),
        ("12", None),
    ],
)
def test_a_score_beyond_the_scale_is_its_nearest_end_only_where_that_is_meant(said: str, score: int | None) -> None:
    assert parse_rating(said) == score


@pytest.mark.parametrize(
    ("said", "score", "named", "comment"),
    [
        ("一般般 来得太慢", 3, False, True),
        ("满意 就是来得有点晚", 4, False, True),
        ("给个差评 态度恶劣 事也没办明白", 1, False, True),
        ("10分钟就来了,满意", 4, False, True),
        ("挺满意的", 4, False, False),
        ("5分 谢谢师傅", 5, True, False),
        ("中不溜吧,三分", 3, True, False),
        ("刚才按错了,应该是5分", 5, True, False),
        ("3", 3, True, False),
    ],
)
def test_a_verdict_knows_whether_it_says_why(said: str, score: int, named: bool, comment: bool) -> None:
    verdict = parse_verdict(said)
    assert verdict is not None
    assert (verdict.score, verdict.named, verdict.comment) == (score, named, said if comment else "")


def test_the_part_that_gives_the_score_is_told_apart_from_what_follows() -> None:
    verdict = parse_verdict("5分,对了我家楼下井盖没了")
    assert verdict is not None
    assert verdict.clause == "5分"


def test_what_is_no_verdict_has_none() -> None:
    assert parse_verdict("我家暖气不热") is None
