"""Reading a district's own places, units and routing rules from Excel, with an error report that says row by row what to do."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException
from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.errors import InvalidField
from backend.services.import_sheets import PARSERS, SHEETS, Known, RowError, Sheet
from backend.storage import directory

log = structlog.get_logger()
Progress = Callable[[int, int], None]


@dataclass
class ImportReport:
    """What came of an import; `errors` name sheet, row and column and say what to do."""

    imported: int = 0
    errors: list[RowError] = field(default_factory=list)


def write_template(path: Path) -> None:
    """Write an empty workbook: one sheet per table, the headings, and under each an example row that is skipped on import."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.title)
        page.append([column.heading for column in sheet.columns])
        page.append([column.example for column in sheet.columns])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
    book.save(path)


async def import_workbook(
    session: AsyncSession, path: Path, *, now: datetime, progress: Progress, strict: bool = True
) -> ImportReport:
    """Read all sheets; add new rows and change those that exist (same code). `progress(done, total)` is called per row.

    `strict`: nothing is imported when any row has an error; else the good rows are. Raises InvalidField when the file is not a
    workbook, lacks every known sheet, or a sheet lacks a column. The caller commits.
    """
    rows = list(_rows(path))
    report = ImportReport()
    known = Known(
        units=set(await directory.unit_names(session)),
        places={place.code: place.kind for place in (await directory.places(session)).values()},
        services={
            code[:length] for code in (row.service_code for row in await directory.categories(session)) for length in (2, 4)
        },
    )
    accepted: list[Any] = []
    for done, (sheet, number, values) in enumerate(rows, start=1):
        row, errors = PARSERS[sheet.title](values, number, known)
        report.errors += errors
        if row is not None:
            accepted.append(row)
        progress(done, len(rows))
    if strict and report.errors:
        return report
    for row in accepted:
        await session.merge(row)
    await session.flush()
    report.imported = len(accepted)
    log.info("directory_imported", rows=report.imported, errors=len(report.errors), at=now.isoformat())
    return report


def _rows(path: Path) -> Iterator[tuple[Sheet, int, Mapping[str, str]]]:
    """Every filled row of every known sheet as heading -> text, with its number in Excel."""
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise InvalidField(f"打不开 {path},请用 .xlsx 文件", field="path") from error
    found = [sheet for sheet in SHEETS if sheet.title in book.sheetnames]
    if not found:
        titles = "、".join(sheet.title for sheet in SHEETS)
        raise InvalidField(f"文件里没有要导入的表,表名要是:{titles}", field="path")
    for sheet in found:
        lines = book[sheet.title].iter_rows(values_only=True)
        headings = [_text(cell) for cell in next(lines, ())]
        missing = [column.heading for column in sheet.columns if column.heading not in headings]
        if missing:
            raise InvalidField(f"“{sheet.title}”表第一行缺这些列:{'、'.join(missing)}", field="path")
        for number, cells in enumerate(lines, start=2):
            texts = [_text(cell) for cell in cells]
            if any(texts) and texts != [column.example for column in sheet.columns]:
                yield sheet, number, dict(zip(headings, texts, strict=False))
    book.close()


def _text(cell: Any) -> str:
    """Excel turns codes into numbers; 210302004.0 is meant as 210302004."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
