"""Days of the Chinese calendar: 腊月二十三, 正月十五, 立冬, 中秋, 国庆."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from lunar_python import Lunar, LunarYear, Solar

from backend.domain.language.day_words import latest
from backend.domain.language.numerals import parse_numeral
from backend.domain.language.tables import load_table
from backend.domain.language.time_values import Days

_TABLE = load_table("times")
_MONTHS = {"正月": 1, "冬月": 11, "腊月": 12}
_DAY = r"(?:初[一二三四五六七八九十]|三十|二十[一二三四五六七八九]|廿[一二三四五六七八九]|十[一二三四五六七八九]|二十|[12]\d|30)"
_LUNAR = re.compile(
    rf"(?:(?:阴历|农历|旧历)(?:的)?(?P<numbered>[一二三四五六七八九十冬腊正]{{1,2}}|\d{{1,2}})月|(?P<named>正月"
    rf"|冬月|腊月))(?P<day>{_DAY})(?:号|日)?"
    # 十月初一 is one of the Chinese calendar, 十月初一直没修 is none
    rf"|(?P<spoken>[二三四五六七八九十]|十一|十二)月(?P<early>初[一二三四五六七八九十])(?![直定样些起号日])"
)
# 初一早上: a day of the latest Chinese month; 初一学生 and 初三的孩子 are at school.
_MONTHLESS = re.compile(
    r"(?<![年月大到从一二三四五六七八九十\d])初(?P<day>[一二三四五六七八九十])(?=那天|当天|早上|晚上|下午|中午|上午|半夜|夜里|凌晨|白天|一早|一大早)"
    rf"|(?:阴历|农历|旧历)的?(?P<told>{_DAY})(?!月)"
)
_LUNAR_MONTH = re.compile(rf"(?P<year>今年|去年|头年|前年)?(?P<named>正月|冬月|腊月)(?:里|份)?(?!{_DAY})")
_YEARS_BACK = {"今年": 0, "去年": 1, "头年": 1, "前年": 2}
_NEW_YEAR = re.compile(r"大年(?P<day>初[一二三四五六七八九十])")
_FESTIVAL = re.compile(rf"(?:{'|'.join(sorted(_TABLE['festivals'], key=len, reverse=True))})(?!十)")
# 一五一十 and 六一二室 are no holidays.
_SOLAR_NAMES = "|".join(sorted(_TABLE["solar_festivals"], key=len, reverse=True))
_SOLAR_FESTIVAL = re.compile(
    rf"(?<![一二三四五六七八九十])(?:{_SOLAR_NAMES})(?![一二三四五六七八九十百零])|十一(?=放假|假期|长假|期间|那天|黄金周)"
)
_PLAIN_TERMS = [term for term in _TABLE["solar_terms"] if term not in _TABLE["only_as_terms"]]
_TERM = re.compile(
    f"(?P<plain>{'|'.join(_PLAIN_TERMS)})|(?<![下场])(?P<marked>{'|'.join(_TABLE['only_as_terms'])})(?:节气|这个节气|那天|当天)"
)
# 五一路, 清明小区, 国庆小区, 立春苑: names of places.
_IN_NAME = re.compile(r"\s*(?:路|街|小区|花园|巷|广场|商店|超市|村|里\d)")


_HOLIDAY = re.compile(r"(?:放假|假期|长假)?的?(?:期间|假期|长假|黄金周|(?:这|那)几天|(?:这|那)会儿)|放假")
# 春节前: some day before it.
_BEFORE_IT = re.compile(r"(?:以前|之前|前(?![后天]))")


def find_calendar_days(text: str, today: date) -> list[Days]:
    """Lunar dates, festivals and solar terms in normalised text, each the latest one not after `today`."""
    found: list[Days] = []
    _add_lunar(found, text, today)
    for match in _LUNAR_MONTH.finditer(text):
        days = _lunar_month(match, today)
        if days is not None:
            found.append(days)
    for match in _NEW_YEAR.finditer(text):
        _add(found, match, lunar_day(today, 1, _day_number(match["day"])))
    for match in _FESTIVAL.finditer(text):
        _add(found, match, lunar_day(today, *_TABLE["festivals"][match[0]]))
    for match in _SOLAR_FESTIVAL.finditer(text):
        _add(found, match, latest(today, *_TABLE["solar_festivals"].get(match[0], (10, 1))))
    for match in _TERM.finditer(text):
        _add(found, match, solar_term(today, match["plain"] or match["marked"]))
    return found


def _add_lunar(found: list[Days], text: str, today: date) -> None:
    for match in _LUNAR.finditer(text):
        month = _MONTHS.get(match["named"] or "") or _month_number(match["numbered"] or match["spoken"] or "")
        _add(found, match, lunar_day(today, month, _day_number(match["day"] or match["early"])))
    for match in _MONTHLESS.finditer(text):
        each_month = (lunar_day(today, month, _day_number(match["day"] or match["told"])) for month in range(1, 13))
        _add(found, match, max(day for day in each_month if day is not None))


@lru_cache(maxsize=512)
def lunar_day(today: date, month: int, day: int) -> date | None:
    """The latest day of that lunar month and day not after today; day 30 of a short month is its last day."""
    for year in (today.year, today.year - 1, today.year - 2):
        if not 1 <= month <= 12:
            return None
        length = LunarYear.fromYear(year).getMonth(month).getDayCount()
        if day > 30:
            return None
        solar = Lunar.fromYmd(year, month, min(day, length)).getSolar()
        candidate = date(solar.getYear(), solar.getMonth(), solar.getDay())
        if candidate <= today:
            return candidate
    return None


def _lunar_month(match: re.Match[str], today: date) -> Days | None:
    """A month of the Chinese calendar without a day: that of the year that is named, else the latest that has begun."""
    month, this = _MONTHS[match["named"]], Solar.fromYmd(today.year, today.month, today.day).getLunar().getYear()
    back = _YEARS_BACK.get(match["year"] or "")
    for year in (this - back,) if back is not None else (this, this - 1):
        solar = Lunar.fromYmd(year, month, 1).getSolar()
        first = date(solar.getYear(), solar.getMonth(), solar.getDay())
        if first <= today:
            length = LunarYear.fromYear(year).getMonth(month).getDayCount()
            return Days(match.start(), match.end(), first, first + timedelta(days=length - 1), several=True)
    return None


@lru_cache(maxsize=512)
def solar_term(today: date, name: str) -> date | None:
    """The latest day of that solar term not after today."""
    for year in (today.year + 1, today.year, today.year - 1):
        table = Solar.fromYmd(year, 6, 30).getLunar().getJieQiTable()
        solar = table.get(name)
        if solar is not None:
            candidate = date(solar.getYear(), solar.getMonth(), solar.getDay())
            if candidate <= today:
                return candidate
    return None


def heating_start(today: date) -> date:
    """The first day of the latest heating season."""
    return latest(today, *_TABLE["heating_start"]) or today - timedelta(days=365)


def _add(found: list[Days], match: re.Match[str], day: date | None) -> None:
    """A day, or the whole holiday where 期间 or the like stands behind its name."""
    overlaps = any(match.start() < days.finish and days.begin < match.end() for days in found)
    if (
        day is not None
        and not overlaps
        and not (_IN_NAME.match(match.string, match.end()) or _BEFORE_IT.match(match.string, match.end()))
    ):
        holiday = _HOLIDAY.match(match.string, match.end())
        days = _TABLE["holiday_days"].get(match[0], 1) if holiday else 1
        finish = holiday.end() if holiday else match.end()
        found.append(Days(match.start(), finish, day, day + timedelta(days=days - 1)))


def _month_number(raw: str) -> int:
    return {"正": 1, "冬": 11, "腊": 12}.get(raw) or parse_numeral(raw) or 0


def _day_number(raw: str) -> int:
    return parse_numeral(raw.replace("初", "")) or 0
