"""The training sentences as data: enough of each kind, none twice, no templates."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

from backend import seed
from backend.domain.language.normalise import normalise
from bot.corpus import ROOT, Example, training_examples

pytestmark = pytest.mark.xdist_group("training data")  # thousands of sentences, read and normalised once
INTENT_AT_LEAST, CATEGORY_AT_LEAST = 150, 120
SAME_START_AT_MOST, START = 3, 4
FIXED_WORDS = frozenset({"opt_out"})  # TAXONOMY: an exact match, so there is little to say


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(training_examples())


@cache
def _words(text: str) -> str:
    return re.sub(r"[\W_]", "", normalise(text).text)


def test_every_intent_has_enough_sentences(examples: list[Example]) -> None:
    counts = Counter(example.intent for example in examples)
    assert {name: count for name, count in counts.items() if count < INTENT_AT_LEAST and name not in FIXED_WORDS} == {}


def test_every_category_has_enough_sentences_and_every_leaf_some(examples: list[Example]) -> None:
    counts = Counter(example.category for example in examples if example.category)
    assert {name: count for name, count in counts.items() if count < CATEGORY_AT_LEAST} == {}
    told = {(example.category, example.subcategory) for example in examples}
    leaves = {
        (category["name"], leaf["name"]) for category in seed.load("categories")["categories"] for leaf in category["leaves"]
    }
    assert leaves - told == set()


@pytest.mark.parametrize("path", sorted((ROOT / "nlu_data").rglob("*.yml")), ids=lambda path: path.stem)
def test_no_block_of_a_file_is_without_sentences(path: Path) -> None:
    blocks = yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []
    assert [block for block in blocks if "examples" in block and not block["examples"]] == []


def test_sentences_of_an_intent_do_not_begin_alike(examples: list[Example]) -> None:
    starts = Counter((example.intent, words[:START]) for example in examples if len(words := _words(example.text)) > START)
    assert {start: count for start, count in starts.items() if count > SAME_START_AT_MOST and not start[1].isdigit()} == {}


def test_no_sentence_is_taught_as_two_intents(examples: list[Example]) -> None:
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for example in examples:
        if words := _words(example.text):
            meant[words].add(example.intent)
    assert {words: intents for words, intents in meant.items() if len(intents) > 1} == {}
