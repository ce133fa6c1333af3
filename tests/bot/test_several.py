"""Several problems of one message, with the trained model: the level that was reached, with some slack, and a place for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.bot.conftest import ROOT, Installation
from tests.bot.test_understand import understood

FILES = sorted((ROOT / "tests" / "bot" / "several").glob("*.yml"))
# On messages that the weights were fitted on, and on those that nothing was fitted on.
LEAST = {"fitted": (0.86, 0.76), "check": (0.84, 0.6)}


def rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    for group in yaml.safe_load(path.read_text(encoding="utf-8")).values():
        for row in group:
            yield row["text"], row["issues"]


def issues(client: httpx.Client, installation: Installation, text: str) -> list[dict[str, Any]]:
    response = client.post(f"{installation.rasa}/model/parse", json={"text": text})
    response.raise_for_status()
    found: list[dict[str, Any]] = response.json()["issues"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_number_of_problems_is_mostly_right_and_one_problem_stays_one(installation: Installation, path: Path) -> None:
    single, several = [], []
    with httpx.Client(timeout=20) as client:
        for text, expected in rows(path):
            right = len(issues(client, installation, text)) == len(expected)
            (single if len(expected) == 1 else several).append(right)
    single_right, several_right = LEAST["check" if path.stem.startswith("check") else "fitted"]
    assert sum(single) / len(single) >= single_right
    assert sum(several) / len(several) >= several_right


def test_each_problem_has_its_own_place(installation: Installation) -> None:
    told = understood(installation, "翠园小区3号楼2单元电梯坏了,8号楼后面垃圾没人收")
    first, second = told["issues"]
    assert (first["subcategory"], second["subcategory"]) == ("电梯故障", "垃圾清运")
    assert (first["address"]["building"], first["address"]["unit"]) == ("3", "2")
    assert (second["address"]["estate"], second["address"]["building"], second["address"]["unit"]) == ("翠园小区", "8", "")


def test_a_place_told_once_is_meant_for_all(installation: Installation) -> None:
    told = understood(installation, "翠园小区3号楼,电梯坏了,垃圾也没人收")
    assert [issue["address"] for issue in told["issues"]] == [None, None]
    assert told["address"]["components"]["building"] == "3"
