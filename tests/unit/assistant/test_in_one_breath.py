"""What residents say beside an answer, before a question and in manners: it is kept whole, and taken for nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.contracts.conversations import Address, TimeKind
from backend.contracts.understanding import CategoryGuess, Facts
from backend.domain.drafting.asking import question_of, read_back, unsaid
from backend.domain.drafting.gist import gist_of
from backend.domain.drafting.model import Ask, OpenForm
from backend.domain.drafting.stored import form_from_json, form_to_json
from tests.unit.assistant.builders import REPORT, fresh, told, turn

DOG = CategoryGuess("治安", "犬只", "1405", 0.86)
UNSAID = CategoryGuess("其他", "未说明", "2299", 0.94)
PLACE = "翠园小区6号楼2单元"
PHONE = "17000004107"


def asked_for(field: Ask) -> OpenForm:
    """A form whose open question is `field`."""
    said = {Ask.ADDRESS: (), Ask.OCCURRED_AT: (PLACE,), Ask.CONTACT_PHONE: (PLACE, "昨天")}[field]
    form = told(fresh(), REPORT, *said).form
    assert form.requested is field
    return form


def kept_of(field: Ask, said: str, intent: str = "provide_info") -> str:
    """What of an answer went into the description."""
    form = told(asked_for(field), (said, intent)).form
    return form.draft.description.removeprefix(REPORT[0]).removeprefix(";")


@pytest.mark.parametrize(
    ("field", "said", "kept"),
    [
        (Ask.ADDRESS, f"{PLACE} 他家五楼我家四楼", "他家五楼我家四楼"),
        (Ask.ADDRESS, "翠园小区门口往北那趟 叫不上名", "翠园小区门口往北那趟、叫不上名"),
        (Ask.CONTACT_PHONE, f"{PHONE} 不过麻烦晚上别打 老伴睡得早", "不过麻烦晚上别打、老伴睡得早"),
        (Ask.CONTACT_PHONE, "不用打电话 微信告诉我就行", "不用打电话、微信告诉我就行"),
        (Ask.CONTACT_PHONE, f"电话写我工友老孟的 {PHONE} 我手机停机了", "电话写我工友老孟的、我手机停机了"),
        (Ask.OCCURRED_AT, "天天半夜就凉透 后半宿冻醒", "天天半夜就凉透、后半宿冻醒"),
    ],
)
def test_what_stands_beside_an_answer_is_kept_in_whole_clauses(field: Ask, said: str, kept: str) -> None:
    assert kept_of(field, said) == kept


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (Ask.ADDRESS, f"{PLACE} 你是机器人还是真人啊"),
        (Ask.ADDRESS, f"{PLACE} 问那么细干啥"),
        (Ask.ADDRESS, f"哦对不起对不起,忘说了,{PLACE}"),
        (Ask.OCCURRED_AT, "记不清了 大概上个礼拜吧"),
        (Ask.OCCURRED_AT, "就供暖开始就这样吧我也说不太准"),
        (Ask.CONTACT_PHONE, f"电话啊电话是{PHONE}啊对四一零七"),
        (Ask.CONTACT_PHONE, "电话我不留了"),
        (Ask.CONTACT_PHONE, "用不着留电话吧"),
        (Ask.CONTACT_PHONE, f"好的好的谢谢您,{PHONE}"),
    ],
)
def test_what_is_said_to_us_tells_those_who_come_nothing(field: Ask, said: str) -> None:
    assert kept_of(field, said) == ""


def test_thanks_around_a_phone_take_nothing_away_from_what_else_is_said() -> None:
    assert kept_of(Ask.CONTACT_PHONE, f"谢谢您,{PHONE},白天打就行我上夜班", "thanks") == "白天打就行我上夜班"


def test_why_a_phone_is_kept_back_is_for_those_who_come() -> None:
    assert kept_of(Ask.CONTACT_PHONE, "用不着留电话吧 我怕他们找我麻烦") == "我怕他们找我麻烦"


def test_from_whom_it_is_to_be_kept_is_for_those_who_come() -> None:
    assert "别让我儿子知道" in kept_of(Ask.ADDRESS, f"{PLACE} 千万别让我儿子知道")


# --- written before the question could be seen


@pytest.mark.parametrize("said", ["这是群里转的 我也是这小区的 真事儿", "大伙儿都说了 没人管"])
def test_free_words_are_no_answer_to_a_question_that_was_never_seen(said: str) -> None:
    form = unsaid(asked_for(Ask.ADDRESS))
    step = told(form, turn(said, "affirm"))
    assert (step.form.draft.address, step.form.requested) == (Address(), Ask.ADDRESS)
    assert step.form.draft.description.endswith(said)


def test_the_same_words_answer_the_question_once_it_was_seen() -> None:
    form = told(unsaid(asked_for(Ask.ADDRESS)), "真事儿 不骗您", "老菜市场后面").form
    assert form.draft.address.landmark == "老菜市场后面"


def test_facts_count_whether_the_question_was_seen_or_not() -> None:
    assert told(unsaid(asked_for(Ask.ADDRESS)), PLACE).form.draft.address.building == "6"


def test_that_a_question_was_not_seen_is_kept_with_the_form() -> None:
    form = unsaid(asked_for(Ask.ADDRESS))
    assert form_from_json(form_to_json(form)).unheard


def test_a_form_that_was_stored_before_this_was_known_is_read() -> None:
    stored = form_to_json(asked_for(Ask.ADDRESS))
    del stored["form"]["unheard"]
    assert not form_from_json(stored).unheard


# --- manners first, the matter after them


def test_an_opening_of_mere_manners_is_no_matter() -> None:
    opening = turn("打扰您了,实在不好意思,想跟您反映个事,不知道归不归您这儿管", "report_complaint", guesses=(UNSAID,), issues=())
    step = told(fresh(), opening)
    assert (step.form.draft.description, step.form.requested) == ("", Ask.DESCRIPTION)


def test_the_matter_may_be_named_in_an_answer_while_none_is_known() -> None:
    vague = turn("我想说说我家隔壁的那点事情", "report_complaint", guesses=(UNSAID,), issues=())
    barks = turn("隔壁那条狗一到夜里就叫", "provide_info", guesses=(DOG,), issues=())
    form = told(fresh(), vague, barks).form
    assert (form.draft.subcategory, "狗" in form.gist) == ("犬只", True)


@pytest.mark.parametrize(
    ("said", "gist"),
    [
        ("你好 我替我妈问一下 我人在沈阳 我妈自己住 她家一点水都没有 老太太连饭都做不了", "她家一点水都没有、老太太连饭都做不了"),
        ("您好老师,不好意思打扰,我们小区的快递柜一直占着消防通道", "我们小区的快递柜一直占着消防通道"),
        ("帮我楼下王大爷问一下 他家屋顶漏雨", "他家屋顶漏雨"),
        ("你们一天天是干什么吃的!家里十四度 老人孩子冻得直哆嗦", "家里十四度、老人孩子冻得直哆嗦"),
    ],
)
def test_who_speaks_for_whom_and_manners_are_not_read_back_as_the_matter(said: str, gist: str) -> None:
    assert gist_of(said, Facts()) == gist


def test_a_fault_told_in_one_long_breath_is_read_back_by_its_name() -> None:
    breath = "喂喂能听见吧那个我跟你说啊我们家楼上那户就开始装修那个电钻啊一直钻到晚上八九点我这心脏不好受不了啊"
    assert gist_of(breath, Facts()) == ""


# --- the place


@pytest.mark.parametrize("said", ["全小区都这样还要啥楼号啊", "到处都去 不固定哪栋", "说不清是哪栋 满院子都是味"])
def test_what_is_everywhere_in_an_estate_has_no_building(said: str) -> None:
    form = told(asked_for(Ask.ADDRESS), "翠园小区").form
    assert form.requested is Ask.ADDRESS_DETAIL
    form = told(form, said).form
    assert (form.draft.address.text, form.requested) == ("翠园小区", Ask.OCCURRED_AT)


def test_an_estate_told_together_with_everywhere_is_enough() -> None:
    assert told(asked_for(Ask.ADDRESS), "翠园小区 全小区都黄").form.requested is Ask.OCCURRED_AT


@pytest.mark.parametrize("side", ["西边那户", "右手那家", "东户"])
def test_which_door_of_the_floor_belongs_to_the_place(side: str) -> None:
    assert told(asked_for(Ask.ADDRESS), f"{PLACE}4楼{side}").form.draft.address.text == f"{PLACE}4楼{side}"


def test_a_door_with_a_number_needs_no_side() -> None:
    assert told(asked_for(Ask.ADDRESS), f"{PLACE}401").form.draft.address.landmark == ""


def test_two_floors_make_no_spot() -> None:
    assert told(asked_for(Ask.ADDRESS), f"{PLACE} 他家五楼我家四楼").form.draft.address.landmark == ""


def test_a_kind_of_place_is_asked_for_by_its_kind() -> None:
    form = told(fresh(), ("孩子幼儿园门口的路灯坏了", "report_complaint")).form
    assert "哪个幼儿园" in question_of(form).values["wanted"]


@pytest.mark.parametrize("said", ["公园里健身器材晃得厉害", "马路边上那根暖气管子冒气"])
def test_what_stands_in_the_open_is_not_asked_for_its_staircase(said: str) -> None:
    assert question_of(told(fresh(), (said, "report_complaint")).form).key == "address_outdoors"


# --- two answers in one message


@pytest.mark.parametrize("said", [f"一直这样 电话{PHONE}", f"{PHONE} 好久了"])
def test_a_vague_time_beside_a_phone_answers_when(said: str) -> None:
    form = told(asked_for(Ask.OCCURRED_AT), said).form
    assert form.draft.occurred_at is not None
    assert (form.draft.occurred_at.kind, form.draft.contact_phone) == (TimeKind.VAGUE, PHONE)


def test_not_knowing_when_counts_beside_a_phone() -> None:
    form = told(asked_for(Ask.OCCURRED_AT), f"记不清 {PHONE}").form
    assert ("occurred_at" in form.settled, form.requested) == (True, Ask.CONFIRM)


@pytest.mark.parametrize(
    "said", ["电话我这个是老人机号码我记不住你们看不见吗", "用不着留电话吧 我怕他们物业知道是我", "没必要填电话"]
)
def test_a_phone_that_is_not_known_or_not_wanted_is_not_asked_for_twice(said: str) -> None:
    assert told(asked_for(Ask.CONTACT_PHONE), said).form.requested is Ask.CONFIRM


# --- said again, and put right


def test_a_word_of_a_known_time_does_not_replace_it() -> None:
    known = replace(asked_for(Ask.CONTACT_PHONE))
    form = told(known, PHONE, ("昨天晚上 17000004107 不对", "correct_previous_detail"), ("晚上最冷", "affirm")).form
    assert "昨天晚上" in read_back(form)


def test_a_building_that_is_put_right_by_its_number_is_no_day() -> None:
    form = told(fresh(), ("屋里暖气冰凉,翠园小区5号楼,前天夜里起的,17000001234", "report_complaint")).form
    form = told(form, ("不是5号楼 是15号 时间也不对 昨天才坏的", "correct_previous_detail")).form
    assert form.draft.occurred_at is not None
    assert (form.draft.address.building, form.draft.occurred_at.text) == ("15", "昨天")


def test_since_when_is_added_to_the_hour_at_which_it_is_heard() -> None:
    form = told(fresh(), ("楼上半夜两点咣咣砸地板", "report_complaint"), f"{PLACE} 就从上个月他家搬来开始的").form
    when = form.draft.occurred_at
    assert when is not None
    assert (when.kind, when.text.startswith("半夜两点,")) == (TimeKind.SINCE, True)


def test_a_day_that_was_told_is_not_moved_by_another_word() -> None:
    form = told(fresh(), ("昨天暖气就不热了", "report_complaint"), f"{PLACE} 我从前年就住这儿").form
    assert form.draft.occurred_at is not None
    assert form.draft.occurred_at.text == "昨天"


def test_wanting_somebody_today_does_not_move_the_beginning() -> None:
    form = told(asked_for(Ask.OCCURRED_AT), "昨晚上开始的", PHONE, ("能不能今天就来啊", "urge")).form
    assert form.draft.occurred_at is not None
    assert form.draft.occurred_at.text == "昨晚上开始"


def test_no_address_to_be_had_is_not_asked_for_twice() -> None:
    form = told(asked_for(Ask.ADDRESS), "没有地址啊 就坐车的时候 23路").form
    assert (form.draft.address.landmark, form.requested) == ("", Ask.OCCURRED_AT)


def test_how_far_one_has_to_climb_is_no_floor() -> None:
    assert told(asked_for(Ask.ADDRESS), f"{PLACE} 我妈得爬十二楼").form.draft.address.floor == ""


@pytest.mark.parametrize("intent", ["provide_info", "correct_previous_detail"])
def test_a_no_to_what_was_read_back_answers_no_other_question(intent: str) -> None:
    form = told(asked_for(Ask.OCCURRED_AT), ("不对,是3号楼", intent)).form
    assert form.requested is Ask.OCCURRED_AT


def test_a_second_number_goes_along_with_whose_it_is() -> None:
    form = told(asked_for(Ask.CONTACT_PHONE), f"打不通就打我爱人 17000004415 我的是 {PHONE}").form
    assert "打不通就打我爱人、17000004415" in form.draft.description


def test_floors_from_one_to_another_are_nobodys_floor() -> None:
    assert told(asked_for(Ask.ADDRESS), f"{PLACE} 从一楼到六楼都不亮").form.draft.address.floor == ""


def test_a_number_read_aloud_is_no_spot() -> None:
    assert told(asked_for(Ask.ADDRESS), f"{PLACE}四零二我家五楼那家是五零二").form.draft.address.landmark == ""
