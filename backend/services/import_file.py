"""Reading the sheets of a directory workbook as offices fill them in: titles above the headings, blanks, codes as numbers."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from backend.domain.errors import DomainError, InvalidField
from backend.services.import_sheets import SHEETS, Sheet

_TITLES_ABOVE = 10  # lines in which the headings are looked for
_OLD_OR_LOCKED = bytes.fromhex("D0CF11E0A1B11AE1")  # what .xls files and workbooks with a password begin with
_IN_WORDS = frozenset({"名称", "别名", "说明"})  # as people write them; all else is codes and numbers
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # digits and letters as Chinese keyboards type them
_MARKS = re.compile(r"\s|\*|\(必填\)")
_EXACT_DIGITS = 15  # Excel turns the digits after these into zeros
_EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})


@dataclass(frozen=True)
class Line:
    """A filled line of a sheet: `values` by heading, `wrong` what a cell holds that nobody meant (heading, advice); `number` as
    Excel shows it."""

    sheet: Sheet
    number: int
    values: Mapping[str, str]
    wrong: Sequence[tuple[str, str]]


def lines_of(path: Path) -> list[Line]:
    """Every filled line of every known sheet, without the examples of the template.

    Raises InvalidField when the file is not there or no workbook, lacks every known sheet, or a sheet lacks a column.
    """
    try:
        with contextlib.closing(load_workbook(path, read_only=True, data_only=True)) as book:
            return list(_lines(book))
    except DomainError:
        raise
    except FileNotFoundError as error:
        raise InvalidField(f"没有这个文件:{path}", field="path") from error
    except Exception as error:  # whatever a broken file makes the parsers below openpyxl say
        raise InvalidField(f"打不开 {path}:{_advice(path)}", field="path") from error


def _advice(path: Path) -> str:
    with contextlib.suppress(OSError), path.open("rb") as file:
        if file.read(len(_OLD_OR_LOCKED)) == _OLD_OR_LOCKED:
            return "这是旧的 .xls 文件,或者加了密码,请在 Excel 里另存为不加密码的 .xlsx 文件"
    return "不是 .xlsx 文件,或者已经损坏,请在 Excel 里重新另存为 .xlsx 文件"


def _lines(book: Any) -> Iterator[Line]:
    titles = {_plain(title): title for title in book.sheetnames}
    found = [sheet for sheet in SHEETS if sheet.title in titles]
    if not found:
        raise InvalidField(f"文件里没有要导入的表,表名要是:{'、'.join(sheet.title for sheet in SHEETS)}", field="path")
    for sheet in found:
        lines = enumerate(book[titles[sheet.title]].iter_rows(values_only=True), start=1)
        headings = _headings(sheet, lines)
        for number, cells in lines:
            line = _line(sheet, number, dict(zip(headings, cells, strict=False)))
            if line is not None:
                yield line


def _headings(sheet: Sheet, lines: Iterator[tuple[int, Sequence[Any]]]) -> list[str]:
    """The headings, whatever title stands above them; the lines up to them are used up. Raises InvalidField."""
    wanted = [column.heading for column in sheet.columns]
    best: list[str] = []
    for number, cells in lines:
        plain = [_plain(_text(cell)) for cell in cells]
        if len(set(plain) & set(wanted)) > len(set(best) & set(wanted)):
            best = plain
        if set(wanted) <= set(plain) or number == _TITLES_ABOVE:
            break
    missing = [heading for heading in wanted if heading not in best]
    if missing:
        raise InvalidField(f"“{sheet.title}”表的表头缺这些列:{'、'.join(missing)}", field="path")
    twice = [heading for heading in wanted if best.count(heading) > 1]
    if twice:
        raise InvalidField(f"“{sheet.title}”表的表头有两列都叫:{'、'.join(twice)}", field="path")
    return best


def _line(sheet: Sheet, number: int, cells: Mapping[str, Any]) -> Line | None:
    """One line, None when it is empty or the example of the template."""
    known = {column.heading: cells.get(column.heading) for column in sheet.columns}
    values = {heading: _value(heading, cell) for heading, cell in known.items()}
    if not any(values.values()) or list(values.values()) == [column.example for column in sheet.columns]:
        return None
    wrong = [(heading, advice) for heading, cell in known.items() if (advice := _not_meant(cell))]
    return Line(sheet, number, values, wrong)


def _not_meant(cell: Any) -> str:
    """What Excel made of a cell that somebody meant otherwise, as advice; "" when it is what was typed."""
    if isinstance(cell, (date, time)):
        return "Excel 把这一格当成了日期,请先把这一列设成文本格式,再重新填"
    if isinstance(cell, (int, float)) and abs(cell) >= 10**_EXACT_DIGITS:
        return f"超过{_EXACT_DIGITS}位的数字会被 Excel 改掉后几位,请先把这一列设成文本格式,再重新填"
    if cell in _EXCEL_ERRORS:
        return f"这一格的公式出错了({cell}),请改成要导入的内容"
    return ""


def _value(heading: str, cell: Any) -> str:
    text = _text(cell)
    return text if heading in _IN_WORDS else text.translate(_HALF_WIDTH)


def _text(cell: Any) -> str:
    """Excel turns codes into numbers; 210302004.0 is meant as 210302004. A line break inside a cell is only for the eye."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return re.sub(r"\s*\n\s*", "", str(cell)).strip()


def _plain(name: str) -> str:
    """The name of a sheet or column without blanks and without the mark of what must be filled in."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name))
