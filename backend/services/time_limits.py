"""The time limits of the categories: shown and changed by an administrator, and what they were at an earlier moment."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.domain.clocks import ClockSpec, Finish
from backend.domain.errors import InvalidField, NotFound
from backend.domain.promises import ON_SITE
from backend.services.directory_log import LIMIT_FIELDS, check_version, limit_subject, record_change, values_of
from backend.storage import directory
from backend.storage.tables.directory import CategoryRow

_HOUR, _DAY = 60, 24 * 60
LONGEST_ON_SITE = _DAY
# unit of the form: (how it is stored, factor, most of it, what it is called)
UNITS: dict[str, tuple[Finish, int, int, str]] = {
    "working_days": (Finish.WORKING_DAYS, 1, 60, "个工作日"),
    "hours": (Finish.MINUTES, _HOUR, 720, "小时"),
    "minutes": (Finish.MINUTES, 1, _DAY, "分钟"),
    "same_night": (Finish.SAME_NIGHT, 0, 0, "当晚"),
}
ALIKE = {"": "只改这一项", "category": "这个类别里时限相同的都改", "all": "所有类别里时限相同的都改"}


@dataclass(frozen=True)
class LimitForm:
    """A limit as it stands in a form: texts, `on_site` in minutes ("" for none), `unit` one of `UNITS`."""

    unit: str
    amount: str = ""
    on_site: str = ""

    @classmethod
    def of(cls, clock: dict[str, Any]) -> LimitForm:
        """The form of a stored clock, in hours where it is whole hours."""
        spec = ClockSpec.from_data(clock)
        on_site = "" if spec.on_site_minutes is None else str(spec.on_site_minutes)
        if spec.finish is Finish.SAME_NIGHT:
            return cls("same_night", "", on_site)
        if spec.finish is Finish.MINUTES and spec.amount % _HOUR == 0:
            return cls("hours", str(spec.amount // _HOUR), on_site)
        return cls(spec.finish.value, str(spec.amount), on_site)

    def spec(self) -> ClockSpec:
        """Raises InvalidField naming the field and what to do."""
        if self.unit not in UNITS:
            raise InvalidField("办结时限的单位请从单子里选", field="unit")
        finish, factor, most, name = UNITS[self.unit]
        on_site = _whole(self.on_site, "到场时限", "分钟", LONGEST_ON_SITE, "on_site") if self.on_site.strip() else None
        amount = _whole(self.amount, "办结时限", name, most, "amount") * factor if factor else 0
        if finish is Finish.MINUTES and on_site is not None and amount < on_site:
            raise InvalidField("办结时限比到场时限还短,请核对", field="amount")
        return ClockSpec(finish, amount, on_site)


async def clock_at(session: AsyncSession, leaf: CategoryRow, moment: datetime) -> dict[str, Any]:
    """The clock of a leaf that was in force at a moment."""
    change = await directory.first_change_after(session, limit_subject(leaf.service_code), moment)
    return dict(change.before["clock"]) if change is not None else leaf.clock


async def get_leaf(session: AsyncSession, service_code: str) -> CategoryRow:
    """Raises NotFound."""
    row = await directory.category(session, service_code)
    if row is None:
        raise NotFound("没有这一类事", field="service_code")
    return row


async def change_limit(
    session: AsyncSession,
    service_code: str,
    form: LimitForm,
    *,
    expected_version: int,
    alike: str = "",
    actor: str,
    now: datetime,
) -> int:
    """Change the limit of a leaf for what is reported from now on; with `alike` also of others that had the same limit.

    Returns how many leaves changed. Raises NotFound, StaleVersion, InvalidField.
    """
    if alike not in ALIKE:
        raise InvalidField("改哪些,请从单子里选", field="alike")
    leaves = await directory.categories(session, lock=True)
    leaf = await get_leaf(session, service_code)
    check_version(leaf, expected_version)
    spec, old = form.spec(), ClockSpec.from_data(leaf.clock)
    if spec == old:
        return 0
    rows = [row for row in leaves if _is_meant(row, leaf, alike) and _same(row, old)]
    if spec.on_site_minutes is None:
        await _require_no_blank(session, {row.service_code for row in rows})
    for row in rows:
        before = values_of(row, LIMIT_FIELDS)
        row.clock = spec.to_data()
        row.version += 1
        after = values_of(row, LIMIT_FIELDS)
        subject = limit_subject(row.service_code)
        await record_change(session, subject=subject, type="edited", before=before, after=after, actor=actor, now=now)
    return len(rows)


def _is_meant(row: CategoryRow, leaf: CategoryRow, alike: str) -> bool:
    if alike == "all":
        return True
    return row.category == leaf.category if alike else row.service_code == leaf.service_code


def _same(row: CategoryRow, spec: ClockSpec) -> bool:
    return ClockSpec.from_data(row.clock) == spec


async def _require_no_blank(session: AsyncSession, codes: set[str]) -> None:
    """An answer that tells when somebody comes must be changed before that promise is taken away."""
    for row in await directory.faqs(session):
        if row.active and row.service_prefix in codes and ON_SITE in row.answer:
            advice = f"常见问题“{row.question}”的回答里写着{ON_SITE}:请先改那条回答,再去掉到场时限"
            raise InvalidField(advice, field="on_site")


def _whole(text: str, what: str, unit: str, most: int, field: str) -> int:
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if not (cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 6 and 1 <= int(cleaned) <= most):
        raise InvalidField(f"{what}请写1到{most}之间的整数({unit})", field=field)
    return int(cleaned)
