"""The emergency screen finds every danger and is not alarmed by idioms, whatever the spelling."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.language.emergency import emergency_in, is_figure_of_speech, screen_emergency, takes_back_danger
from backend.domain.language.emergency_kinds import EMERGENCY_KINDS
from backend.domain.language.normalise import normalise, to_traditional
from tests.unit.language.emergency_sentences import CALM, DANGERS, HARMLESS, MORE_DANGERS, MORE_HARMLESS, every, none_of

LONGEST_SMS = 134
SEED = Path(__file__).parents[3] / "backend" / "seed" / "categories.yml"
ALL_DANGERS = [(kind, text) for kind, texts in DANGERS.items() for text in texts]
dangers, harmless = st.sampled_from(ALL_DANGERS), st.sampled_from(every(HARMLESS))
marks = st.sampled_from(["", "!", "!!!", "。", "……", "~", " ", "\n", "?", "🙏", "😭😭"])


def heard(text: str) -> str:
    """The kind of danger that is heard in the text, "nothing" for none."""
    hit = screen_emergency(text)
    return hit.kind if hit else "nothing"


def alarms(texts: list[str]) -> list[str]:
    """Those of the texts in which a danger is heard, with its kind."""
    return [f"{text}: {kind}, not nothing" for text in texts if (kind := heard(text)) != "nothing"]


@pytest.mark.parametrize("kind", DANGERS)
def test_a_danger_is_found_with_its_kind(kind: str) -> None:
    none_of(f"{text}: {told}, not {kind}" for text in DANGERS[kind] if (told := heard(text)) != kind)


@pytest.mark.parametrize("table", HARMLESS)
def test_what_only_sounds_like_danger_raises_no_alarm(table: str) -> None:
    none_of(alarms(HARMLESS[table]))


@pytest.mark.parametrize("table", MORE_DANGERS)
def test_a_danger_told_in_any_voice_is_found(table: str) -> None:
    none_of(f"{text}: nothing, not a danger" for text in MORE_DANGERS[table] if screen_emergency(text) is None)


@pytest.mark.parametrize("table", MORE_HARMLESS)
def test_a_calm_text_in_any_voice_raises_no_alarm(table: str) -> None:
    none_of(alarms(MORE_HARMLESS[table]))


def test_a_table_with_two_mistakes_is_told_with_both() -> None:
    with pytest.raises(AssertionError, match="2 wrong:\n着火了: fire, not nothing\n煤气漏了: gas, not nothing"):
        none_of(alarms(["路灯坏了", "着火了", "煤气漏了"]))


@given(
    st.sampled_from(["翠园小区", "和平小区", "碧水家园", "东兴花园", "园林街道"]),
    st.integers(1, 40),
    st.sampled_from(["号楼", "栋", "号楼2单元", "号楼门口", "号楼3单元502室"]),
)
def test_a_place_alone_raises_no_alarm(estate: str, number: int, part: str) -> None:
    assert screen_emergency(f"{estate}{number}{part}") is None


def test_the_tables_are_as_large_as_they_must_be() -> None:
    assert len(ALL_DANGERS) >= 360
    assert len(every(HARMLESS)) >= 370
    assert len(every(MORE_DANGERS)) >= 1400
    assert len(every(MORE_HARMLESS)) >= 1800
    assert set(DANGERS) == set(EMERGENCY_KINDS)


def test_a_manner_of_speaking_is_known_as_one() -> None:
    none_of(text for text in HARMLESS["idioms"] if not is_figure_of_speech(text))


def test_a_danger_is_never_a_mere_manner_of_speaking() -> None:
    none_of(text for _, text in ALL_DANGERS if is_figure_of_speech(text))


@pytest.mark.parametrize("text", ["路灯坏了", "三号楼停水", "", "你好", "灭火器过期了", "上个月着过火"])
def test_where_nothing_is_exaggerated_there_is_no_figure_of_speech(text: str) -> None:
    assert not is_figure_of_speech(text)


@pytest.mark.parametrize(
    "text",
    [
        "急死我了,老爷子倒地上了",
        "吓死人了,他手里那把刀",
        "气死我了,我妈摔得全是血",
        "急死了,孩子喘得不对劲",
        "冻死了,报警都没人来",
        "要出人命了,楼下着火了",
        "热死了,家里老人昏迷",
        "烦死了,我真的不想活了",
    ],
)
def test_a_grave_word_beside_the_manner_of_speaking_is_taken_seriously(text: str) -> None:
    assert not is_figure_of_speech(text)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("媒气漏了", "煤气漏了"),
        ("天燃气漏了", "天然气漏了"),
        ("着伙了", "着火了"),
        ("水管露电", "水管漏电"),
        ("卡电体里出不来了", "卡电梯里出不来了"),
        ("老头晕到了", "老头晕倒了"),
        ("我爸触点了", "我爸触电了"),
        ("就命啊", "救命啊"),
        ("她割碗了", "她割腕了"),
    ],
)
def test_a_slip_of_the_pen_is_read_as_what_was_meant(wrong: str, right: str) -> None:
    slipped, meant = screen_emergency(wrong), screen_emergency(right)
    assert slipped is not None
    assert meant is not None
    assert slipped.kind == meant.kind
    assert slipped.span.text == normalise(wrong).text[slipped.span.start : slipped.span.end]


@pytest.mark.parametrize(
    ("present", "other"),
    [
        ("着火了", "要是着火了咋办,通道堵着"),
        ("着火了", "上个月着火了"),
        ("着火了", "着火了,后来扑灭了"),
        ("是不是着火了", "不是着火了"),
        ("是不是煤气漏了,有煤气味", "没有煤气味"),
        ("楼下打起来了", "楼下天天打起来"),
        ("有人困电梯里了", "电梯老困人"),
        ("不小心掉井里了", "小心掉井里"),
        ("昨天开始有煤气味", "去年有煤气味"),
        ("着火了咋办", "着火了应该打什么电话"),
    ],
)
def test_the_same_words_are_a_danger_now_or_a_fear_a_habit_a_memory(present: str, other: str) -> None:
    assert screen_emergency(present) is not None
    assert screen_emergency(other) is None


@pytest.mark.parametrize("kind", sorted(EMERGENCY_KINDS))
def test_an_instruction_fits_one_sms_names_the_number_and_asks_only_where(kind: str) -> None:
    words = EMERGENCY_KINDS[kind].instruction
    assert len(words) <= LONGEST_SMS
    assert EMERGENCY_KINDS[kind].call in words
    assert "我们已通知值班人员" in words
    assert words.count("?") == 1
    assert words.endswith("?")
    assert normalise(words).text == words


def test_an_emergency_is_filed_under_a_leaf_that_the_directory_has() -> None:
    seed = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    leaves = {(category["name"], leaf["name"]) for category in seed["categories"] for leaf in category["leaves"]}
    assert {(kind.category, kind.subcategory) for kind in EMERGENCY_KINDS.values()} <= leaves


@pytest.mark.parametrize(
    "text",
    [
        "着火了\n翠园小区6号楼",
        "翠园小区6号楼2单元301 着火了 17000001234",
        "刚才还好好的,现在屋里全是煤气味",
        "ＨＥＬＰ!着火了!!!",
        "😱😱着火了",
        "上次漏过一次煤气,今天又漏了,快来",
        "以前修过,现在水龙头又麻手",
        "我要报修暖气,哎呀不对,楼下着火了",
        "你好,请问有人吗,我妈晕倒了",
    ],
)
def test_danger_among_other_words_is_found(text: str) -> None:
    assert screen_emergency(text) is not None


@given(st.text(max_size=80))
def test_the_screen_never_fails_and_its_span_lies_in_the_text(text: str) -> None:
    hit = screen_emergency(text)
    if hit is not None:
        assert normalise(text).text[hit.span.start : hit.span.end] == hit.span.text
        assert hit.kind in EMERGENCY_KINDS


@given(dangers, marks, marks)
def test_marks_and_blanks_around_a_danger_change_nothing(danger: tuple[str, str], front: str, behind: str) -> None:
    hit = screen_emergency(f"{front}{danger[1]}{behind}")
    assert hit is not None
    assert hit.kind == danger[0]


@given(dangers)
def test_a_danger_in_traditional_characters_is_the_same_danger(danger: tuple[str, str]) -> None:
    hit = screen_emergency(to_traditional(danger[1]))
    assert hit is not None
    assert hit.kind == danger[0]


@given(dangers, st.sampled_from([",", ", ", "、", "  ", ""]))
def test_how_clauses_are_parted_does_not_hide_a_danger(danger: tuple[str, str], comma: str) -> None:
    assert screen_emergency(danger[1].replace(",", comma)) is not None


@given(harmless, marks, marks)
def test_marks_and_blanks_do_not_make_a_danger(text: str, front: str, behind: str) -> None:
    assert screen_emergency(f"{front}{text}{behind}") is None


@given(harmless)
def test_traditional_characters_do_not_make_a_danger(text: str) -> None:
    assert screen_emergency(to_traditional(text)) is None


@pytest.mark.parametrize("calm", CALM)
def test_a_danger_is_found_whatever_is_said_in_the_sentence_before_or_after(calm: str) -> None:
    told = [said for _, danger in ALL_DANGERS for said in (f"{danger}。{calm}", f"{calm}。{danger}")]
    none_of(said for said in told if screen_emergency(said) is None)


@pytest.mark.parametrize(
    "text",
    [
        "没事了 是误会",
        "没事了",
        "不是着火 是烧烤的烟",
        "我就开个玩笑",
        "逗你玩呢 没人跳楼",
        "看错了 不好意思",
        "虚惊一场 谢谢你们",
        "孩子乱按的",
        "人出来了 不用来了",
        "火灭了 没人受伤",
        "沒事了 是誤會",
        "開玩笑的 別當真",
        "沒有漏氣 是臭豆腐",
    ],
)
def test_a_danger_may_be_taken_back(text: str) -> None:
    assert takes_back_danger(text)


@pytest.mark.parametrize(
    "text",
    [
        "快来人啊",
        "翠园小区6号楼",
        "火越来越大了",
        "没事才怪 烟更大了",
        "不是开玩笑 真着火了",
        "不是误会 他拿刀在门口",
        "谢谢",
        "",
        "还没人来",
    ],
)
def test_what_goes_on_is_not_taken_back(text: str) -> None:
    assert not takes_back_danger(text)


@pytest.mark.parametrize("said", ["最后一个", "头一个", "第二个吧", "3", "下面那个"])
def test_choosing_an_entry_of_a_list_is_no_danger(said: str) -> None:
    assert screen_emergency(said) is None


@pytest.mark.parametrize("text", ["今早出车就看着了", "那台车找着了"])
def test_what_was_seen_or_found_does_not_burn(text: str) -> None:
    assert emergency_in(text) is None


def test_what_burns_burns() -> None:
    hit = emergency_in("楼下那台车着了")
    assert hit is not None
    assert hit.kind == "fire"


@pytest.mark.parametrize("said", ["明天", "后天", "下周", "今早", "明儿", "桥上", "河边"])
def test_a_day_or_a_spot_alone_is_no_farewell(said: str) -> None:
    assert emergency_in(said) is None


@given(st.lists(st.from_regex(r"[0-9]{2,5}", fullmatch=True), min_size=1, max_size=5))
def test_figures_alone_are_no_danger_however_they_are_grouped(groups: list[str]) -> None:
    assert emergency_in(" ".join(groups)) is None


@pytest.mark.parametrize("text", ["电话还是打我妈的吧 04120002208 我上班接不着", "打他家座机 04120001206 他耳朵背 多响几声"])
def test_whose_telephone_is_to_be_rung_is_no_violence(text: str) -> None:
    assert screen_emergency(text) is None


@pytest.mark.parametrize("text", ["我爸打我妈 快来", "他打我妈 17000001234 快来", "我老公打我 17000001234"])
def test_who_is_beaten_and_leaves_a_number_is_heard(text: str) -> None:
    assert screen_emergency(text) is not None
