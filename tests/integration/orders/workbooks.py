"""Workbooks of a district's directory, as the tests fill them in and read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy.ext.asyncio import AsyncSession

from backend.services.importer import ImportReport, check_workbook, store

from .conftest import NOW

HEADINGS = {
    "单位": ("编号", "名称", "类别", "电话"),
    "地点": ("编号", "类别", "名称", "上级编号", "别名", "承办单位编号", "户数"),
    "派单规则": ("编号", "地点编号", "事项编号", "承办单位编号", "优先级", "说明"),
}
UNITS, PLACES, RULES = HEADINGS.values()


def saved(folder: Path, **sheets: Iterable[Sequence[Any]]) -> Path:
    """A workbook with these lines, headings and all, on the sheets that the names name."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in sheets.items():
        page = book.create_sheet(title)
        for line in lines:
            page.append(line)
    path = folder / "目录.xlsx"
    book.save(path)
    return path


def filled(folder: Path, **sheets: Iterable[Sequence[Any]]) -> Path:
    """A workbook with these lines below the headings that the template has."""
    return saved(folder, **{title: [HEADINGS[title], *lines] for title, lines in sheets.items()})


async def load(
    session: AsyncSession, path: Path, *, keep_good_rows: bool = False, steps: list[tuple[int, int]] | None = None
) -> ImportReport:
    """Import as the command line does; `steps` takes every step of the progress."""
    told = [] if steps is None else steps
    checked = await check_workbook(session, path, progress=lambda *step: told.append(step))
    return ImportReport(await store(session, checked.to_store(keep_good_rows=keep_good_rows), now=NOW), checked.errors)
