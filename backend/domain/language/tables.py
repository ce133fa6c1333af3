"""Reads the data tables (YAML) that ship inside this package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml
from yaml import CSafeLoader


@cache
def load_table(name: str) -> dict[str, Any]:
    """The mapping in `data/<name>.yml`; FileNotFoundError for an unknown table, ValueError for one that is no mapping."""
    source = resources.files("backend.domain.language").joinpath("data", f"{name}.yml").read_text(encoding="utf-8")
    table = yaml.load(source, Loader=CSafeLoader)  # the other one refuses some of these expressions without quotes
    if not isinstance(table, dict):
        raise ValueError(f"data/{name}.yml must hold a mapping")
    return table
