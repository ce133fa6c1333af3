"""The file that a labeller fills in: a workbook, or CSV for other tools. Nothing in it is ever a formula."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from backend.domain.calendar import SHANGHAI
from backend.domain.errors import InvalidField
from backend.services.review import ReviewTurn

_READABLE_BY_OWNER = 0o600
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TO_LABEL = "正确分类"
# heading, width in characters, value
_COLUMNS: tuple[tuple[str, int, Callable[[ReviewTurn], str | float]], ...] = (
    ("时间", 17, lambda turn: turn.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")),
    ("渠道", 11, lambda turn: turn.channel),
    ("居民的话", 50, lambda turn: turn.text),
    ("理解的意图", 22, lambda turn: turn.intent),
    ("意图把握", 9, lambda turn: round(turn.confidence, 3)),
    ("理解的分类", 22, lambda turn: "/".join(part for part in (turn.category, turn.subcategory) if part)),
    ("分类把握", 9, lambda turn: round(turn.category_confidence, 3)),
    ("机器人的回答", 50, lambda turn: turn.answer),
    ("正确意图", 22, lambda _: ""),
    (_TO_LABEL, 22, lambda _: ""),
    ("备注", 20, lambda _: ""),
    ("消息编号", 34, lambda turn: turn.message_id),
)
HEADINGS = tuple(heading for heading, _, _ in _COLUMNS)


def write_review(path: Path, turns: Sequence[ReviewTurn], *, leaves: Sequence[str]) -> None:
    """Write the turns to `path` (.xlsx or .csv), readable by its owner only; in a workbook the right category is chosen from
    `leaves`. Raises InvalidField for another kind of file, OSError."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InvalidField("文件名请以 .xlsx 或 .csv 结尾", field="path")
    path.touch(mode=_READABLE_BY_OWNER)
    path.chmod(_READABLE_BY_OWNER)
    writer(path, turns, leaves)


def workbook_of(turns: Sequence[ReviewTurn], *, leaves: Sequence[str]) -> Workbook:
    """The turns as a workbook to fill in; the right category is chosen from `leaves`."""
    book = Workbook()
    page = book.active
    if not isinstance(page, Worksheet):
        raise TypeError("a new workbook has a sheet")
    page.title = "待标注"
    page.append(list(HEADINGS))
    for number, row in enumerate(_rows(turns), start=2):
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(value, str):
                cell.data_type = "s"  # "=…" would become a formula
    for column, (_, width, _) in enumerate(_COLUMNS, start=1):
        page.column_dimensions[get_column_letter(column)].width = width
        page.cell(1, column).font = Font(bold=True)
    page.freeze_panes = "A2"
    if turns and leaves:
        _offer(book, page, len(turns), leaves)
    return book


def _rows(turns: Sequence[ReviewTurn]) -> list[list[str | float]]:
    return [[_clean(value(turn)) for _, _, value in _COLUMNS] for turn in turns]


def _clean(value: str | float) -> str | float:
    return _NOT_IN_XML.sub("", value) if isinstance(value, str) else value


def _write_csv(path: Path, turns: Sequence[ReviewTurn], _leaves: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator=os.linesep)
        writer.writerow(HEADINGS)
        writer.writerows([_harmless(value) for value in row] for row in _rows(turns))


def _harmless(value: str | float) -> str | float:
    """A text that a spreadsheet would run as a formula gets the apostrophe that stops it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def _write_workbook(path: Path, turns: Sequence[ReviewTurn], leaves: Sequence[str]) -> None:
    workbook_of(turns, leaves=leaves).save(path)


def _offer(book: Workbook, page: Worksheet, count: int, leaves: Sequence[str]) -> None:
    """The leaves as a list to choose from."""
    names = book.create_sheet("分类")
    for leaf in leaves:
        names.append([leaf])
    choice = DataValidation(type="list", formula1=f"='分类'!$A$1:$A${len(leaves)}", allow_blank=True)
    page.add_data_validation(choice)
    letter = get_column_letter(HEADINGS.index(_TO_LABEL) + 1)
    choice.add(f"{letter}2:{letter}{count + 1}")


_WRITERS: dict[str, Callable[[Path, Sequence[ReviewTurn], Sequence[str]], None]] = {
    ".xlsx": _write_workbook,
    ".csv": _write_csv,
}
