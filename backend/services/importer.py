"""Reading a district's own places, units and routing rules from Excel, with an error report that says row by row what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.services.import_file import lines_of
from backend.services.import_sheets import PARSERS, SHEETS, Known, RowError
from backend.storage import directory

log = structlog.get_logger()
Progress = Callable[[int, int], None]
_AT_ONCE = 500


@dataclass
class Checked:
    """A workbook that was read: the rows that can be stored, and what is wrong with the others."""

    rows: list[Any] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def to_store(self, *, keep_good_rows: bool) -> Sequence[Any]:
        """The rows to store: none of them where any other has an error, unless the good ones are to be kept."""
        return self.rows if keep_good_rows or not self.errors else ()


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


def write_errors(path: Path, errors: Sequence[RowError]) -> None:
    """Write all errors to a workbook, for whoever filled in the other one."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "要改的地方"
    page.append(["表", "行", "列", "怎么改"])
    for error in errors:
        page.append([error.sheet, error.row, error.column, error.advice])
        page.cell(page.max_row, 4).data_type = "s"  # what it quotes from a cell may begin with "="
    page.freeze_panes = "A2"
    book.save(path)


async def check_workbook(session: AsyncSession, path: Path, *, progress: Progress) -> Checked:
    """Read all sheets; nothing is written. `progress(done, total)` is called per row.

    Raises InvalidField when the file is not a workbook, lacks every known sheet, or a sheet lacks a column.
    """
    lines = lines_of(path)
    checked = Checked()
    known = Known(
        units=set(await directory.unit_names(session)),
        places={place.code: place.kind for place in (await directory.places(session)).values()},
        services={
            code[:length] for code in (row.service_code for row in await directory.categories(session)) for length in (2, 4)
        },
    )
    for done, line in enumerate(lines, start=1):
        if line.wrong:
            checked.errors += [RowError(line.sheet.title, line.number, *each) for each in line.wrong]
        else:
            row, errors = PARSERS[line.sheet.title](line.values, line.number, known)
            checked.errors += errors
            checked.rows += [row] if row is not None else []
        progress(done, len(lines))
    return checked


async def store(session: AsyncSession, rows: Sequence[Any], *, now: datetime) -> int:
    """Add new rows and change those that exist (same code), in few statements: with SQLite everybody else who writes waits.

    Returns how many. The caller commits.
    """
    for table in dict.fromkeys(type(row) for row in rows):
        theirs = {inspect(row).mapper.primary_key_from_instance(row)[0]: row for row in rows if type(row) is table}
        key, codes = inspect(table).primary_key[0], list(theirs)
        for start in range(0, len(codes), _AT_ONCE):
            part = codes[start : start + _AT_ONCE]
            kept = (await session.scalars(select(table).where(key.in_(part)))).all()  # kept: the session forgets what nobody has
            stored = {inspect(row).identity[0] for row in kept}
            session.add_all(theirs[code] for code in part if code not in stored)
            for code in stored:
                await session.merge(theirs[code])
    await session.flush()
    log.info("directory_imported", rows=len(rows), at=now.isoformat())
    return len(rows)
