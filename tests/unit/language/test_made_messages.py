"""Messages made from training sentences for fitting the weights of problems."""

import pytest

from bot.made_messages import Maker

EXAMPLES = [
    ("路灯不亮", "道路设施/路灯"),
    ("路灯坏了三天,没人来修,老人摔了一跤", "道路设施/路灯"),
    ("井盖没了", "道路设施/井盖"),
    ("垃圾没人收", "环境卫生/垃圾清运"),
    ("垃圾堆成山,臭得不行,苍蝇到处飞", "环境卫生/垃圾清运"),
    ("随便说说", "其他/未说明"),
]
LEAVES = {leaf for _, leaf in EXAMPLES if not leaf.endswith("未说明")}
FIRST_WORDS = {"道路设施/路灯": "路灯", "道路设施/井盖": "井盖", "环境卫生/垃圾清运": "垃圾"}


@pytest.fixture(scope="module")
def messages() -> list[tuple[str, tuple[str, ...]]]:
    return list(Maker(EXAMPLES, 3).messages(200))


def test_the_same_seed_makes_the_same_messages(messages: list[tuple[str, tuple[str, ...]]]) -> None:
    assert list(Maker(EXAMPLES, 3).messages(200)) == messages
    assert list(Maker(EXAMPLES, 4).messages(200)) != messages


def test_there_are_messages_with_one_problem_and_with_several(messages: list[tuple[str, tuple[str, ...]]]) -> None:
    counts = [len(leaves) for _, leaves in messages]
    assert {1, 2, 3} == set(counts)
    assert 60 <= counts.count(1) <= 140


def test_every_problem_that_is_named_is_told_and_none_twice(messages: list[tuple[str, tuple[str, ...]]]) -> None:
    for text, leaves in messages:
        assert set(leaves) <= LEAVES
        assert len(set(leaves)) == len(leaves)
        assert all(FIRST_WORDS[leaf] in text for leaf in leaves)


def test_some_are_told_without_any_mark(messages: list[tuple[str, tuple[str, ...]]]) -> None:
    bare = [text for text, leaves in messages if len(leaves) > 1 and not set(text) & set(",。 ")]
    assert bare
    assert len(bare) < len(messages) / 2


def test_a_further_problem_may_be_added_with_also(messages: list[tuple[str, tuple[str, ...]]]) -> None:
    assert any("垃圾也没人收" in text for text, _ in messages)


def test_one_leaf_alone_makes_only_single_problems() -> None:
    made = list(Maker(EXAMPLES[:2], 1).messages(30))
    assert {leaves for _, leaves in made} == {("道路设施/路灯",)}
