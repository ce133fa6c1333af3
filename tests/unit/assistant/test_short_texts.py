"""What old people text: little, in pieces, and not always an answer."""

from dataclasses import replace

import pytest

from actions.replies import table as replies_table
from backend.contracts.conversations import Address
from backend.contracts.understanding import CategoryGuess
from backend.domain.assistant_text import chosen, is_unreadable, whole_again
from backend.domain.drafting.asking import question_of, read_back
from backend.domain.drafting.context import intents_in_context
from backend.domain.drafting.heard import Heard
from backend.domain.drafting.model import Ask, Outcome
from backend.domain.language.answers import AnswerKind, classify_answer
from tests.unit.assistant.builders import COLD, DARK_STAIRS, FULL, LAMP, REPORT, fresh, told, turn

SMS = "17000005678"
MAIN_LEAK = CategoryGuess("供水", "管网漏水", "0202", 0.99)
LEAK_ABOVE = CategoryGuess("邻里纠纷", "漏水", "1901", 0.98)
LEAK = CategoryGuess("房屋维修", "屋顶漏雨", "0501", 0.3)
NO_SERVICE = CategoryGuess("物业纠纷", "服务不到位", "0601", 0.95)
NO_GAS = CategoryGuess("燃气", "停气表故障", "0402", 0.9)
WHEN = [{"id": f"since_{number}", "label": label} for number, label in enumerate(("今天", "昨天", "好几天了", "记不清"), start=1)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("第二个", "昨天"),
        ("二", "昨天"),
        ("选2", "昨天"),
        ("2、", "昨天"),
        ("2,", "昨天"),
        ("头一个", "今天"),
        ("第四个吧", "记不清"),
        ("最后那个", "记不清"),
        ("末了一个", "记不清"),
        ("2号", ""),
        ("两个", ""),
        ("第五个", ""),
        ("二单元", ""),
    ],
)
def test_an_entry_is_chosen_by_its_number_in_any_writing(text: str, label: str) -> None:
    assert chosen(text, WHEN)[1] == label


@pytest.mark.parametrize(
    ("text", "unreadable"),
    [
        ("????????", True),
        ("。。。", True),
        ("…………", True),
        ("?", False),
        ("??", False),
        ("1", False),
        ("嗯", False),
        ("👍", False),
    ],
)
def test_a_text_of_marks_alone_cannot_be_made_out(text: str, unreadable: bool) -> None:
    assert is_unreadable(kind="text", text=text, event=None) is unreadable


@pytest.mark.parametrize(
    ("text", "description", "place", "whole"),
    [
        ("区6号楼", "暖气不热 翠园小", "", "翠园小区6号楼"),
        ("小区6号楼", "暖气不热 翠园", "", "翠园小区6号楼"),
        ("园小区6号楼", "暖气不热,翠", "", "翠园小区6号楼"),
        ("小区8栋", "停水", "山南", "山南小区8栋"),
        ("小区8栋", "停水", "", "小区8栋"),
        ("小区门口", "路灯不亮 翠园", "", "翠园小区门口"),
        ("小区里没人扫雪", "路滑 翠园", "", "翠园小区里没人扫雪"),
        ("区政府旁边", "井盖没了 翠园小", "", "区政府旁边"),
        ("6号楼", "暖气不热 翠园小", "", "6号楼"),
    ],
)
def test_a_name_that_was_torn_in_two_is_put_together(text: str, description: str, place: str, whole: str) -> None:
    assert whole_again(text, description=description, place=place) == whole


SAID_BEFORE = ("我不是说了吗", "我说过了呀", "刚才不是告诉你了么", "前面写着呢", "说过一遍了", "你咋老问啊", "不是都跟你们说了吗")


@pytest.mark.parametrize("words", SAID_BEFORE)
def test_who_has_said_it_before_is_answered_and_asked_once_more_at_most(words: str) -> None:
    first = told(fresh(SMS), REPORT, words)
    assert (first.remarks, first.understood, first.form.requested) == (("told_before",), True, Ask.ADDRESS)
    assert first.form.draft.occurred_at is None
    assert told(first.form, words).form.requested is Ask.OCCURRED_AT


@pytest.mark.parametrize("words", SAID_BEFORE)
def test_at_the_read_back_it_is_read_again(words: str) -> None:
    step = told(fresh(), FULL, words)
    assert (step.outcome, step.remarks, step.form.requested) == (Outcome.ASK, ("told_before",), Ask.CONFIRM)


@pytest.mark.parametrize("words", ["没说过", "不说了", "说了算", "我跟你说暖气不热", "昨天说的", "告诉你吧,6号楼"])
def test_words_that_only_sound_like_it_are_not_taken_for_it(words: str) -> None:
    assert "told_before" not in told(fresh(SMS), REPORT, words).remarks


@pytest.mark.parametrize(
    "words",
    [
        "没啥了",
        "没有了",
        "没别的了",
        "就这些",
        "就这些了",
        "没啥要说的了",
        "不用改了",
        "随便",
        "你看着办吧",
        "对不对我也不知道 你看着办",
    ],
)
def test_nothing_more_to_say_at_the_read_back_is_a_yes(words: str) -> None:
    assert told(fresh(), FULL, words).outcome is Outcome.FILE
    heard = Heard(words, (("deny", 0.99),), turn(words).facts, classify_answer(words), Ask.CONFIRM.value)
    assert intents_in_context(heard)[0][0] == "affirm"


@pytest.mark.parametrize("words", ["没有", "不对", "没有301", "就这些地方不对", "没了暖气"])
def test_a_bare_no_or_more_words_file_nothing(words: str) -> None:
    assert told(fresh(), FULL, words).outcome is Outcome.ASK


DONT_KNOW, YES = AnswerKind.DONT_KNOW, AnswerKind.YES


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        *[(words, DONT_KNOW) for words in ("随便", "无所谓", "你看着写吧")],
        *[(words, YES) for words in ("这下中了", "这回对了", "一点不差", "错不了", "队", "就这么地吧", "以上信息无误。", "属实")],
    ],
)
def test_short_answers_of_old_people(words: str, kind: AnswerKind) -> None:
    answer = classify_answer(words)
    assert answer is not None
    assert answer.kind is kind


def test_the_number_that_the_text_came_from_is_the_phone_again() -> None:
    theirs = turn("屋里暖气冰凉,翠园小区6号楼2单元301,从前天夜里起的,17000001234", "report_complaint", known_phone=SMS)
    same = told(fresh(SMS), theirs, turn("电话就用这个号", known_phone=SMS))
    assert (same.form.draft.contact_phone, same.form.requested, same.changed) == (SMS, Ask.CONFIRM, ("contact_phone",))
    again = told(same.form, turn("跟上次一样", known_phone=SMS))
    assert (again.form.draft.contact_phone, again.form.requested, again.understood) == (SMS, Ask.CONFIRM, True)


@pytest.mark.parametrize("words", ["别留我电话", "不要登记我的号码", "不想留手机"])
def test_the_number_of_an_sms_is_not_passed_on_where_it_is_not_to_be(words: str) -> None:
    step = told(fresh(SMS), (f"屋里暖气冰凉 翠园小区6号楼 前天起 {words}", "report_complaint"))
    assert (step.form.draft.contact_phone, step.form.requested) == ("", Ask.CONFIRM)


@pytest.mark.parametrize("words", ["物业电话打不通不给修", "打电话没人接也不给换", "供热的电话不通"])
def test_a_phone_that_nobody_answers_is_not_a_refusal(words: str) -> None:
    step = told(fresh(SMS), (f"屋里暖气冰凉 翠园小区6号楼 前天起 {words}", "report_complaint"))
    assert step.form.draft.contact_phone == SMS


def test_a_name_alone_is_asked_for_the_rest_once() -> None:
    step = told(fresh(SMS), REPORT, "山南")
    assert step.form.requested is Ask.ADDRESS_DETAIL
    assert question_of(step.form).values == {"known": "山南", "wanted": "哪个小区、几号楼"}
    assert told(step.form, "不知道").form.requested is Ask.OCCURRED_AT


def test_what_takes_the_first_word_up_again_explains_it_and_is_no_second_complaint() -> None:
    leak = turn("漏水了", "report_complaint", guesses=(MAIN_LEAK,))
    step = told(fresh(SMS), leak, turn("楼上漏下来的", "report_complaint", guesses=(LEAK_ABOVE,)))
    assert (step.form.draft.category, step.form.also) == ("邻里纠纷", ())
    assert step.form.draft.description == "漏水了;楼上漏下来的"
    other = told(fresh(SMS), leak, turn("路灯也不亮了", "report_complaint", guesses=(LAMP,)))
    assert (other.form.draft.category, len(other.form.also)) == ("供水", 1)


def test_the_excuse_of_an_office_is_no_second_complaint() -> None:
    told_first = turn("屋里暖气不热", "report_complaint", guesses=(CategoryGuess("供暖", "室温不达标", "0101", 0.99),))
    excuse = told(fresh(SMS), told_first, turn("找物业,物业说没钱修", "report_complaint", guesses=(NO_SERVICE,)))
    assert (excuse.form.draft.category, excuse.form.also) == ("供暖", ())
    own = told(fresh(SMS), told_first, turn("物业天天不打扫楼道", "report_complaint", guesses=(NO_SERVICE,)))
    assert len(own.form.also) == 1


def test_a_correction_that_names_the_matter_as_it_was_understood_is_read_back_in_its_words() -> None:
    gas = turn("屋里没气 翠园小区6号楼 今天", "report_complaint", guesses=(NO_GAS,))
    step = told(fresh(SMS), gas, turn("不是暖气 是做饭的煤气没有了", "correct_previous_detail", guesses=(NO_GAS,)))
    assert (step.understood, step.form.requested, step.changed) == (True, Ask.CONFIRM, ("description",))
    assert "做饭的煤气没有了" in read_back(step.form)


@pytest.mark.parametrize("words", ["坏了", "又不好使了", "用不了了"])
def test_that_it_is_broken_says_not_yet_what(words: str) -> None:
    heard = Heard(words, (("abuse", 0.92),), turn(words).facts, classify_answer(words))
    assert intents_in_context(heard)[0][0] == "report_complaint"
    step = told(fresh(SMS), turn(words, "report_complaint", guesses=(COLD,)))
    assert (step.form.requested, step.form.draft.description) == (Ask.DESCRIPTION, "")


def test_who_tells_of_a_road_is_not_asked_for_a_staircase() -> None:
    lamp = told(fresh(SMS), ("路灯不亮了", "report_complaint")).form
    assert question_of(lamp).key == "address_outdoors"
    assert "单元" not in "".join(replies_table()["ask_address_outdoors"])
    assert question_of(told(fresh(SMS), REPORT).form).key == "address"
    estate = told(lamp, "翠园小区").form
    assert question_of(estate).values["wanted"] == "在几号楼附近,或者挨着什么"


def test_the_read_back_leaves_out_a_torn_name_and_sets_a_slip_of_yesterday_right() -> None:
    step = told(fresh(SMS), ("暖气不热 翠园小", "report_complaint"), "翠园小区6号楼", "坐天")
    assert read_back(step.form) == f"暖气不热,翠园小区6号楼,昨天,电话{SMS}"


def test_a_place_on_a_bus_needs_no_building() -> None:
    step = told(fresh(SMS), ("司机撵老人下车", "report_complaint"), "8路车上")
    assert (step.form.draft.address, step.form.requested) == (Address(text="8路车上", landmark="8路车上"), Ask.OCCURRED_AT)


@pytest.mark.parametrize("words", ["就这样吧", "行 就这样吧", "不用再细了 就这样报", "就这些"])
def test_enough_said_closes_the_open_question(words: str) -> None:
    step = told(fresh(SMS), REPORT, "翠园小区6号楼", words)
    assert (step.form.requested, "occurred_at" in step.form.settled) == (Ask.CONFIRM, True)
    assert told(fresh(), FULL, words).outcome is Outcome.FILE


@pytest.mark.parametrize("words", ["啥意思", "看不懂", "啥意思 看不懂", "你说的是啥意思", "没看明白"])
def test_who_does_not_understand_the_question_is_not_told_that_we_did_not(words: str) -> None:
    step = told(fresh(SMS), REPORT, words)
    assert (step.understood, step.remarks, step.form.misunderstood) == (True, ("puzzled",), 0)
    choice = told(fresh(SMS), turn("东西坏了一半", "report_complaint", guesses=(DARK_STAIRS, LEAK)))
    assert choice.form.requested is Ask.CATEGORY
    assert told(choice.form, words).form.requested is Ask.ADDRESS


@pytest.mark.parametrize(("words", "intent"), [("对 辛苦你了小王", "affirm"), ("辛苦你了小王", "thanks")])
def test_a_yes_with_thanks_beside_it_is_a_yes(words: str, intent: str) -> None:
    heard = Heard(words, (("thanks", 0.99),), turn(words).facts, classify_answer(words), Ask.CONFIRM.value)
    assert intents_in_context(heard)[0][0] == intent


def test_what_is_added_in_a_correction_is_no_other_category() -> None:
    bike = CategoryGuess("违章停车/交通", "僵尸车", "0904", 0.96)
    correction = turn("说错了 是四楼 还有个破自行车", "correct_previous_detail", guesses=(bike,))
    step = told(fresh(SMS), ("楼道堆物 翠园小区8号楼2单元3楼 暖气冷", "report_complaint"), correction)
    assert (step.form.draft.category, step.form.draft.address.floor) == ("供暖", "4")
    assert step.form.draft.description.endswith("破自行车")


def test_the_last_digits_of_the_phone_are_no_matter() -> None:
    known = told(fresh(), FULL).form
    theirs = turn(
        "号错了 最后是98", "correct_previous_detail", previous_phone="17000001234", guesses=(replace(LEAK, confidence=0.93),)
    )
    step = told(known, theirs)
    assert (step.form.draft.contact_phone, step.form.draft.category) == ("17000001298", "供暖")


def test_a_direction_alone_does_not_count_as_asked_for_when_another_question_was_answered() -> None:
    step = told(fresh(SMS), ("暖气片楼下堆着没人修", "report_complaint"), "有半年了")
    assert (step.form.requested, step.form.draft.missing) == (Ask.ADDRESS, ("address",))
