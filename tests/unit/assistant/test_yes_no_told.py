"""A yes or a no with something around it, told instead of said, and a field that stays as it is."""

from __future__ import annotations

import pytest

from backend.domain.drafting.context import intents_in_context
from backend.domain.drafting.heard import Heard
from backend.domain.drafting.last_question import asked_by
from backend.domain.language.answers import classify_answer
from backend.domain.language.facts import draw_facts
from backend.domain.language.normalise import normalise
from tests.unit.assistant.builders import NOW, PLACES

VISITED, FIXED = "师傅联系过您了吗?", "现在修好了吗?"
URGE, PERSON, RESUME, MORE = "要不要帮您催一下?", "要不要给您转人工?", "要接着上次的说吗?", "还有别的要补充的吗?"
CANCEL, CONFIRM, PHOTOS = "确定不报了吗?", "我念一遍:停水,翠园小区。对吗?", "有照片吗?"
PHONE, KIND, PLACE = "方便留个电话吗?", "您说的是下面哪一类?", "在哪个小区几号楼?"
WHICH = "就您一家还是整栋楼都没水?"


def intent(text: str, question: str, *ranking: tuple[str, float]) -> str:
    plain = normalise(text).text
    facts = draw_facts(plain, message_time=NOW, gazetteer=PLACES)
    return intents_in_context(Heard(plain, ranking, facts, classify_answer(plain), asked_by(question)))[0][0]


@pytest.mark.parametrize(
    "question",
    [
        "现在修好了吗?",
        "水来了吗?",
        "暖气热了没有?",
        "问题都解决了吗?",
        "恢复供水了吗?",
        "灯亮了么?",
        "下水道通了吗?",
        "屋里热点了吗?",
    ],
)
def test_whether_it_is_good_again_is_a_question_of_its_own(question: str) -> None:
    assert asked_by(question) == "fixed"


@pytest.mark.parametrize("question", ["师傅来了吗?", "水电费交了吗?", "电话是这个吗?", "对吗?"])
def test_other_questions_are_not_about_that(question: str) -> None:
    assert asked_by(question) != "fixed"


@pytest.mark.parametrize(
    ("text", "question", "best", "expected"),
    [
        ("好啊,拜托你了", URGE, ("bye", 0.74), "affirm"),
        ("行 让他打我电话", PERSON, ("provide_info", 0.6), "affirm"),
        ("没有!坑还在那", FIXED, ("dispute_result", 0.99), "deny"),
        ("没了 就这 麻溜办", MORE, ("urge", 0.96), "deny"),
        ("不用 跟你唠就挺好", PERSON, ("chitchat", 0.88), "deny"),
        ("有,我一会儿传给你", PHOTOS, ("provide_info", 0.6), "affirm"),
    ],
)
def test_the_first_word_of_an_answer_is_the_answer(text: str, question: str, best: tuple[str, float], expected: str) -> None:
    assert intent(text, question, best) == expected


@pytest.mark.parametrize(
    ("text", "question", "best"),
    [
        ("不用了 还是催一下吧", URGE, ("urge", 0.9)),  # a no that is taken back
        ("对了 楼下的灯也不亮", URGE, ("report_complaint", 0.9)),  # no yes at all
        ("没事 我再等等", URGE, ("deny", 0.5)),
        ("行啊 那得几天能来?", URGE, ("query_status", 0.9)),  # a question wants its answer
        ("不用 给我转人工", URGE, ("ask_human", 0.9)),
        ("有 来之前打个电话", MORE, ("provide_info", 0.7)),  # what there is to add
        ("不是 是翠园小区3号楼", "是翠园小区2号楼吗?", ("correct_previous_detail", 0.9)),
        ("就我家 没水", WHICH, ("provide_info", 0.9)),
    ],
)
def test_what_follows_may_make_it_something_else(text: str, question: str, best: tuple[str, float]) -> None:
    other = "affirm" if best[0] == "deny" else "deny"
    assert intent(text, question, best, (other, 0.01)) == ("deny" if best[0] == "deny" else _folded(best[0], question))


def _folded(name: str, question: str) -> str:
    return "affirm" if (name, question) == ("urge", URGE) else name


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("打过了 上午八点多来的电话", VISITED, "affirm"),
        ("刚刚师傅打来的,说后天", VISITED, "affirm"),
        ("来了,活儿没干完就走了", VISITED, "affirm"),  # they came; what they left is another matter
        ("早起八点半来人了,量完温度走的", VISITED, "affirm"),
        ("电话都没响过", VISITED, "deny"),
        ("他们电话都是忙音 谁来呀", VISITED, "deny"),
        ("我打了三遍 一个人影都不见", VISITED, "deny"),
        ("修啥呀还那样水照滴答", FIXED, "deny"),
        ("修是修了,还是不热", FIXED, "deny"),
        ("好个屁", FIXED, "deny"),
        ("可算整好了", FIXED, "affirm"),
        ("这回彻底利索了", FIXED, "affirm"),
        ("不漏了,墙也干了", FIXED, "affirm"),
        ("现在有水了", FIXED, "affirm"),
    ],
)
def test_what_is_told_of_a_visit_or_a_repair_is_a_yes_or_a_no(text: str, question: str, expected: str) -> None:
    assert intent(text, question, ("chitchat", 0.97)) == expected


def test_that_the_resident_called_says_nothing_of_the_others() -> None:
    assert intent("我给他们打了电话", VISITED, ("provide_info", 0.9)) == "provide_info"


@pytest.mark.parametrize("text", ["啥时候能好?", "到底修好没修好你们不知道吗"])
def test_a_question_instead_of_the_answer_stays_one(text: str) -> None:
    assert intent(text, FIXED, ("ask_faq", 0.99)) == "ask_faq"


@pytest.mark.parametrize("text", ["取消啥 我跟你们没完", "撤什么撤,接着办", "不报啥 我还等着修呢"])
def test_nobody_loses_a_report_by_asking_back(text: str) -> None:
    assert intent(text, CANCEL, ("cancel", 0.9)) == "deny"


@pytest.mark.parametrize("text", ["不,我并不打算取消", "没有取消的意思", "并无撤销之意", "我没打算撤"])
def test_who_does_not_mean_to_give_up_keeps_the_report(text: str) -> None:
    assert intent(text, CANCEL, ("cancel", 0.9)) == "deny"


@pytest.mark.parametrize("text", ["不报了 取消", "不想办了 撤了吧", "取消", "对 不要了"])
def test_who_gives_up_gives_up(text: str) -> None:
    assert intent(text, CANCEL, ("cancel", 0.9)) == "affirm"


@pytest.mark.parametrize("text", ["暂缓催办,已约定明日进场", "倒也不必,相信你们会按规定办", "先不用催"])
def test_a_polite_no_to_an_offer_is_a_no(text: str) -> None:
    assert intent(text, URGE, ("urge", 0.9)) == "deny"


@pytest.mark.parametrize(
    ("text", "best", "expected"),
    [
        ("不想留姓名", "deny", "provide_info"),
        ("要的 别让他们知道是我", "report_complaint", "affirm"),
        ("不用 我就在这楼住 谁不认识我", "chitchat", "deny"),
        ("不必", "provide_info", "deny"),
    ],
)
def test_whether_to_stay_unknown(text: str, best: str, expected: str) -> None:
    assert intent(text, "要不要匿名?", (best, 0.7)) == expected


def test_not_the_same_matter_is_a_no() -> None:
    assert intent("非同一事项,此次为3号泵", "这回是同一件事吗?", ("deny", 0.6)) == "deny"
    assert intent("同一事项", "这回是同一件事吗?", ("provide_info", 0.6)) == "affirm"


@pytest.mark.parametrize("text", ["没弄好评什么分", "问题还在呢,怎么评", "还没修完,打什么分"])
def test_no_score_for_what_is_not_done(text: str) -> None:
    assert intent(text, "您给打几分?", ("rate", 0.98)) == "dispute_result"


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("可以让工作人员给我回电话吗", "ask_human"),
        ("劳驾请负责同志给我回个电话。", "ask_human"),
        ("这件事说来复杂,我希望能与工作人员直接沟通", "ask_human"),
        ("他们答应哪天给我回话", "query_status"),
        ("能匿名不", "ask_faq"),
        ("市政停水未提前通知,水箱快空了", "report_complaint"),
    ],
)
def test_what_is_surely_a_wish_of_its_own_stays_one(text: str, best: str) -> None:
    assert intent(text, "", (best, 0.9), ("provide_info", 0.05)) == best


def test_who_goes_on_wants_to_go_on() -> None:
    assert intent("说到哪儿了 咱接着唠", RESUME, ("query_status", 0.6)) == "affirm"
    assert intent("不接着了 说个新的", RESUME, ("report_complaint", 0.6)) == "deny"


@pytest.mark.parametrize(
    ("text", "question", "best"),
    [
        ("你不是有我号吗,还是那个", PHONE, "nlu_fallback"),
        ("就这个号 别的没有", PHONE, "deny"),
        ("打我女儿的 17000007090", PHONE, "correct_previous_detail"),
        ("看不懂 你帮我选", KIND, "ask_human"),
        ("说不清 挺老远的", PLACE, "chitchat"),
    ],
)
def test_a_field_is_answered_with_a_word_about_it(text: str, question: str, best: str) -> None:
    assert intent(text, question, (best, 0.7)) == "provide_info"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("老铁路宿舍 一楼 门前有棵枣树", PLACE),
        ("加油站出来往北二百米 右侧道", PLACE),
        ("17000001147 白天出车可能接不着 多打两遍", PHONE),
    ],
)
def test_how_it_is_there_or_when_to_call_is_no_matter_of_its_own(text: str, question: str) -> None:
    assert intent(text, question, ("report_complaint", 0.55)) == "provide_info"
    assert intent(text, question, ("report_complaint", 0.95)) == "report_complaint"


def test_a_number_put_right_is_a_correction_where_a_number_is_asked_for_too() -> None:
    assert intent("不对 应该是17000007090", PHONE, ("correct_previous_detail", 0.99)) == "correct_previous_detail"


def test_at_the_read_back_the_first_word_alone_files_nothing() -> None:
    assert intent("行 先别交 我再看看", CONFIRM, ("deny", 0.6)) != "affirm"
