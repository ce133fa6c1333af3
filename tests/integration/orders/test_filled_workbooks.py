"""Workbooks as offices really fill them in, and files that are none."""

import datetime
import zipfile
from functools import partial

import pytest
from openpyxl import Workbook
from sqlalchemy import event

from backend.domain.errors import InvalidField
from backend.services.import_file import lines_of
from backend.services.importer import check_workbook, store
from backend.storage.tables.directory import PlaceRow, UnitRow

from . import workbooks
from .conftest import NOW
from .workbooks import PLACES, UNITS, load

OLD_EXCEL = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512)


@pytest.fixture
def saved(tmp_path):
    return partial(workbooks.saved, tmp_path)


def told(report):
    return [(error.row, error.column) for error in report.errors]


@pytest.mark.parametrize(
    "above",
    [
        [UNITS],
        [("铁东区承办单位一览表", None, None, None), UNITS],
        [("一览表",), (), ("填表人:", "老孙"), UNITS],
        [("编号*", " 名 称", "类别(必填)", "电话 ")],
    ],
)
async def test_headings_are_found_below_a_title_and_with_marks(session, saved, above):
    report = await load(session, saved(单位=[*above, ("boiler", "二号锅炉房", "公用企业", "")]))
    assert (report.imported, report.errors) == (1, [])
    assert (await session.get_one(UnitRow, "boiler")).name == "二号锅炉房"


def test_a_line_keeps_its_number_below_a_title(saved):
    lines = lines_of(saved(单位=[("一览表",), (), UNITS, (), ("boiler", "二号锅炉房", "公用企业", "")]))
    assert [line.number for line in lines] == [5]


async def test_a_sheet_whose_name_has_a_blank_is_the_sheet(session, saved):
    path = saved(**{"单位 ": [UNITS, ("boiler", "二号锅炉房", "公用企业", "")]})
    assert (await load(session, path)).imported == 1


@pytest.mark.parametrize(
    ("heading", "missing"),
    [
        (("代码", "名称", "类别", "电话"), "缺这些列:编号"),
        (("编号", "名称", "类别", "电话", "编号"), "两列都叫:编号"),
        ((), "缺这些列:编号、名称、类别、电话"),
    ],
)
def test_headings_that_cannot_be_read_are_named(saved, heading, missing):
    with pytest.raises(InvalidField, match=missing):
        lines_of(saved(单位=[heading, ("u1", "甲单位", "部门", "", "u2")]))


async def test_what_excel_made_of_a_cell_is_an_error_of_its_row(session, saved):
    day = datetime.date(2026, 4, 1)  # what becomes of "4-1"
    rows = [
        (day, "甲单位", "部门", ""),
        ("u2", "#N/A", "部门", ""),
        ("u3", "丙单位", "部门", datetime.time(4, 12)),
        (2103020040010010, "丁单位", "部门", ""),
        ("u5", "戊单位", "部门", 4120000001),
    ]
    report = await load(session, saved(单位=[UNITS, *rows]), keep_good_rows=True)
    assert told(report) == [(2, "编号"), (3, "名称"), (4, "电话"), (5, "编号")]
    assert [error.advice.count("文本格式") for error in report.errors] == [1, 0, 1, 1]
    assert (await session.get_one(UnitRow, "u5")).phone == "4120000001"


async def test_full_width_codes_and_numbers_and_broken_lines_are_meant_as_the_plain_ones(session, saved):
    rows = [("２１０３０２００４-91", "社区", "新翠\n社区", "２１０３０２００４", "", "", "３００")]
    report = await load(session, saved(地点=[PLACES, *rows]))
    assert report.errors == []
    place = await session.get_one(PlaceRow, "210302004-91")
    assert (place.name, place.parent_code, place.households) == ("新翠社区", "210302004", 300)


async def test_merged_cells_are_told_row_by_row(session, tmp_path):
    book = Workbook()
    page = book.active
    page.title = "地点"
    page.append(PLACES)
    for number in range(3):
        page.append((f"m{number}", "小区", f"合并小区{number}", None if number else "210302004-01", "", "", ""))
    page.merge_cells("D2:D4")
    book.save(tmp_path / "merged.xlsx")
    report = await load(session, tmp_path / "merged.xlsx")
    assert told(report) == [(3, "上级编号"), (4, "上级编号")]
    assert "合并的单元格要拆开" in report.errors[0].advice


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("210302004", "社区", "园林", "210302003", "", "", ""), "类别"),  # is a street, and communities lie in it
        (("n1", "小区", "负数小区", "210302004-01", "", "", "-5"), "户数"),
        (("n1", "小区", "长" * 101, "210302004-01", "", "", ""), "名称"),
        (("n" * 101, "小区", "短", "210302004-01", "", "", ""), "编号"),
    ],
)
async def test_what_would_spoil_the_directory_is_an_error(session, saved, row, column):
    report = await load(session, saved(地点=[PLACES, row]))
    assert told(report) == [(2, column)]
    assert (await session.get_one(PlaceRow, "210302004")).kind == "street"


async def test_two_lines_for_one_place_are_told_and_one_name_in_two_communities_is_not(session, saved):
    rows = [
        ("p1", "小区", "双胞小区", "210302004-01", "", "", ""),
        ("p2", "小区", "双胞小区", "210302004-02", "", "", ""),
        ("p3", "小区", "双胞小区", "210302004-01", "", "", ""),
    ]
    report = await load(session, saved(地点=[PLACES, *rows]))
    assert told(report) == [(4, "名称")]
    assert "第2行" in report.errors[0].advice


@pytest.mark.parametrize(
    ("content", "advice"),
    [(OLD_EXCEL, "另存为不加密码的 .xlsx"), (b"a,b\n1,2\n", "损坏"), (b"", "损坏"), (None, "没有这个文件")],
)
def test_a_file_that_is_no_workbook_is_told_with_what_to_do(tmp_path, content, advice):
    path = tmp_path / "old.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidField, match=advice):
        lines_of(path)


def test_a_workbook_that_was_cut_in_the_middle_is_told(saved, tmp_path):
    whole = saved(单位=[UNITS, *((f"u{n}", f"单位{n}", "部门", "") for n in range(2000))])
    hurt = tmp_path / "hurt.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(hurt, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    with pytest.raises(InvalidField, match="损坏"):
        lines_of(hurt)


async def test_ten_thousand_rows_are_stored_in_few_statements_and_stored_again_change_nothing(database, saved):
    places = [(f"c{n}", "社区", f"大社区{n}", "210302004", "", "", "") for n in range(500)]
    places += [(f"e{n}", "小区", f"大小区{n}", f"c{n % 500}", f"别{n}", "", 300) for n in range(9500)]
    path = saved(地点=[PLACES, *places])
    statements = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    for _ in range(2):
        statements.clear()
        async with database.reading() as session:
            checked = await check_workbook(session, path, progress=lambda *_: None)
        assert (len(checked.rows), checked.errors) == (10_000, [])
        async with database.transaction() as session:
            assert await store(session, checked.rows, now=NOW) == 10_000
        assert len(statements) < 200  # everybody else who writes waits for these
    async with database.reading() as session:
        assert (await session.get_one(PlaceRow, "e9499")).parent_code == "c499"
