"""The sheets of a directory workbook: their columns, and how a line becomes a row or a list of errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.domain.routing import STREET_OFFICE
from backend.storage.tables.directory import PlaceRow, RoutingRuleRow, UnitRow

UNIT_KINDS = {"派单台": "desk", "街道": "street", "部门": "department", "公用企业": "utility"}
PLACE_KINDS = {"区": "district", "街道": "street", "社区": "community", "网格": "grid", "小区": "estate"}
_LONGEST_NUMBER = 9  # what the column holds
_PARENT_KIND = {"street": "district", "community": "street", "grid": "community", "estate": "community"}


@dataclass(frozen=True)
class Column:
    heading: str
    example: str
    required: bool = False
    longest: int = 100


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class RowError:
    """`row` and `column` as Excel shows them; `advice` says what to do."""

    sheet: str
    row: int
    column: str
    advice: str

    def __str__(self) -> str:
        return f"{self.sheet} 第{self.row}行 {self.column}:{self.advice}"


@dataclass
class Known:
    """What a row may refer to: what is stored already and what came earlier in the workbook."""

    units: set[str] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)
    services: set[str] = field(default_factory=set)  # codes of leaves and of their categories
    seen: set[tuple[str, str]] = field(default_factory=set)
    names: dict[tuple[str, str, str], int] = field(default_factory=dict)  # kind, parent and name to the row in this workbook


UNITS = Sheet(
    "单位",
    (
        Column("编号", "示例_供热公司", required=True),
        Column("名称", "示例供热公司", required=True),
        Column("类别", "公用企业", required=True),
        Column("电话", "0412-0000000"),
    ),
)
PLACES = Sheet(
    "地点",
    (
        Column("编号", "示例-001", required=True),
        Column("类别", "小区", required=True),
        Column("名称", "示例小区", required=True),
        Column("上级编号", "210302004-01"),
        Column("别名", "示例花园;示例家园", longest=500),
        Column("承办单位编号", ""),
        Column("户数", "300"),
    ),
)
RULES = Sheet(
    "派单规则",
    (
        Column("编号", "示例规则", required=True),
        Column("地点编号", "210302004"),
        Column("事项编号", "0101"),
        Column("承办单位编号", "示例_供热公司", required=True),
        Column("优先级", "0"),
        Column("说明", "空的地点是全区,空的事项是所有事项", longest=500),
    ),
)
SHEETS = (UNITS, PLACES, RULES)


class _Line:
    """One line being read: takes values, collects errors."""

    def __init__(self, sheet: Sheet, values: Mapping[str, str], number: int, known: Known) -> None:
        self.sheet, self.values, self.number, self.known = sheet, values, number, known
        self.errors: list[RowError] = []
        for column in sheet.columns:
            if column.required and not self.text(column.heading):
                self.wrong(column.heading, "不能空着,请填写")
            if len(self.text(column.heading)) > column.longest:
                self.wrong(column.heading, f"太长了,最多{column.longest}个字")
        key = (sheet.title, self.text("编号"))
        if key in known.seen:
            self.wrong("编号", f"“{key[1]}”在这张表里出现了两次,请改成不同的编号")
        known.seen.add(key)

    def wrong(self, column: str, advice: str) -> None:
        self.errors.append(RowError(self.sheet.title, self.number, column, advice))

    def text(self, heading: str) -> str:
        return self.values.get(heading, "")

    def choice(self, heading: str, options: Mapping[str, str]) -> str:
        text = self.text(heading)
        if text and text not in options:
            self.wrong(heading, f"“{text}”不认识,请从这些里选:{'、'.join(options)}")
        return options.get(text, "")

    def whole_number(self, heading: str, *, least: int | None = None) -> int | None:
        text = self.text(heading)
        if text and not (text.removeprefix("-").isdecimal() and len(text) <= _LONGEST_NUMBER):
            self.wrong(heading, f"“{text}”不是整数,请填数字")
            return None
        if text and least is not None and int(text) < least:
            self.wrong(heading, f"“{text}”太小,最小是{least}")
        return int(text) if text else None

    def unit(self, heading: str) -> str:
        unit_id = self.text(heading)
        if unit_id and unit_id != STREET_OFFICE and unit_id not in self.known.units:
            self.wrong(heading, f"没有编号为“{unit_id}”的单位,请先在“单位”表里加上")
        return unit_id

    def place(self, heading: str, kind: str = "") -> str:
        code = self.text(heading)
        if code and code not in self.known.places:
            self.wrong(heading, f"没有编号为“{code}”的地点,请先在“地点”表里加上,并放在这一行前面")
        elif code and kind and self.known.places[code] != kind:
            self.wrong(heading, f"“{code}”的类别不对,这里要填上一级的地点")
        return code


Parsed = tuple[Any | None, list[RowError]]


def _unit(values: Mapping[str, str], number: int, known: Known) -> Parsed:
    line = _Line(UNITS, values, number, known)
    kind = line.choice("类别", UNIT_KINDS)
    if line.errors:
        return None, line.errors
    known.units.add(line.text("编号"))
    parent = None if kind == "desk" else "desk"
    row = UnitRow(
        id=line.text("编号"),
        name=line.text("名称"),
        kind=kind,
        parent_id=parent,
        phone=line.text("电话"),
        sample=False,
        active=True,
    )
    return row, []


def _place(values: Mapping[str, str], number: int, known: Known) -> Parsed:
    line = _Line(PLACES, values, number, known)
    kind = line.choice("类别", PLACE_KINDS)
    parent = line.place("上级编号", _PARENT_KIND.get(kind, ""))
    if kind in _PARENT_KIND and not parent:
        line.wrong("上级编号", "请填它属于哪个上级地点的编号(合并的单元格要拆开,每行都填)")
    _check_same_place(line, kind, parent)
    unit_id, households = line.unit("承办单位编号"), line.whole_number("户数", least=0)
    if line.errors:
        return None, line.errors
    known.places[line.text("编号")] = kind
    row = PlaceRow(
        code=line.text("编号"),
        kind=kind,
        name=line.text("名称"),
        parent_code=parent,
        aliases=[alias.strip() for alias in line.text("别名").replace(";", ";").split(";") if alias.strip()],
        former=False,
        successor_code="",
        unit_id=unit_id,
        sample=False,
        households=households,
    )
    return row, []


def _check_same_place(line: _Line, kind: str, parent: str) -> None:
    """A code keeps its kind, for what lies below it would hang in the air; two lines that name one place are one too many."""
    before = line.known.places.get(line.text("编号"), kind)
    if kind and before != kind:
        names = {value: name for name, value in PLACE_KINDS.items()}
        line.wrong("类别", f"“{line.text('编号')}”已经是{names[before]},不能改成{names[kind]},请用别的编号")
    same = line.known.names.setdefault((kind, parent, line.text("名称")), line.number)
    if line.text("名称") and same != line.number:
        line.wrong("名称", f"和第{same}行的名称、上级都一样,重复了请删掉一行")


def _rule(values: Mapping[str, str], number: int, known: Known) -> Parsed:
    line = _Line(RULES, values, number, known)
    place, unit_id, priority = line.place("地点编号"), line.unit("承办单位编号"), line.whole_number("优先级")
    service = line.text("事项编号")
    if service and not (service.isdigit() and len(service) in (2, 4)):
        line.wrong("事项编号", "请填两位(大类)或四位(小类)数字,Excel 里要设成文本格式")
    elif service and service not in known.services:
        line.wrong("事项编号", f"没有编号为“{service}”的事项,按这条规则一件也派不出去")
    if line.errors:
        return None, line.errors
    row = RoutingRuleRow(
        id=line.text("编号"),
        place_code=place,
        service_prefix=service,
        unit_id=unit_id,
        priority=priority or 0,
        note=line.text("说明"),
    )
    return row, []


PARSERS: dict[str, Callable[[Mapping[str, str], int, Known], Parsed]] = {
    UNITS.title: _unit,
    PLACES.title: _place,
    RULES.title: _rule,
}
