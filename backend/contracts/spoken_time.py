"""Times as an old person says and reads them: 今晚7点19分, 明天上午9点半, 11月25日(周三). Everything in Asia/Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=8))  # Asia/Shanghai has had no summer time since 1991
_WEEKDAYS = "一二三四五六日"
# The hour from which a part of the day is called so (TAXONOMY section 4; one name for each hour).
_PARTS = ((18, "晚上"), (13, "下午"), (11, "中午"), (8, "上午"), (5, "早上"), (0, "凌晨"))
_DAYS = {-1: "昨天", 0: "今天", 1: "明天"}
_SHORT = {"天晚上": "晚", "天早上": "早"}  # 今晚, 明早
_END_OF_DAY = (23, 59)
_JUST_NOW = timedelta(minutes=10)


def day_text(at: datetime) -> str:
    """A date with its weekday: 11月24日(周二)."""
    local = at.astimezone(LOCAL)
    return f"{local.month}月{local.day}日(周{_WEEKDAYS[local.weekday()]})"


def clock_text(at: datetime) -> str:
    """The hour with its part of the day, exact to the minute: 下午3点48分, 上午9点半, 中午12点."""
    local = at.astimezone(LOCAL)
    part = next(name for begins, name in _PARTS if local.hour >= begins)
    hour = local.hour - 12 if local.hour > 12 else local.hour
    minutes = {0: "", 30: "半"}.get(local.minute, f"{local.minute:02d}分")
    return f"{part}{hour}点{minutes}"


def near_day(at: datetime, *, now: datetime) -> str:
    """昨天, 今天, 明天; "" for any other day."""
    gap = at.astimezone(LOCAL).date() - now.astimezone(LOCAL).date()
    return _DAYS.get(gap.days, "")


def moment_text(at: datetime, *, now: datetime) -> str:
    """A moment seen from `now`: 刚刚, 今天下午3点12分, 昨晚9点05分, 11月20日."""
    if timedelta() <= now - at < _JUST_NOW:
        return "刚刚"
    local, near = at.astimezone(LOCAL), near_day(at, now=now)
    return _joined(near, clock_text(at)) if near else f"{local.month}月{local.day}日"


def by_text(at: datetime, *, now: datetime) -> str:
    """By when somebody comes: 今晚7点19分; on a day that has no such name the date stands: 11月24日上午10点."""
    local, near = at.astimezone(LOCAL), near_day(at, now=now)
    return _joined(near, clock_text(at)) if near else f"{local.month}月{local.day}日{clock_text(at)}"


def due_day(at: datetime, *, now: datetime) -> str:
    """今天(11月22日), 明天(11月23日)下午3点12分, 11月25日(周三): a text may be read a day later, so the date stands beside; the
    hour only where the promise is not for the whole day."""
    local, near = at.astimezone(LOCAL), near_day(at, now=now)
    day = f"{near}({local.month}月{local.day}日)" if near else day_text(at)
    return day if is_whole_day(at) else f"{day}{clock_text(at)}"


def due_date(at: datetime) -> str:
    """The same in a text that nobody knows when is read: 11月25日(周三), 11月22日晚上10点19分."""
    local = at.astimezone(LOCAL)
    return day_text(at) if is_whole_day(at) else f"{local.month}月{local.day}日{clock_text(at)}"


def is_whole_day(at: datetime) -> bool:
    """Whether a promise is for the day and not for its hour: working-day limits end with the last minute."""
    local = at.astimezone(LOCAL)
    return (local.hour, local.minute) == _END_OF_DAY


def _joined(day: str, clock: str) -> str:
    said = f"{day}{clock}"
    return next((said.replace(long, short, 1) for long, short in _SHORT.items() if long in said), said)
