"""Sentences about danger, shared with the training of the second opinion: real dangers by kind, and what only sounds like one.

Thousands of them, so a test asks about a whole table at once and `none_of` names every sentence that is wrong.
"""

from collections.abc import Iterable
from pathlib import Path

import yaml

_TABLES = Path(__file__).parents[3] / "nlu_data" / "danger"


def _table(name: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = yaml.safe_load((_TABLES / f"{name}.yml").read_text(encoding="utf-8"))
    return rows


def _batches(end: str) -> dict[str, list[str]]:
    """By table. Written before anybody looked at the rules, to measure them; afterwards rules and model learnt from them."""
    names = sorted(path.stem for path in _TABLES.glob(f"batch_*_{end}.yml"))
    return {name: every(_table(name)) for name in names}


def every(table: dict[str, list[str]]) -> list[str]:
    """All sentences of a table."""
    return [text for texts in table.values() for text in texts]


def none_of(wrong: Iterable[str]) -> None:
    """Fail with all that is wrong, one on a line, where anything is."""
    found = list(wrong)
    assert not found, "\n".join([f"{len(found)} wrong:", *found])


DANGERS: dict[str, list[str]] = _table("known_danger")
HARMLESS: dict[str, list[str]] = _table("known_calm")
CALM: list[str] = ["路灯也坏了", "我姓王", "翠园小区6号楼", "谢谢", "楼道没灯", "电话17000001234", "物业不管"]
MORE_DANGERS, MORE_HARMLESS = _batches("danger"), _batches("calm")
