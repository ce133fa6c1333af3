"""Data that a new installation begins with; everything below the streets is invented and marked as sample."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def load(name: str) -> Any:
    """The content of `backend/seed/<name>.yml`; callers do not change it."""
    text = resources.files("backend.seed").joinpath(f"{name}.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
