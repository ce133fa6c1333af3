"""When it happened, against the message's own time in Asia/Shanghai: point, interval, since, recurring, vague, future."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from backend.contracts.conversations import OccurredAt, TimeKind
from backend.contracts.understanding import Span, TimeMention
from backend.domain.calendar import SHANGHAI
from backend.domain.language.denied import BLANK, PADDING, behind_slip, is_denied, without_denied_first
from backend.domain.language.normalise import normalise
from backend.domain.language.numerals import DIGITS
from backend.domain.language.tables import load_table
from backend.domain.language.time_frames import find_frames
from backend.domain.language.time_values import Found, to_utc

# 今天天气真冷, 今天必须给个说法, 明天再跟你说, 周末上班不, 三九天, 现在的人: no moment at which something happened.
_NOT_THEN = re.compile(
    # 这礼拜三回了: three times this week
    r"(?<=[这上本个]礼拜)[一二三四五六](?=[回次趟遍])|(?<=[这上本个]星期)[一二三四五六](?=[回次趟遍])|(?<=[这上本]周)[一二三四五六](?=[回次趟遍])"
    r"|(?:门市|底商|门面|门脸|网点|商铺|摊位|铺位|档口|车库|床子)房?\s?\d{1,4}号"
    r"|(?<=站)前天(?=桥)|(?:[上下值倒加]个?)?(?:大|小|后)?[夜晚早中白]班(?!车)|今[天儿日]个?(?=必须|务必|就?得给|之内|一定)|(?:今天|今儿个?|今日|明天|这)?(?:的)?天(?:气|儿(?=[^,。]{0,3}[冷热好]))"
    r"|(?:明[天儿早晚]个?|后天|晚上|晚点儿?|下午|过[两几]天|改天|周末|周[一二三四五六日])(?=再(?:跟|给|和|找|打|说|聊|讲|报|补|发|联系|细说|看看))"
    r"|(?:周末|双休日?|节假日|(?:周|礼拜|星期)[六日天]|中午|晚上|夜里|明天|今天|国庆|过年|春节)"
    r"(?=(?:你们|您|咱们|那边|单位)?(?:也|还)?(?:不?上班|不?营业|开门|办公|不?休息(?=吧)|有人(?:上班|值班|接)?|休息|放假)(?:不|吗|么|没|呢|吧|\?))"
    r"|(?:数九寒?|三九|三伏|数伏)天|(?:365|三百六十五)天|(?:去年|前年|今年|上个月|前[几两]年)(?=就?(?:走了?(?=[,。!\s]|$)|去世|过世|没了(?=[,。\s]|$)|退休|结婚|做的?手术))"
    # 孩子明天还得上学, 说明天来修: what is ahead of somebody, and what was promised
    r"|(?:明[天儿日早晚]个?|后天|今晚)(?:早上|一早|上午)?(?=(?:还|就|又|也)*(?:得|要|有)?(?:早起|上学|上班|上课|上早班|考试|[高中]考|期末|结婚|出院|住院|做?手术|回门|赶车|赶火车))"
    r"|(?<=说|讲|定|应)(?:是|等|了)?(?:明[天儿日早晚]个?|后天|大后天)(?=[^,。!?\s]{0,6}(?:来(?!水|电|气|暖)|修|弄|到|办|解决|处理|派|上门|过来|给))"
    r"|(?:现在|目前)(?=这个?(?:号|电话|手机)|(?:用|打|发)的(?:这个)?(?:号|电话|手机))"
    r"|(?:今[天儿]个?|今日)(?=天儿?[^,。]{0,3}(?:不错|好|冷|热|晴|阴|凉|暖和))"
    r"|(?:现在|如今)(?=(?:的|这)(?:人|年轻人|孩子|社会|物业|东西|年头)|改(?!口)|叫(?!人|唤|得)|变成|成了|归)"
    r"|(?:现在|如今)(?=(?:可|真是?|简直|实在|也)*(?:太|真)?(?:不像话|不像样|不得了|没法|了不得)|可(?:真|太|不))"
    # 往常都是十五号到, 说好月底结账, 晚上都不敢出屋: what is usual, what was promised, what comes of it
    r"|以前(?=(?:都|也|可|从来|根本|就|压根|哪)*(?:没(?!人)|不|好好|挺好|有过))"
    r"|(?:平时|平常|一般)(?:都|就|是|每月|每个月)*\d{1,2}[号日]"
    r"|(?:往常|以往|按理说?|说好|答应|约好|讲好|承诺)(?:了|的|都|是|就|说|在|我们?|俺们?)*[^,。!?\s]{0,6}"
    r"|(?<![天昨今前])(?:晚上|夜里|半夜|白天|大白天)(?=(?:都|也|谁)*(?:不敢|没人敢|没法|敢)(?:出|下|回|走|开|睡|过|进|上)"
    r"|(?:就|里)?(?:是|都|也|啥也|什么都)?(?:一片)?(?:黑|漆黑|乌漆|看不[见着清]|伸手不见))"
    # 每次380, 每个月收三百: a price
    r"|每(?:次|回|个?月|年|天|学期)(?=(?:都|要|就|得|是|收|交|给|扣|涨|多|我|我们?|了)*\s*(?:\d{2,}|[一二两三四五六七八九十几]+[百千万])(?:块|元|多|钱|来|$|[,。\s]))"
    # 每天爬十二楼, 能不能今天就来: what the trouble costs, and what is wanted
    r"|(?:每天|天天|成天|整天|见天儿?)(?=(?:都|得|要|就|来回|上下|还|也|只能|靠)*(?:爬|走(?:楼梯|着|上|下)|绕|拎|提|扛|挑|背|打车))"
    r"|今[天儿晚日](?:个)?(?=(?:就|能|能不能|可以|得|赶紧|赶快|先|给|派人|派个人|上门)*(?:来(?!水|电|气|暖)|派|修|弄|办|解决|处理)(?!过|了|的))"
)
_NEITHER_DAY = re.compile(r"不是\d{1,3}(?:号楼|栋)[,\s]*(?:而|应该)?是\d{1,3}号(?=$|[\s,。!])")  # 不是5号楼 是15号
_SURE = 78  # the rank of a start that is tied to its words; a recurrence needs one less
_LASTING = 80  # the rank of a bare length of time
_DAILY = frozenset({"天天", "每天", "成天", "整天", "见天", "见天儿", "每日", "一天到晚", "整宿", "成宿", "早晚"})
_PINYIN: dict[str, str] = load_table("times")["pinyin"]
_SPOKEN_YEAR = re.compile(r"二[零〇○][零一二三][零〇一二三四五六七八九](?=年)")
_PINYIN_WORD = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(_PINYIN, key=len, reverse=True))})(?![A-Za-z])", re.IGNORECASE)


def parse_time(text: str, message_time: datetime) -> TimeMention | None:
    """The time of the problem, None when none is named; `message_time` must be aware (ValueError otherwise).

    Bounds are aware UTC and inclusive; a day ends at 23:59:59 local time. Of several expressions the one tied to the start of the
    problem wins: a span that still lasts, then a stretch, a recurrence, a duration, a day, hours, and vague words last.
    """
    return time_in(normalise(text).text, message_time)


def time_in(text: str, message_time: datetime) -> TimeMention | None:
    """`parse_time` for text that is normalised already."""
    if message_time.tzinfo is None:
        raise ValueError("message_time must be aware")
    now = _within_calendar(message_time).astimezone(SHANGHAI)
    text = _spelt_out(_NOT_THEN.sub(_blank, without_denied_first(_NEITHER_DAY.sub(_blank, text))))
    slip = behind_slip(text)
    frames = [frame for frame in find_frames(text, now) if frame.begin == slip or not is_denied(text, frame.begin)]
    frames = [frame for frame in frames if frame.begin >= slip] or frames
    if not frames:
        return None
    best = _best(frames)
    again, since = _again_and_since(text, frames, now)
    if again is None or since is None:
        return _mention(text, best)
    # 一下雨就漏 打去年就这样: what comes again, and since when
    mention, words = _mention(text, again), _mention(text, since).span.text
    joined = replace(mention.occurred_at, text=f"{mention.span.text},{words.strip()}", start=to_utc(since.start))
    return replace(mention, occurred_at=joined)


def _best(frames: list[Found]) -> Found:
    return max(frames, key=lambda frame: (frame.rank, -frame.begin))


def _again_and_since(text: str, frames: list[Found], now: datetime) -> tuple[Found | None, Found | None]:
    """The recurrence and the start of it, when a message tells both. A bare 天天 away from the start is an effect (天天爬楼), and
    no habit began today."""
    starts = [frame for frame in frames if frame.kind is TimeKind.SINCE and frame.rank >= _SURE]
    since = _best(starts) if starts else None
    if since is None or since.start is None or since.start.date() >= now.date():
        return None, None
    again = [
        frame
        for frame in frames
        if frame.kind is TimeKind.RECURRING
        and frame.rank >= _SURE - 1
        and (frame.finish <= since.begin or since.finish <= frame.begin)
        and (text[frame.begin : frame.finish] not in _DAILY or _right_behind(text, since, frame))
    ]
    return (_best(again) if again else None), since


def _right_behind(text: str, since: Found, again: Found) -> bool:
    """打上个月起 天天放音响, not 坏了五天了 天天爬楼."""
    tied = since.rank != _LASTING
    return tied and again.begin >= since.finish and not text[since.finish : again.begin].strip(" ,")


def _blank(match: re.Match[str]) -> str:
    return BLANK * len(match[0])


def _spelt_out(text: str) -> str:
    """zuotian as 昨天, with blanks for the letters that are left over, and 二零二四年 as 2024年: positions stay."""
    text = _SPOKEN_YEAR.sub(lambda match: "".join(str(DIGITS[char]) for char in match[0]), text)
    return _PINYIN_WORD.sub(lambda match: _PINYIN[match[0].lower()].ljust(len(match[0]), PADDING), text)


def _within_calendar(moment: datetime) -> datetime:
    """The lunar tables and the arithmetic hold from 1950 to 2100; a clock outside that is wrong anyway."""
    low, high = datetime(1950, 1, 1, tzinfo=timezone.utc), datetime(2099, 12, 30, tzinfo=timezone.utc)
    return min(max(moment, low), high)


def _mention(text: str, found: Found) -> TimeMention:
    words = text[found.begin : found.finish].replace(PADDING, "")
    behind = text[found.finish :]
    finish = found.finish + len(behind) - len(behind.lstrip(PADDING))
    known = found.kind not in (TimeKind.RECURRING, TimeKind.VAGUE)
    start, end = (to_utc(found.start), to_utc(found.end)) if known else (None, None)
    if start is not None and end is not None and end < start:
        end = start + timedelta(0)
    return TimeMention(Span(found.begin, finish, words), OccurredAt(words, found.kind, start, end))
