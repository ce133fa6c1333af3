"""The budgets of the house: small files, short functions. Generated migrations are left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tests.installation import ROOT

PACKAGES = ("backend", "channels", "actions", "bot")
LONGEST_FILE, MEDIAN_FILE = 500, 120
LONGEST_FUNCTION, MOST_FUNCTIONS = 60, 45


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if ".venv" not in path.parts and "versions" not in path.parts and path.stat().st_size]


def files_of_tests() -> list[Path]:
    return [path for path in (ROOT / "tests").rglob("*.py") if path.stat().st_size]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_long_and_half_of_them_are_small() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
    assert median(lengths.values()) <= MEDIAN_FILE


def test_no_file_of_tests_is_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files_of_tests()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_long_and_nearly_all_are_short() -> None:
    lengths = dict(pair for path in sources() for pair in functions(path))
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
    assert quantiles(lengths.values(), n=20)[-1] <= MOST_FUNCTIONS
