"""Words that name days: 昨天, 大前儿, 星期四, 上周五, 25号, 11月15号, 三天前, 上个月, 去年冬天."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from backend.domain.language.numerals import parse_numeral, to_digits
from backend.domain.language.tables import load_table
from backend.domain.language.time_values import Days, approximate_count, last_day, months_before

_TABLE = load_table("times")
NUMERAL = r"(?:\d{1,3}|[一二两俩三仨四五六七八九十廿]{1,3})"
_WEEKDAYS = {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "日": 6,
    "天": 6,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "5": 4,
    "6": 5,
    "7": 6,
    "末": 5,
}
_DAY = (
    r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?"
    r"|十[一二三四五六七八九]?|[一二三四五六七八九])"
)
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_NO_NUMBER = r"(?<![\d零一二三四五六七八九十百.\-/#])"
# 58号, 3号楼, 3号 1单元, 2号线: a number with 号 is a day only away from places and things.
_NOT_DAY_AFTER = (
    r"(?!\s*[\d一二三四五六七八九十]{1,3}\s*(?:[单丹][元圆源园员原]|门洞|门栋)|[楼搂娄喽]|院|线|门|栋|店|库|井|杆|机|单元|房|室|厂|地|桥|路|台|车|电梯|口|出口|桩|表|箱|码|站|公寓|锅炉|病"
    r"|选|幢|住|户|字|摊|柜|档|铺|窗|桌|床|厅|馆|坑|塔|泵)"
)
_NOT_DAY_BEFORE = re.compile(
    r"(?:路|街|巷|道|胡同|弄|单元|楼|层|栋|#|门|甲|乙|第|编|小区|车|牌|型|里|苑|园"
    r"|新村|家园|公寓|大厦|广场|华府|华庭|新城|名城)\s*$"
)
# 25号楼 25号停的水: apart from a building that is told already, with what happened behind it.
_APART = re.compile(r"(?:楼|层|单元|栋|室)\s+$")
_HAPPENED = re.compile(r"(?:早|晚|上午|下午|夜|凌晨|半夜|那天|当天|起|开始|就|到(?:现|今)|停|断|坏|漏|爆|没|报|丢|发现|发生)")
_PLAYED = ("弹", "钢", "练", "拉", "学", "口", "胡", "提", "子")
_YEAR_WORDS = {"今": 0, "去": -1, "头": -1, "前": -2, "大前": -3, "明": 1}

_RELATIVE = re.compile(
    rf"(?P<word>{'|'.join(sorted(_TABLE['relative_days'], key=len, reverse=True))})(?:个儿|个(?!人|月|小时|多"
    r"|星期|礼拜|单元)|儿)?|(?P<short>[昨今明])(?=上午|下午|中午|傍晚|凌晨|半夜|清早)"
)
_AGO = re.compile(
    rf"{_NO_NUMBER}(?P<count>{NUMERAL}|半)(?P<many>多|来)?(?:个)?(?P<half>半)?(?P<unit>天|日|周|星期|礼拜|月|年"
    r"|宿)(?:多)?(?:以前|之前|前)(?!后)"
)
_LAST_DAYS = re.compile(
    r"(?<!老)(?<!老[\u4e00-\u9fff])(?P<way>前|头|这|近|最近)(?P<count>一?两|二三|三[两四]|四五|五六|七八|二|俩|仨|一(?=个)|半(?=个?月)|三|四|五|六|七"
    r"|八|九|十|\d{1,2})(?P<unit>天|日|个?星期"
    r"|个?礼拜|周|个月|月(?!份))"
)
_WEEKDAY = re.compile(
    r"(?P<which>大上个?|上上个?|上一?个?|这一?个?|本|下下个?|下一?个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末]"
    r"|[1-7](?!\d|天|个|次|点|月|号|周))(?!期)"
)
_HALF_MONTH = timedelta(days=15)
_WEEK = re.compile(r"(?P<which>大上|上上|上|这|本|下)(?:一)?个?(?:周|星期|礼拜)(?![一二三四五六日天末1-7])")
_DATE = re.compile(
    r"(?:(?P<year>20\d\d)年?|(?P<yearword>大前|今|去|前|头"
    rf"|明)年)?\s*{_NO_NUMBER}(?P<month>{_MONTH})月(?:份)?\s*(?P<day>{_DAY})(?:号"
    rf"|日)?{_NOT_DAY_AFTER}(?:(?<=[号日])(?![个月])|(?![\d个月共直起块定]))"
)
_NUMERIC = re.compile(
    r"(?<![\d.\-/])(?P<year>20\d\d)(?P<sep>[-./])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?:日"
    r"|号)?(?![\d.\-/])"
)
_SHORT_NUMERIC = re.compile(
    r"(?:(?<=从)|(?<=自)|(?<=打)|(?<=在)|(?<![\d.\-/A-Za-z#楼元苑区园]))(?P<month>1[0-2]"
    r"|0?[1-9])(?P<sep>[./-])(?P<day>3[01]|[12]\d|0?[1-9])"
    r"(?=日|号|起|开始|到现在|至今|那天|当天|早|上午|下午|晚|中午|凌晨|就)(?:日|号(?!楼))?"
)
# 11/20, when it is all that is said: beside other words it may be a building and a room, or a share.
_BARE_NUMERIC = re.compile(
    r"^\s*(?P<month>1[0-2]|0?[1-9])(?:/|\.(?=\d\d\s*[。!]?\s*$))(?P<day>3[01]|[12]\d|0?[1-9])\s*[。!]?\s*$"
)
_DAY_OF_MONTH = re.compile(
    rf"(?:(?P<which>上个?月|这个?月|本月|下个?月)(?:的)?\s?)?(?:{_NO_NUMBER})(?P<day>{_DAY})(?P<end>号|日(?!子|常|报"
    rf"|用|本|夜)){_NOT_DAY_AFTER}"
)
# 上个月二十几号, 十月20多号; 十几号人 is how many.
_TENS_OF_MONTH = re.compile(
    rf"(?:(?P<which>上上个?月|上一?个?月|这个?月|本月)|(?:(?P<year>20\d\d)年|(?P<yearword>今|去|前|头)年)?{_NO_NUMBER}(?P<month>{_MONTH})月份?)(?:的|大概|差不多|\s)*"
    rf"(?P<tens>二十|十|20|10|[12](?=几))[几多来][号日]{_NOT_DAY_AFTER}"
)
_MONTH_ONLY = re.compile(
    r"(?:(?P<year>20\d\d)年?|(?P<yearword>大前|今|去|前|头"
    rf"|明)年)?\s*{_NO_NUMBER}(?P<month>{_MONTH})月(?P<mark>份|初|底|中旬?|上旬|下旬|末)?(?:里)?(?!\s*\d"
    r"|[一二三四五六七八九十])"
)
_NEAR_MONTH = re.compile(
    r"(?P<which>上上个?|上一?个?|这个?|本|下一?个?)月(?P<mark>份|初|底|中旬?|上旬|下旬|末)?(?!\s*(?:\d{1,2}"
    r"|[一二三四五六七八九十]+)(?:号|日))"
)
# 年初 with no other year's word in front: 今年初 and 去年年初 are those of _YEAR, 每年初 and 三年初 no date.
_YEAR_EDGE = re.compile(r"(?<![\d一二两三四五六七八九十几半多去今前明头后往当每近周成常新上下整年])年初")
_MONTH_EDGE = re.compile(r"(?<![上下这本个\d一二三四五六七八九十])月(?P<mark>初|底)")
# 21年秋天, 一九年那会儿; after 住了 or 干了 it counts years.
_SHORT_YEAR = (
    r"(?<![\d零一二三四五六七八九十了过有住干修])(?P<short>[012]\d|[零一二][零一二三四五六七八九])年"
    r"(?=的?[春夏秋冬]|年?[初底]|的?(?:时候|那会|那时|那年))"
)
_YEAR = re.compile(
    rf"(?:(?P<year>20\d\d)年|{_SHORT_YEAR}|(?P<yearword>大前|今|去|前|头|明)年)(?P<season>春天|夏天|秋天|冬天|开春|入冬|入秋"
    r"|春季|夏季|秋季|冬季|年初|年底|初|底)?(?!\s*\d+月)"
    r"(?!(?:都|已经|整|快|也)?(?:[2-9]\d|[二三四五六七八九]十[一二三四五六七八九]?)(?:多|来)?(?:岁|周岁|了|$|[,。\s]))"  # an age
)
# 入冬 and the like mean the solar term, a day earlier or later.
_SEASON_ENTERED = {"开春": (2, 4), "入秋": (8, 7), "入冬": (11, 7)}
_SEASON_STARTS = {"春": (3, 1), "夏": (6, 1), "秋": (9, 1), "冬": (12, 1)}
_SEASON = re.compile(r"(?<![年今去前])(?P<season>春天|夏天|秋天|开春|入秋)(?=就|那会|那时|那阵|的时候|开始|到现在|以来|报|坏|漏)")
_MARKS = {"初": (1, 10), "上旬": (1, 10), "中": (11, 20), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}


def find_days(text: str, today: date) -> list[Days]:
    """Every expression of days in normalised text, longest first where they overlap; past ones take the latest one past."""
    found: list[Days] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            if any(match.start() < days.finish and days.begin < match.end() for days in found):
                continue
            days = reader(match, today)
            if days is not None:
                found.append(days)
    return sorted(found, key=lambda days: days.begin)


def _days(match: re.Match[str], first: date, last: date | None = None, several: bool = False) -> Days:
    return Days(match.start(), match.end(), first, last or first, several)


def _relative(match: re.Match[str], today: date) -> Days | None:
    word = match["word"] or f"{match['short']}天"
    before = match.string[: match.start()]
    if before.endswith(("啥", "多")) or (word[0] == "琴" and before.endswith(_PLAYED)):
        return None  # 啥前儿 asks when; 弹琴日夜不停
    # 昨晚, 今早: the second character is a part of the day and is left to the rules of hours.
    shorter = 1 if word[-1] in _TABLE["short_parts"] else 0
    day = today + timedelta(days=_TABLE["relative_days"][word])
    return Days(match.start(), match.end() - shorter, day, day)


def _ago(match: re.Match[str], today: date) -> Days | None:
    unit = match["unit"]
    if match["count"] == "半":
        back = {"月": 15, "年": 182}.get(unit)
        return None if back is None else _days(match, today - timedelta(days=back))
    count = approximate_count(match["count"])
    return None if count is None else _days(match, shift(today, count, unit, half=bool(match["half"])))


def shift(today: date, count: int, unit: str, half: bool = False) -> date:
    """The day so many days, weeks, months or years before `today`."""
    extra = timedelta(days={"月": 15, "年": 182}.get(unit[-1:], 0)) if half else timedelta()
    if unit.endswith("月"):
        return months_before(today, min(count, 600)) - extra
    if unit.endswith("年"):
        return months_before(today, min(count, 60) * 12) - extra
    return today - timedelta(days=count * (7 if unit[-1] in "周期拜" else 1)) - extra


def _last_days(match: re.Match[str], today: date) -> Days | None:
    half, count = match["count"] == "半", approximate_count(match["count"].replace("三两", "三"))
    if not count and not half:
        return None
    first = today - _HALF_MONTH if half else shift(today, count or 0, match["unit"])
    if match["way"] in ("前", "头"):
        if half:
            return _days(match, first)  # 头半个月就说过: half a month ago
        return _days(match, first, today - timedelta(days=1), several=True)
    return _days(match, first + timedelta(days=1), today, several=True)


def _weekday(match: re.Match[str], today: date) -> Days | None:
    which, number = match["which"] or "", _WEEKDAYS[match["day"]]
    monday = today - timedelta(days=today.weekday())
    if which:
        weeks = {"大上": -2, "上上": -2, "上": -1, "下下": 2, "下": 1}.get(which.rstrip("个一"), 0)
        day = monday + timedelta(days=7 * weeks + number)
    else:
        day = today - timedelta(days=(today.weekday() - number) % 7)
    if match["day"] != "末":
        return Days(match.start(), match.end(), day, day, weekly=not which)
    last = day + timedelta(days=1)
    return _days(match, day, last, several=True)


def _week(match: re.Match[str], today: date) -> Days | None:
    monday = (
        today
        - timedelta(days=today.weekday())
        + timedelta(days=7 * {"大上": -2, "上上": -2, "上": -1, "下": 1}.get(match["which"], 0))
    )
    return _days(match, monday, monday + timedelta(days=6), several=True)


def _year_of(match: re.Match[str], today: date) -> int | None:
    if match["year"]:
        return int(match["year"])
    if match.groupdict().get("short"):
        return 2000 + int(to_digits(match["short"]))
    return today.year + _YEAR_WORDS[match["yearword"]] if match["yearword"] else None


def _date(match: re.Match[str], today: date) -> Days | None:
    month, day = parse_numeral(match["month"]) or 0, parse_numeral(match["day"]) or 0
    groups = match.groupdict()
    year = _year_of(match, today) if "yearword" in groups else int(match["year"]) if "year" in groups else None
    chosen = _valid(year, month, day) if year is not None else latest(today, month, day)
    return None if chosen is None else _days(match, chosen)


def latest(today: date, month: int, day: int) -> date | None:
    """The latest such day that is not after today."""
    for year in range(today.year, today.year - 9, -1):
        candidate = _valid(year, month, day)
        if candidate is not None and candidate <= today:
            return candidate
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_of_month(match: re.Match[str], today: date) -> Days | None:
    day, which = parse_numeral(match["day"]) or 0, match["which"] or ""
    before = match.string[: match.start()]
    apart = _APART.search(before) and _HAPPENED.match(match.string, match.end())
    if not (which or apart) and _NOT_DAY_BEFORE.search(before):
        return None
    if which:
        base = months_before(today.replace(day=1), {"上": 1, "下": -1}.get(which[0], 0))
        chosen = _valid(base.year, base.month, day)
        return None if chosen is None else _days(match, chosen)
    for back in range(4):
        base = months_before(today.replace(day=1), back)
        chosen = _valid(base.year, base.month, day)
        if chosen is not None and chosen <= today:
            return _days(match, chosen)
    return None


def _tens_of_month(match: re.Match[str], today: date) -> Days | None:
    month = parse_numeral(match["month"] or "")
    back = {"上上": 2, "上": 1}.get((match["which"] or "").rstrip("个一月"), 0)
    base = months_before(today.replace(day=1), back)
    if month is not None:
        year = _year_of(match, today) or (today.year if month <= today.month else today.year - 1)
        base = date(year, month, 1)
    first = 21 if match["tens"][0] in "二2" else 11
    last = min(first + 8, last_day(base.year, base.month))
    return _days(match, base.replace(day=first), base.replace(day=last), several=True)


def _month(match: re.Match[str], year: int, month: int, mark: str) -> Days:
    first, last = _MARKS.get(mark, (1, 31))
    return _days(match, date(year, month, first), date(year, month, min(last, last_day(year, month))), several=True)


def _month_only(match: re.Match[str], today: date) -> Days | None:
    month = parse_numeral(match["month"]) or 0
    year = _year_of(match, today)
    if year is None:
        year = today.year if month <= today.month else today.year - 1
    return _month(match, year, month, match["mark"] or "")


def _near_month(match: re.Match[str], today: date) -> Days | None:
    back = {"上上": 2, "上": 1, "下": -1}.get(match["which"].rstrip("个一"), 0)
    base = months_before(today.replace(day=1), back)
    return _month(match, base.year, base.month, match["mark"] or "")


def _month_edge(match: re.Match[str], today: date) -> Days | None:
    base = today if match["mark"] == "初" or today.day > 20 else months_before(today.replace(day=1), 1)
    return _month(match, base.year, base.month, match["mark"])


def _year(match: re.Match[str], today: date) -> Days | None:
    year, season = _year_of(match, today) or today.year, match["season"] or ""
    for name, (month, day) in _SEASON_STARTS.items():
        if name in season:
            last = months_before(date(year, month, day), -3) - timedelta(days=1)
            return _days(match, date(year, *_SEASON_ENTERED.get(season, (month, day))), last, several=True)
    first, last = date(year, 1, 1), date(year, 12, 31)
    if "初" in season:
        last = date(year, 3, 31)
    elif "底" in season:
        first = date(year, 11, 1)
    return _days(match, first, last, several=True)


def _season(match: re.Match[str], today: date) -> Days | None:
    """The latest such season that has begun."""
    season = match["season"]
    month, day = _SEASON_STARTS["秋" if "秋" in season else season.strip("天开")]
    year = today.year if date(today.year, month, day) <= today else today.year - 1
    last = months_before(date(year, month, day), -3) - timedelta(days=1)
    return _days(match, date(year, *_SEASON_ENTERED.get(season, (month, day))), last, several=True)


def _year_edge(match: re.Match[str], today: date) -> Days | None:
    return _days(match, date(today.year, 1, 1), date(today.year, 3, 31), several=True)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Days | None]], ...] = (
    (_AGO, _ago),
    (_TENS_OF_MONTH, _tens_of_month),
    (_NUMERIC, _date),
    (_SHORT_NUMERIC, _date),
    (_BARE_NUMERIC, _date),
    (_DATE, _date),
    (_RELATIVE, _relative),
    (_WEEKDAY, _weekday),
    (_WEEK, _week),
    (_LAST_DAYS, _last_days),
    (_NEAR_MONTH, _near_month),
    (_DAY_OF_MONTH, _day_of_month),
    (_MONTH_ONLY, _month_only),
    (_MONTH_EDGE, _month_edge),
    (_YEAR, _year),
    (_YEAR_EDGE, _year_edge),
    (_SEASON, _season),
)
