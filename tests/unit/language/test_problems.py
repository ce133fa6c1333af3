"""How many problems a message holds, decided from clauses that are classified already."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from backend.domain.language.issues import Clause, clauses_in
from backend.domain.language.matters import kinds_named, thing_named
from bot.components.category_shares import Guess, service_codes
from bot.components.heard import Heard, named_guess
from bot.components.problem_features import Message, features, is_solid
from bot.components.problems import enough, problems_of
from tests.unit.language.test_issues import ROOT

LAMP = Guess("道路设施", "路灯", 0.95, 0.98)
COVER = Guess("道路设施", "井盖", 0.95, 0.98)
COLD = Guess("供暖", "室温不达标", 0.97, 0.99)
RUBBISH = Guess("环境卫生", "垃圾清运", 0.9, 0.92)
DOCTOR = Guess("医疗", "收费", 0.9, 0.95)
VAGUE = Guess("绿化", "毁绿", 0.3, 0.35)
UNSAID = Guess("其他", "未说明", 0.9, 0.95)


def heard(text: str, *told: tuple[Guess, float]) -> list[Heard]:
    """The clauses of a text with what the models would say of them: guess and how much it is a problem of its own."""
    return [piece(clause, guess, own) for clause, (guess, own) in zip(clauses_in(text), told, strict=True)]


def piece(clause: Clause, guess: Guess, own: float) -> Heard:
    words, leaf = clause.span.text, f"{guess.category}/{guess.subcategory}"
    named = kinds_named(words)
    placed = "号楼" in words
    thing = thing_named(words, guess.category)
    told = {guess.category: guess.category_confidence}
    return Heard(clause, guess, own, False, leaf in named, bool(named), placed, thing, shares=told)


def shares(pieces: list[Heard], matter: Guess | None = None) -> Message:
    """A message that as a whole sounds like all of its pieces, or nearly only like one matter."""
    if matter is not None:
        return Message({**{each.guess.category: 0.01 for each in pieces}, matter.category: 0.97})
    return Message({each.guess.category: 1 / len(pieces) for each in pieces})


def counted(text: str, *told: tuple[Guess, float], announced: int = 1, matter: Guess | None = None) -> list[str]:
    pieces = heard(text, *told)
    message = replace(shares(pieces, matter), announced=announced)
    return [problem.guess.subcategory for problem in problems_of(pieces, message)]


NO_HEAT = Guess("供暖", "停暖", 0.6, 0.98)
BILL = Guess("供暖", "收费争议", 0.9, 0.97)
HENS = Guess("邻里纠纷", "其他", 0.95, 0.98)
CROWS = Guess("噪音扰民", "生活", 0.95, 0.99)
NO_POWER = Guess("供电", "停电", 0.95, 0.97)
LIFT = Guess("房屋维修", "电梯故障", 0.95, 0.97)
BLAME = Guess("物业纠纷", "服务不到位", 0.97, 0.99)
SMOKE = Guess("环境卫生", "异味油烟扬尘", 0.97, 0.98)
NOISE = Guess("噪音扰民", "商业娱乐", 0.97, 0.98)
BUILDING = Guess("噪音扰民", "施工", 0.97, 0.98)
STAIRS = Guess("房屋维修", "楼道设施", 0.95, 0.97)
FOLLOWED = Guess("治安", "骚扰", 0.97, 0.98)
NO_WATER = Guess("供水", "停水", 0.95, 0.97)
DUST = Guess("环境卫生", "异味油烟扬尘", 0.97, 0.98)

SEVERAL = [
    ("暖气一直不热,小区里垃圾没人收", [(COLD, 0.9), (RUBBISH, 0.9)], ["室温不达标", "垃圾清运"]),
    ("暖气一直不热。小区垃圾成堆", [(COLD, 0.9), (RUBBISH, 0.9)], ["室温不达标", "垃圾清运"]),
    ("暖气一直不热,另外垃圾成堆了", [(COLD, 0.9), (RUBBISH, 0.6)], ["室温不达标", "垃圾清运"]),
    ("1.路灯不亮 2.井盖没了 3.垃圾成堆", [(LAMP, 0.9), (COVER, 0.9), (RUBBISH, 0.9)], ["路灯", "井盖", "垃圾清运"]),
    ("路灯一个月不亮,井盖也没了", [(LAMP, 0.9), (COVER, 0.9)], ["路灯", "井盖"]),
    ("饭店油烟往我家灌,半夜唱歌吵得睡不着", [(SMOKE, 0.9), (NOISE, 0.9)], ["异味油烟扬尘", "商业娱乐"]),
    ("楼上邻居养鸡,楼下广场舞天天吵", [(HENS, 0.99), (NOISE, 0.95)], ["其他", "商业娱乐"]),
    ("楼上邻居养鸡,还有天天打鸣的那种闹钟响个没完", [(HENS, 0.99), (CROWS, 0.9)], ["其他", "生活"]),
    ("工地打桩天天到半夜 渣土车撒一道土没人扫", [(BUILDING, 0.9), (DUST, 0.9)], ["施工", "异味油烟扬尘"]),
    ("路灯一个月不亮 楼上天天叮咣砸墙", [(LAMP, 0.9), (BUILDING, 0.9)], ["路灯", "施工"]),
    ("小区没水 电也没有", [(NO_WATER, 0.9), (NO_POWER, 0.9)], ["停水", "停电"]),
    ("一个是停电两天了,一个是电梯坏了", [(NO_POWER, 0.9), (LIFT, 0.9)], ["停电", "电梯故障"]),
]
ONE = [
    ("暖气一直不热,老人住院花了八百", [(COLD, 0.9), (DOCTOR, 0.3)], ["室温不达标"]),
    ("暖气一直不热,弄得垃圾没地方放", [(COLD, 0.9), (RUBBISH, 0.4)], ["室温不达标"]),
    ("暖气一直不热,屋里凉得很", [(COLD, 0.9), (VAGUE, 0.3)], ["室温不达标"]),
    ("暖气一直不热,垃圾那边的楼", [(COLD, 0.9), (RUBBISH, 0.05)], ["室温不达标"]),
    ("暖气一直不热,另外有个事要说", [(COLD, 0.9), (UNSAID, 0.95)], ["室温不达标"]),
    ("路灯一个月不亮,井盖那块黑", [(LAMP, 0.9), (replace(COVER, confidence=0.6), 0.1)], ["路灯"]),
    ("路灯一个月不亮,还有路灯杆歪了", [(LAMP, 0.9), (LAMP, 0.9)], ["路灯"]),
    ("停电一个下午了,电梯也不走", [(NO_POWER, 0.9), (LIFT, 0.9)], ["停电"]),
    ("供热公司来人放气,放完还是不热", [(NO_HEAT, 0.9), (COLD, 0.9)], ["室温不达标"]),
    ("取暖费早就交了,屋里还是冰窖", [(BILL, 0.6), (COLD, 0.95)], ["室温不达标"]),
    ("隔壁早上五点放佛经 声音老大", [(CROWS, 0.9), (replace(NOISE, confidence=0.9), 0.9)], ["生活"]),
    ("楼道灯坏了没人修 黑灯瞎火的", [(STAIRS, 0.9), (LAMP, 0.99)], ["楼道设施"]),
    ("楼上邻居养鸡 天天叮咣的", [(HENS, 0.99), (BUILDING, 0.99)], ["其他"]),
    ("路灯一个月不亮 前天有个姑娘让人跟踪了", [(LAMP, 0.9), (FOLLOWED, 0.99)], ["路灯"]),
    ("楼上邻居养鸡 天天打鸣", [(HENS, 0.99), (CROWS, 0.9)], ["其他"]),
    ("电梯坏了没人修,物业不管事", [(LIFT, 0.9), (BLAME, 0.4)], ["电梯故障"]),
    ("路灯一个月不亮,另外请教下取暖费怎么交", [(LAMP, 0.9), (replace(COLD, subcategory="收费争议"), 0.9)], ["路灯"]),
    ("路灯一个月不亮,上次报的暖气有进展没", [(LAMP, 0.9), (COLD, 0.9)], ["路灯"]),
]


@pytest.mark.parametrize(("text", "told", "subcategories"), SEVERAL)
def test_sure_clauses_of_different_kinds_are_problems_of_their_own(
    text: str, told: list[tuple[Guess, float]], subcategories: list[str]
) -> None:
    assert counted(text, *told) == subcategories


@pytest.mark.parametrize(("text", "told", "subcategories"), ONE)
def test_effects_blame_questions_and_unsure_clauses_join_the_problem_beside_them(
    text: str, told: list[tuple[Guess, float]], subcategories: list[str]
) -> None:
    assert counted(text, *told, matter=told[0][0]) == subcategories


def in_regions(text: str, *regions: str) -> list[str]:
    """Leaves of the problems of a text that tells of street lamps, each clause in the road or estate named beside it."""
    pieces = [replace(each, region=region) for each, region in zip(heard(text, (LAMP, 0.9), (LAMP, 0.9)), regions, strict=True)]
    return [problem.guess.subcategory for problem in problems_of(pieces, shares(pieces))]


def test_the_same_fault_on_two_roads_is_two_problems_and_at_one_place_or_at_an_untold_one_it_is_one() -> None:
    assert in_regions("前进街路灯不亮,青年路的路灯也灭了", "前进街", "青年路") == ["路灯", "路灯"]
    assert len(in_regions("前进街路灯不亮,前进街北头路灯也灭了", "前进街", "前进街北头")) < 2
    assert len(in_regions("前进街路灯不亮,楼下的路灯也灭了", "前进街", "")) < 2
    assert len(in_regions("前进街路灯不亮,我家在青年路那边住", "前进街", "青年路")) < 2


def test_what_cannot_run_without_another_thing_takes_no_place_beside_a_third() -> None:
    told = [(NO_WATER, 0.9), (NO_POWER, 0.9), (replace(LIFT, category_confidence=0.99), 0.99)]
    assert counted("小区没水,电也没有,电梯更坏了", *told) == ["停水", "停电"]


def test_what_one_thing_brings_to_a_halt_counts_where_the_resident_has_announced_more() -> None:
    told = [(UNSAID, 0.1), (NO_POWER, 0.9), (LIFT, 0.9)]
    assert counted("说个事,我们楼停电了,电梯坏了不走", *told) == ["停电"]
    assert counted("说两个事,我们楼停电了,电梯坏了不走", *told, announced=2) == ["停电", "电梯故障"]


def test_how_it_is_and_nothing_else_is_a_problem_of_its_own_for_nobody() -> None:
    assert counted("黑灯瞎火的 天天叮咣的", (LAMP, 0.99), (BUILDING, 0.99)) == []


def test_a_cause_told_after_its_effect_is_a_problem_unless_it_is_said_to_be_the_cause() -> None:
    assert counted("电梯坏了没人修,楼里停电两天", (LIFT, 0.9), (NO_POWER, 0.9)) == ["电梯故障", "停电"]
    assert counted("电梯坏了没人修,都是因为停电", (LIFT, 0.9), (NO_POWER, 0.9)) == ["电梯故障"]


def test_a_cause_that_is_told_first_is_the_problem_however_clear_its_effect_is() -> None:
    weaker = Guess("供电", "停电", 0.7, 0.75)
    assert counted("我们楼停电了,电梯也坏了不走", (weaker, 0.5), (LIFT, 0.99)) == ["停电"]


def test_a_number_of_problems_that_the_resident_names_is_believed_sooner() -> None:
    told = [(UNSAID, 0.1), (COLD, 0.9), (Guess("绿化", "毁绿", 0.8, 0.85), 0.2)]
    assert counted("说两个事,暖气一直不热,花草那边归谁管", *told, matter=COLD) == ["室温不达标"]
    assert counted("说两个事,暖气一直不热,花草那边归谁管", *told, announced=2, matter=COLD) == ["室温不达标", "毁绿"]


def test_every_clause_belongs_to_exactly_one_problem() -> None:
    told = [(VAGUE, 0.1), (COLD, 0.9), (VAGUE, 0.1), (RUBBISH, 0.9), (VAGUE, 0.1)]
    pieces = heard("我说个情况啊,暖气一直不热,都半个来月了,另外垃圾成堆了,一股子怪味", *told)
    assert [problem.pieces for problem in problems_of(pieces, shares(pieces))] == [[0, 1, 2], [3, 4]]


def test_a_place_told_before_a_further_problem_belongs_to_that_problem() -> None:
    told = [(COLD, 0.9), (VAGUE, 0.1), (RUBBISH, 0.9)]
    pieces = heard("2号楼暖气一直不热,我妈家在11号楼,垃圾没人收", *told)
    assert [problem.pieces for problem in problems_of(pieces, shares(pieces))] == [[0], [1, 2]]
    pieces = heard("我家暖气一直不热,我家在11号楼,垃圾没人收", *told)
    assert [problem.pieces for problem in problems_of(pieces, shares(pieces))] == [[0, 1], [2]]


def test_the_surest_clause_of_a_problem_names_its_leaf() -> None:
    weak = Guess("供暖", "停暖", 0.6, 0.9)
    assert counted("暖气好像停了,屋里冻手冻脚", (weak, 0.9), (COLD, 0.9), matter=COLD) == ["室温不达标"]


def test_a_clause_of_place_and_time_alone_opens_nothing() -> None:
    clause = clauses_in("翠园小区六号楼")[0]
    assert problems_of([Heard(clause, LAMP, 0.9, facts_only=True)], Message({})) == []


def test_a_leaf_that_the_words_name_counts_beside_what_the_model_says() -> None:
    guesses = [Guess("绿化", "毁绿", 0.6, 0.6), Guess("道路设施", "路灯", 0.4, 0.4)]
    assert named_guess(guesses, frozenset()).subcategory == "毁绿"
    best = named_guess(guesses, frozenset({"道路设施/路灯"}))
    assert best.subcategory == "路灯"
    assert 0.9 < best.confidence < 1
    assert best.category_confidence == pytest.approx(best.confidence)


def test_more_is_asked_of_a_piece_the_more_speaks_against_it() -> None:
    weights = {"bias": -1.0, "named": 2.0, "beside": -3.0}
    assert enough({"announced": 0.0, "named": 1.0}, weights)
    assert not enough({"announced": 0.0, "named": 1.0, "beside": 1.0}, weights)
    assert not enough({"announced": 0.0}, weights)
    assert enough({"announced": 1.0}, weights)


@pytest.mark.parametrize(
    ("text", "guess", "own", "solid"),
    [
        ("路灯不亮", LAMP, 0.2, True),  # named by its words
        ("暖气温温的", COLD, 0.9, True),  # not named, but clearly a problem of its own
        ("暖气温温的", COLD, 0.2, False),
        ("路边那个东西", VAGUE, 0.9, False),
        ("结果路灯不亮", LAMP, 0.9, False),  # only adds to another
    ],
)
def test_a_piece_looks_like_a_problem_by_itself_when_it_is_named_or_clear_and_adds_to_nothing(
    text: str, guess: Guess, own: float, solid: bool
) -> None:
    [clause] = clauses_in(text)
    assert is_solid(piece(clause, guess, own)) is solid


def test_what_stands_beside_a_piece_is_counted_as_a_list_or_as_a_story() -> None:
    pieces = heard("路灯不亮,暖气不热,垃圾没人收,大家都愁", (LAMP, 0.9), (COLD, 0.9), (RUBBISH, 0.9), (VAGUE, 0.1))
    values = features(pieces, 1, [0], shares(pieces))
    assert (values["solid_rest"], values["loose_rest"]) == (1, 1)


def test_a_small_share_of_the_whole_counts_more_when_the_open_problem_has_taken_most_of_it() -> None:
    pieces = heard("路灯不亮,暖气不热", (LAMP, 0.9), (COLD, 0.9))
    whole = Message({LAMP.category: 0.9, COLD.category: 0.08, RUBBISH.category: 0.02})
    values = features(pieces, 1, [0], whole)
    assert values["of_rest"] > values["of_whole"]


def test_a_remark_that_follows_a_statement_speaks_less_against_it_than_one_that_is_all_there_is() -> None:
    pieces = heard("路灯不亮,扬尘大得窗户都不敢开,不敢开窗户", (LAMP, 0.9), (RUBBISH, 0.9), (RUBBISH, 0.1))
    assert features(pieces, 1, [0], shares(pieces))["remark_later"] == 1
    assert features(pieces, 2, [0], shares(pieces))["remark_later"] == 0


@pytest.mark.parametrize(
    "path", [ROOT / "tests/bot/issues_dev.yml", *sorted((ROOT / "tests/bot/several").glob("*.yml"))], ids=str
)
def test_the_written_messages_name_known_leaves_and_hold_both_kinds(path: Path) -> None:
    groups = yaml.safe_load(path.read_text(encoding="utf-8")).values()
    rows = [row.get("issues") or [row["issue"]] for group in groups for row in group]
    assert {leaf for row in rows for leaf in row} <= {"/".join(key) for key in service_codes()}
    assert sum(len(row) == 1 for row in rows) >= 25
    assert sum(len(row) > 1 for row in rows) >= 25
