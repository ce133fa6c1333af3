"""How many problems a message holds, decided from clauses that are classified already."""

import pytest
import yaml

from backend.domain.language.issues import Clause, Joint, clauses_in
from bot.components.category_shares import Guess, service_codes
from bot.components.problems import Heard, problems_of
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
    return [Heard(clause, guess, own, facts_only=False) for clause, (guess, own) in zip(clauses_in(text), told, strict=True)]


def counted(text: str, *told: tuple[Guess, float], whole: float = 1.0) -> list[str]:
    return [problem.guess.subcategory for problem in problems_of(heard(text, *told), whole)]


SEVERAL = [
    ("暖气一直不热,小区里垃圾没人收", [(COLD, 0.9), (RUBBISH, 0.9)], ["室温不达标", "垃圾清运"]),
    ("暖气一直不热。小区垃圾成堆", [(COLD, 0.9), (RUBBISH, 0.4)], ["室温不达标", "垃圾清运"]),
    ("暖气一直不热,另外垃圾成堆了", [(COLD, 0.9), (RUBBISH, 0.1)], ["室温不达标", "垃圾清运"]),
    ("1.路灯不亮 2.井盖没了 3.垃圾成堆", [(LAMP, 0.9), (COVER, 0.9), (RUBBISH, 0.9)], ["路灯", "井盖", "垃圾清运"]),
    ("路灯一个月不亮,井盖也没了", [(LAMP, 0.9), (COVER, 0.9)], ["路灯", "井盖"]),
]
ONE = [
    ("暖气一直不热,老人住院花了八百", [(COLD, 0.9), (DOCTOR, 0.9)], ["室温不达标"]),
    ("暖气一直不热,弄得垃圾没人收", [(COLD, 0.9), (RUBBISH, 0.95)], ["室温不达标"]),
    ("暖气一直不热,屋里凉得很", [(COLD, 0.9), (VAGUE, 0.95)], ["室温不达标"]),
    ("暖气一直不热,垃圾那边的楼", [(COLD, 0.9), (RUBBISH, 0.2)], ["室温不达标"]),
    ("暖气一直不热,另外有个事要说", [(COLD, 0.9), (UNSAID, 0.95)], ["室温不达标"]),
    ("路灯一个月不亮,井盖那块黑", [(LAMP, 0.9), (COVER, 0.9)], ["路灯"]),
    ("路灯一个月不亮,还有路灯杆歪了", [(LAMP, 0.9), (LAMP, 0.9)], ["路灯"]),
]


@pytest.mark.parametrize(("text", "told", "subcategories"), SEVERAL)
def test_sure_clauses_of_different_kinds_are_problems_of_their_own(
    text: str, told: list[tuple[Guess, float]], subcategories: list[str]
) -> None:
    assert counted(text, *told) == subcategories


@pytest.mark.parametrize(("text", "told", "subcategories"), ONE)
def test_effects_feelings_and_unsure_clauses_join_the_problem_beside_them(
    text: str, told: list[tuple[Guess, float]], subcategories: list[str]
) -> None:
    assert counted(text, *told) == subcategories


def test_a_message_that_is_unsure_as_a_whole_is_parted_sooner() -> None:
    told = [(COLD, 0.9), (RUBBISH, 0.5)]
    assert counted("暖气一直不热,小区垃圾成堆", *told) == ["室温不达标"]
    assert counted("暖气一直不热,小区垃圾成堆", *told, whole=0.4) == ["室温不达标", "垃圾清运"]


def test_every_clause_belongs_to_exactly_one_problem() -> None:
    told = [(VAGUE, 0.1), (COLD, 0.9), (VAGUE, 0.1), (RUBBISH, 0.9), (VAGUE, 0.1)]
    found = problems_of(heard("我说个情况啊,暖气一直不热,都半个来月了,另外垃圾成堆了,一股子怪味", *told))
    assert [problem.clauses for problem in found] == [[0, 1, 2], [3, 4]]


def test_the_surest_clause_of_a_problem_names_its_leaf() -> None:
    weak = Guess("供暖", "停暖", 0.6, 0.9)
    assert counted("暖气好像停了,屋里冻手冻脚", (weak, 0.9), (COLD, 0.9)) == ["室温不达标"]


def test_a_clause_of_place_and_time_alone_opens_nothing() -> None:
    clause = clauses_in("翠园小区六号楼")[0]
    assert problems_of([Heard(clause, LAMP, 0.9, facts_only=True)]) == []


def test_a_word_like_another_counts_for_what_comes_after_a_clause_of_place() -> None:
    place = Heard(clauses_in("另外解放路那头")[0], VAGUE, 0.9, facts_only=True)
    announced = Clause(place.clause.span, Joint.ANOTHER, beside=False, adds=False, because=False)
    pieces = [
        *heard("暖气一直不热", (COLD, 0.9)),
        Heard(announced, VAGUE, 0.9, facts_only=True),
        *heard("垃圾成堆", (RUBBISH, 0.1)),
    ]
    assert len(problems_of(pieces)) == 2


def test_the_development_set_names_known_leaves_and_keeps_both_kinds() -> None:
    rows = yaml.safe_load((ROOT / "tests" / "bot" / "issues_dev.yml").read_text(encoding="utf-8"))
    named = [leaf for row in rows["several"] for leaf in row["issues"]] + [row["issue"] for row in rows["one"]]
    known = {"/".join(key) for key in service_codes()}
    assert set(named) <= known
    assert len(rows["several"]) >= 60
    assert len(rows["one"]) >= 60
    assert all(len(row["issues"]) > 1 for row in rows["several"])
