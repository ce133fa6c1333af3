"""What kinds of problem come along with which."""

import pytest

from bot.components.company import Company, learn_company

TOLD = [("供电", "供电/停电")] * 20 + [("供电", "供电/电费")] * 20 + [("治安", "治安/犬只")] * 40
STRANGERS = [("供电/停电", "治安")] * 10 + [("治安/犬只", "供电")]


def test_what_often_stands_beside_a_leaf_keeps_company_with_it() -> None:
    company = learn_company(TOLD, STRANGERS)
    assert company.keeps("供电/停电", "治安") > 0.5
    assert company.keeps("供电/停电", "治安") > company.keeps("供电/电费", "治安") > company.keeps("治安/犬只", "治安")


def test_a_leaf_with_few_examples_is_held_towards_its_category() -> None:
    rare = learn_company([*TOLD, ("供电", "供电/电压不稳")], STRANGERS)
    assert rare.keeps("供电/电压不稳", "治安") == pytest.approx(rare.keeps("供电/电费", "治安"), abs=1.1)
    assert rare.keeps("供电/电压不稳", "治安") > 0


def test_what_was_never_seen_keeps_the_usual_company() -> None:
    company = learn_company(TOLD, STRANGERS)
    assert company.keeps("教育/收费", "治安") == 0
    assert Company().keeps("供电/停电", "治安") == 0
    assert company.of_any["治安"] > company.of_any["供电"]


def test_nothing_told_teaches_nothing() -> None:
    assert learn_company([], []) == Company()
