"""The directory: what is seeded, and a district's own data from Excel."""

import re
from functools import partial

import pytest
from openpyxl import Workbook, load_workbook

from backend.domain.clocks import ClockSpec
from backend.domain.errors import InvalidField, NotFound
from backend.services import directory as service
from backend.services.importer import write_template
from backend.services.seeding import seed_directory
from backend.storage import directory
from backend.storage.tables.directory import CategoryRow, PlaceRow, RoutingRuleRow, UnitRow

from .conftest import NOW
from .workbooks import HEADINGS, filled, load, saved


async def test_seeding_twice_adds_nothing(session):
    assert await seed_directory(session, NOW) == 0


async def test_seeding_keeps_what_the_district_changed_and_brings_back_what_is_missing(session):
    row = await session.get_one(UnitRow, "heating")
    row.name = "鞍山供热集团"
    await session.delete(await session.get_one(RoutingRuleRow, "leaf-0101"))
    await session.flush()
    assert await seed_directory(session, NOW) == 1
    assert (await session.get_one(UnitRow, "heating")).name == "鞍山供热集团"


async def test_every_leaf_has_a_code_a_known_unit_a_clock_and_words(session):
    leaves = await directory.categories(session)
    units = set(await directory.unit_names(session)) | {"@street"}
    assert len({leaf.category for leaf in leaves}) == 22
    assert len(leaves) == len({(leaf.category, leaf.subcategory) for leaf in leaves}) == 105  # as many as the taxonomy names
    for leaf in leaves:
        assert re.fullmatch(r"\d{4}", leaf.service_code)
        assert leaf.unit_id in units
        assert leaf.urgency in ("emergency", "urgent", "normal")
        assert leaf.synonyms or leaf.service_code == service.UNCATEGORISED
        assert leaf.evidence
        ClockSpec.from_data(leaf.clock)


@pytest.mark.parametrize(("code", "minutes"), [("0101", 20), ("0202", 30), ("0301", 40)])
async def test_the_districts_promises_to_be_on_site_are_kept(session, code, minutes):
    assert (await session.get_one(CategoryRow, code)).clock["on_site_minutes"] == minutes


async def test_every_routing_rule_leads_to_a_unit(session):
    units = set(await directory.unit_names(session)) | {"@street"}
    for leaf in await directory.categories(session):
        assert all(rule.unit_id in units for rule in await directory.rules_for(session, leaf.service_code))


async def test_every_place_hangs_below_another_and_samples_are_marked(session):
    places = {row.code: row for row in await directory.place_rows(session)}
    for row in places.values():
        assert row.kind == "district" or row.parent_code in places
        assert row.sample == (row.kind not in ("district", "street") or row.former)
    assert sum(row.kind == "street" and not row.former for row in places.values()) == 11
    assert sum(row.kind == "estate" for row in places.values()) >= 40


async def test_the_gazetteer_knows_what_lies_above_a_place(session):
    places = {(place.kind, place.name): place for place in await service.load_gazetteer_places(session)}
    assert places["estate", "翠园小区"].parents == ("翠园社区", "园林街道")
    assert ("street", "对炉街道") in places
    assert not any(kind in ("grid", "district") for kind, _ in places)


@pytest.mark.parametrize(
    ("category", "subcategory", "code", "found"),
    [("供水", "停水", "", "0201"), ("供水", "停水", "0101", "0101"), ("没有", "", "", "2299"), ("", "", "xx", "2299")],
)
async def test_a_category_is_found_by_code_then_by_name(session, category, subcategory, code, found):
    assert (await service.find_category(session, category, subcategory, service_code=code)).service_code == found


async def test_an_unknown_code_is_not_found(session):
    with pytest.raises(NotFound):
        await service.category_by_code(session, "0000")


@pytest.fixture
def workbook(tmp_path):
    return partial(filled, tmp_path)


async def test_a_districts_own_data_is_imported_with_progress(session, workbook):
    path = workbook(
        单位=[("boiler", "二号锅炉房", "公用企业", "0412-0009999")],
        地点=[
            ("210302004-90", "社区", "新翠社区", 210302004, "", "", ""),
            ("210302004-90-e1", "小区", "新翠小区", "210302004-90", "新翠;大新翠", "", 320.0),
        ],
        派单规则=[("boiler-rule", "210302004-90", "01", "boiler", 2, "归二号锅炉房")],
    )
    steps = []
    report = await load(session, path, steps=steps)
    assert (report.imported, report.errors) == (4, [])
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    estate = await session.get_one(PlaceRow, "210302004-90-e1")
    assert (estate.aliases, estate.households, estate.sample) == (["新翠", "大新翠"], 320, False)
    assert estate.parent_code == "210302004-90"


async def test_an_imported_rule_routes_the_next_order(desk, database, workbook):
    path = workbook(
        单位=[("boiler", "二号锅炉房", "公用企业", "")],
        派单规则=[("boiler-rule", "210302004-01", "0101", "boiler", "", "")],
    )
    async with database.transaction() as session:
        await load(session, path)
    order = await desk.file()
    assert (order.unit_id, order.routing_rule) == ("boiler", "boiler-rule")


async def test_importing_twice_changes_instead_of_adding(session, workbook):
    await load(session, workbook(单位=[("heating", "供热集团", "公用企业", "")]))
    assert (await session.get_one(UnitRow, "heating")).name == "供热集团"


BROKEN = {
    "单位": [("", "没有编号", "部门", ""), ("x", "怪单位", "公司", ""), ("y", "好单位", "部门", ""), ("y", "又一个", "部门", "")],
    "地点": [("p1", "小区", "孤儿小区", "", "", "", ""), ("p2", "小区", "错位小区", "210302004", "", "nobody", "三百")],
    "派单规则": [("r1", "nowhere", "供暖", "nobody", "高", "")],
}


async def test_errors_name_sheet_row_and_column_and_nothing_is_imported(session, workbook):
    report = await load(session, workbook(**BROKEN))
    found = {(error.sheet, error.row, error.column) for error in report.errors}
    assert found == {
        ("单位", 2, "编号"), ("单位", 3, "类别"), ("单位", 5, "编号"),
        ("地点", 2, "上级编号"), ("地点", 3, "上级编号"), ("地点", 3, "承办单位编号"), ("地点", 3, "户数"),
        ("派单规则", 2, "地点编号"), ("派单规则", 2, "事项编号"), ("派单规则", 2, "承办单位编号"), ("派单规则", 2, "优先级"),
    }  # fmt: skip
    assert report.imported == 0
    assert await session.get(UnitRow, "y") is None
    assert all(str(error).startswith(f"{error.sheet} 第{error.row}行 {error.column}:") for error in report.errors)


async def test_a_rule_for_a_matter_that_is_not_there_is_an_error(session, workbook):
    rules = [(f"r{code}", "", code, "heating", "0", "") for code in ("0101", "01", "9999", "99")]
    report = await load(session, workbook(派单规则=rules))
    assert [(error.row, error.column) for error in report.errors] == [(4, "事项编号"), (5, "事项编号")]


@pytest.mark.parametrize("number", ["9" * 30, "--5", "²"])
async def test_a_number_that_no_column_holds_is_an_error(session, workbook, number):
    report = await load(session, workbook(派单规则=[("r", "", "0101", "heating", number, "")]))
    assert [error.column for error in report.errors] == ["优先级"]


async def test_a_sheet_without_its_columns_is_not_read_as_an_empty_one(session, tmp_path):
    path = saved(tmp_path, 单位=[("代码", "名称", "类别", "电话"), ("u1", "甲单位", "部门", "")])
    with pytest.raises(InvalidField, match=r"单位.*编号"):
        await load(session, path)


async def test_good_rows_can_be_kept_when_wished(session, workbook):
    report = await load(session, workbook(**BROKEN), keep_good_rows=True)
    assert report.imported == 1
    assert (await session.get_one(UnitRow, "y")).name == "好单位"


async def test_the_template_has_headings_and_its_examples_are_not_imported(session, tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(path)
    book = load_workbook(path)
    assert {page.title: tuple(cell.value for cell in page[1]) for page in book} == HEADINGS
    steps = []
    report = await load(session, path, steps=steps)
    assert (report.imported, report.errors, steps) == (0, [], [])


@pytest.mark.parametrize("content", [b"", b"not a workbook", None])
async def test_what_is_not_a_workbook_is_refused(session, tmp_path, content):
    path = tmp_path / "file.xlsx"
    if content is None:
        Workbook().save(path)
    else:
        path.write_bytes(content)
    with pytest.raises(InvalidField):
        await load(session, path)
