"""Sentences about danger, shared with the training of the second opinion: real dangers by kind, and what only sounds like one."""

from pathlib import Path

import yaml

_TABLES = Path(__file__).parents[3] / "nlu_data" / "danger"


def _table(name: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = yaml.safe_load((_TABLES / f"{name}.yml").read_text(encoding="utf-8"))
    return rows


def _batches(end: str) -> list[str]:
    """Written before anybody looked at the rules, to measure them; afterwards rules and model learnt from them."""
    names = sorted(path.stem for path in _TABLES.glob(f"batch_*_{end}.yml"))
    return [text for name in names for texts in _table(name).values() for text in texts]


DANGERS: dict[str, list[str]] = _table("known_danger")
_CALM = _table("known_calm")
HARMLESS: list[str] = [text for texts in _CALM.values() for text in texts]
FIGURES: list[str] = _CALM["idioms"]
CALM: list[str] = ["路灯也坏了", "我姓王", "翠园小区6号楼", "谢谢", "楼道没灯", "电话17000001234", "物业不管"]
MORE_DANGERS, MORE_HARMLESS = _batches("danger"), _batches("calm")
