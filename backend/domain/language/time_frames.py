"""How a moment is meant: a point, a stretch, something that lasts since then, that comes again, or that is still to come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from backend.contracts.conversations import TimeKind
from backend.domain.language.calendar_words import heating_start, solar_term
from backend.domain.language.day_words import latest, shift
from backend.domain.language.tables import load_table
from backend.domain.language.time_moments import Moment, find_moments
from backend.domain.language.time_values import Found, approximate_count, at, day_end, day_start, months_before

_TABLE = load_table("times")


def _words(name: str) -> str:
    return "|".join(sorted(_TABLE[name], key=len, reverse=True))


_FROM = re.compile(r"(?:打从|自打|自从|从打|打|从|自|由|起)(?:了)?\s*$")
_TILL_NOW = r"(?:一直)?(?:到|至|直到)(?:现在|如今|这会儿|这阵儿|目前|眼下|今天|今儿|今日|今)"
_SINCE_BEHIND = re.compile(
    r"(?:(?:以后|之后|过后)(?=就|一直|没|再没|再也|总)|(?:的|那天|那会儿|当天|那时候|那时|时候|钟|左右|晚上|早上)*(?:起(?!来|码|火|重)|开始|以来|往后"
    rf"|{_TILL_NOW}|一直(?!到)|就一直))"
)
# 9月份就开始了, said of a day or longer; 早上五点就开始跳 is a clock time of something that comes again.
_BEGAN = re.compile(
    r"(?:的时候|那会儿|那天)?(?:就|才|又)开始(?![跳放唱吵闹叫砸敲凿钻喊吆装])|(?<![冬夏春秋]天)(?<!年)(?=(?:就|已经)(?:这样|那样)(?:儿|子)?(?:了|的|啊|[,。!\s]|$))"
)
_AFTERWARDS = re.compile(r"(?:以后|之后|过后)(?:吧|呗|呢|的事儿?)?(?=\s*(?:$|[,。!\s\x01]))")  # 国庆节以后, as the whole answer
_STILL = re.compile(rf"[^。!?\n]{{0,12}}?{_TILL_NOW}")
# 从早六点喊到天黑: from morning till night, day by day.
_ALL_DAY_LONG = re.compile(rf"(?!等|坐|守|打|排|找)[\u4e00-\u9fff]{{0,2}}(?:到|至)(?!{_TILL_NOW}|现|如今|今|这会儿|目前|眼下|\d)")
_AND = ("", "、", "和", "跟", "与", ",", " ")
# 从15号停到18号, 从早上八点吵到晚上十点
_TO_DOING = re.compile(
    r"\s*(?:就|一直|开始)?[停断坏漏吵闹跳唱响干做租欠拖忙施敲砸堵跑放冒臭停喊叫嚷折腾][\u4e00-\u9fff]{0,2}?(?:到|至)"
)
_LISTED = ("、", "和", "跟", "与")
_TO = re.compile(r"\s*(?:的)?(?:到|至|-|~|—)\s*")
# 昨天报的修, 周一打的电话: when it was reported, not when it began.
_REPORTED = re.compile(
    r"\s*(?:我|就|也|俺|才|又|都|刚|给你们|跟你们|找物业|给物业|向你们|在你们这|已经|,)*(?:报(?!废|警器)"
    r"|打(?:了|过|的)?(?:个|一?遍|好?几?[遍次])?(?:电话|热线|96715|12345)|反映|反应|投诉|登记|提交|上报"
    r"|说(?:的|好|了|过|是|要|来)|问|来(?:人|过|了人|了个)|修(?:过|完|好)|约|答应|催|交(?:的|了|过)?(?:费|钱)"
    r"|给(?:你们|物业|他们|热力)[^,。]{0,4}打)"
)
_NOTICED = re.compile(r"(?:我|俺|早上|晚上|上午|下午)*(?:才|刚)(?:刚)?(?:碰|看|发现|瞅|遇|注意|知道|听说|走到|路过)")
_HARDLY = 35  # the rank of the day on which somebody came upon it
_COMES_AGAIN = re.compile(
    r"[^,。!?]{0,2}(?:总是|总|老是|老(?!人|头|太|旧|师|板|小)|经常|时常|就开始(?:跳|放|唱|吵|闹|叫)|都(?:是|要"
    r"|得|会))"
)
_EVERY = re.compile(
    rf"(?!(?<=[周期拜初十])一)(?:(?P<strong>每个?(?:周|星期|礼拜)[一二三四五六日天末]+|(?<![周期拜初十\d])一到|(?<![一今昨明前])(?!(?<=[去头大本当往])年年)(?:{_words('recurring')})"
    r"|每个?(?:天|日|周末|周|星期|礼拜|月|年|晚上|早上|早晨|晚|夜|半夜|凌晨|中午|下午|上午|小时|季度)"
    r"|一(?:入冬|到冬|上冬|起风|供暖|打雷|化雪|用电|做饭|放学|下班)"
    r"|一(?:放学|上学|上班|开学|放假|过年|停电|来电|来水|开栓|上冻|化冻|天黑|起雾|阴天|开春|入伏|洗澡|涨水|发水)(?=就)"
    r"|一个?(?:天|宿|晚上|周|星期|礼拜|月)(?:总|得|能|都|要|少说|最少|至少|起码|怎么也)*有?(?:那么|个)?(?:好?几|\d{1,2}|[一两二三四五六七八九十]{1,2})(?:回|次|趟|遍)"
    r"|[春夏秋冬]天一(?:来|到)|(?<!一)天(?:气)?一(?:冷|热|黑|凉|暖)(?=就|[,。 ]|$|不敢)"
    r"|(?<![\d个上这本])(?:工作日|双休日|节假日|周末)(?=也|都|还[在没施])"
    r"|一(?:下|刮|起|来)[大小点场个]{1,2}(?:雨|雪|风|雾)|(?:下雨|下雪|刮风|阴雨?|雨|雪)天(?=就|都|总|老|更|没法|必)"
    r"|(?:尤其|特别)是?(?:一到|到了?)?(?:晚上|夜里|半夜|早上|早晨|中午|下午|周末)|有时候|(?<!时)有时(?![间无效段刻])|偶尔|(?<![一二三四五六七八九十\d周拜期第])(?:一三五|二四六)(?=的|晚|早|都|就)"
    rf"|逢(?:年|周|单|双|集|下)|(?:周|星期|礼拜)[一1](?:到|至|-)(?:周|星期|礼拜)?[五六日天567](?=(?:的)?(?:早|晚|上午|下午|中午|每天|全天|白天|夜里|半夜)*(?:都|每|天天|就|总|老))|[隔]\S天))"
)
_WEAK_EVERY = re.compile(r"(?:有时候?|偶尔|每次|每回|经常|时常|平时|动不动|时不时|常年|一到|隔几天)$")
# 晚上七点以后有人, 下午三点以后在家: when somebody may come, not when it happened.
_AT_HOME = re.compile(
    r"(?:以后|之后|过后|以前|之前)(?:我|俺|我家|家里|家)?(?:都|才|就|一般)*"
    r"(?:在(?:家|[,。\s]|$)|有人(?=[,。\s上下]|$)|方便|能接|可以(?:来|上门|打)|都?可以|下班|回家[,。\s]|来都?行)"
)
# 早上六点就开始砸, 天不亮就有人吆喝, said of no day
_AT_THAT_HOUR = re.compile(
    r"[^,。!?]{0,2}就(?:开始|在)?(?:砸|敲|凿|钻|喊|吆喝|装卸|打鸣|叫唤|(?:有|来)[^,。!?]{1,9}?(?:砸|敲|喊|吆喝|叫卖|卖|装卸|放|跳|唱)"
    r"|放(?:炮|鞭炮|音乐|歌|喇叭))"
)
# 晚上吵得睡不着, 晚上烟大: a part of the day with what goes on then, and nothing that is over or only just so
_AS_USUAL = re.compile(
    r"\s?(?![^,。!?;]*(?:还在|正在|突然|刚|发现|[了过](?:$|[,。!?;])))[^,。!?;]{0,8}?(?:[吵闹](?:得|的|人|腾)|[闪照亮晃震熏呛]得|[太老]?吵(?=$|[,。\s])"
    r"|唱(?:歌|戏|K)|跳(?:舞|广场舞)|蹦迪|放(?:音乐|歌|炮|鞭炮|喇叭)|打(?:麻将|牌|鸣)|狗叫|叫唤|吆喝|喊麦|烧烤|摆摊|出摊|嗡嗡|不让人?睡"
    r"|睡不[着好]|[烟味]儿?大|呛[人得]|晃眼|飙车|炸街|不[敢能]出门)"
)
# 堵三天, 不亮半个月: a fault and how long, with nothing behind
_FAULT_FOR = re.compile(
    r"(?:[没停断](?:有|了)?(?:水|电|气|网|暖气?)|不[亮热通走转着暖]|不好使|[堵坏漏断黑臭吵响停]|没人[修管清收扫])(?:了|有|得有|快)?\s*$"
)
_BEFORE_SPAN = re.compile(r"(?:^|[\s,。!?;、\x01])(?:也就|大概|大约|差不多|估计|可能|怎么也|少说|就|才|得|应该|总)*(?:有|是)?$")
_CLOSES = re.compile(r"(?:左右|多|整)?(?:的?事儿?|的样子|光景)?(?:吧|呗)?(?:$|[\s,。!?;、\x01])")
# 一年 三千, 一个月 两次: what is paid or done in that time
_PER = re.compile(
    r"(?:左右|多|吧|呗|整)?\s*(?:收|交|得|要|涨|是|能|就|总共|一共)*\s*(?:\d+|[一二两三四五六七八九十百千万几]+)(?:多|来)?(?:块|元|钱|次|回|趟|遍|毛|百|千|万)"
)
# 总是大半夜, 一般晚上八点
_AS_A_RULE = re.compile(r"(?:总是?|老是|经常|常常|一般都?|(?<![哪得])都是|多半)(?:是|在|到|一到)?$")
# 晚上九点以后, said of no day; not 晚上九点以后停的电
_EACH_TIME_FROM = re.compile(r"(?:以后|之后|过后)(?!才?(?:停|断|坏|没|漏|爆|来|再|你|打|联系|给))")
_NTH_DAY = re.compile(
    r"(?:这|都|已经|今天)+(?:是)?第(?P<count>[二三四五六七八九十]{1,2}|\d{1,2})天|第(?P<alone>[二三四五六七八九十]{1,2}|\d{1,2})天了"
)
_EVERY_TAIL = re.compile(
    r"(?:的|到|逢|个|,)?\s*(?:下雨天?|下雪天?|刮风|阴天|阴雨天|雨天|雪天|冬天|夏天|春天|秋天|周末|节假日|过年"
    r"|天黑|停电|停水|(?:做|吃)?饭点儿?|(?:做饭|吃饭|洗澡|用水|用电)(?:的)?(?:时候|时间|高峰)?|上下班|高峰期?|变天|化雪|放学|夜里|供暖期|降温)?"
)
_COUNT = r"(?:\d{1,3}|[一二两俩三仨四五六七八九十廿]{1,3})"
_UNIT = r"(?:拉月|天[一两二三四五六七]宿|天|宿|周|个?[多来]?(?:星期|礼拜|月|小时|钟头)|年|分钟)"
_LASTS = re.compile(
    r"(?P<lead>都|已经|这(?=半|几|小)|快|得有|能有|(?<!没)有|连着|连续|足足|整整|断断续续|断了|停了|坏了|漏了|堵了|等了|停水|停电"
    rf"|停气|停暖|将近|小|大约|大概|差不多"
    r"|(?<![才就][一-龥])(?<=[堆冒压拖欠吵闹响黑趴丢围躺流淌滴渗返臭冻挂塌裂泡旷晾占叫挖修灭黄凉暗喷飘熏挡倒锁扣缺淹憋跑])了(?=(?:半|\d{1,3}|[一两俩三仨四五六七八九十几]{1,3})[多来几大]?个?[半多来]?(?:天|宿|周|星期|礼拜|拉?月|年)))*"
    rf"\s*(?:(?<![\d.第前后])(?P<big>{_COUNT})个?(?P<big_unit>年|月|周|星期|礼拜)(?:零|又|带|外带|加))?"
    rf"(?<![\d.第前后])(?<![昨今前]天)(?!三[九伏]天)(?P<count>{_COUNT}|半)(?P<many>几|多"
    rf"|来)?(?P<half>个半)?(?P<unit>{_UNIT})(?P<over>多|半)?"
    rf"(?P<tail>了(?!解)|没|不(?!到)|都没|都不|也没|还没|还不|一直|没人|无人|断断续续)?"
)
_NOT_LASTING = re.compile(
    r"\s*(?:就?又|内|之内|以内|以后|之后|后|前|之前|以前|左右来|(?:的)?(?:工资|伙食|佣金|药|卡|假|班)|的(?:房|孩|合同|工资|保修|时间内|供暖费|物业费|期限)"
    r"|期|级|保|一次|两次|一趟|两头|一交|的工夫|热线|营业|供应|服务|值班)"
)
_CORRECTS = re.compile(r"不对|错了|不是|改成|应该是")
_DAYS_LATER = re.compile(
    rf"(?P<count>{_COUNT})(?:个)?(?P<unit>天|周|星期|礼拜|月)(?:以后|之后|后)"
    rf"|(?:再)?过(?:个)?(?P<count2>{_COUNT})(?:个)?(?P<unit2>天|周|星期|礼拜|月)"
)
_LAST_NIGHT = re.compile(
    r"(?:整整|一整|整)?(?:一宿|一夜|一晚上|整宿)(?:都|也|根本)?(?=没睡|没合眼|没敢睡|没法睡)|(?:一宿|一夜|一晚上)(?:都|也|根本)?(?=睡不)"
)
_HOURS_AGO = re.compile(rf"(?P<count>{_COUNT}|半)(?:多)?个?(?P<half>半)?(?P<unit>小时|钟头|分钟|刻钟)(?:以前|之前|前)")
_HEATING = re.compile(
    r"(?P<from>打从|自打|自从|打|从|自)?(?:今年|这个|本)?(?:供暖期|采暖期|供暖|供热|开栓|开始供暖|来暖气|送暖"
    r"|给暖|打开栓|(?:供上|给上|送上|通上|来)(?:了)?(?:暖气?|气|热))(?:季)?(?P<behind>以来|(?:的?(?:头一天|第一天|头天|当天))(?:起|开始)?|开始(?:到现在)?|那天起|那天(?:开始)?(?:到现在)?|起|到现在|至今|之后|以后|就没|到今天|就不"
    r"|一直)"
)
_SEASON = re.compile(
    r"(?:打从|自打|自从|打|从|自)(?:今年)?[入开](?:了)?(?P<after>[冬春夏秋])(?:以来|到现在|开始|起)?"
    r"|[入开](?P<alone>[冬春夏秋])(?:以来|到现在|开始|起|就(?=没|不|一直|开始|有|漏|坏|这样|停)|之后|以后|一直|那(?:会儿?|时候|阵儿?)|的时候|(?=[盖建搭修挖拆搬种砍装封围圈][一-龥]?的))"
)
_TERM = re.compile(
    r"(?:打从|自打|自从|打|从|自)?(?:今年)?(?:[这本]个?(?:新)?学期(?:一?开学|一?开始|初)?(?:以来|到现在|至今|开始|起)?"
    r"|(?:新学期)?开学(?:以来|到现在|至今|开始|起|以后|之后|(?=就|一直)))"
)
_TERM_STARTS = ((3, 1), (9, 1))
_SEASON_STARTS = {"冬": "立冬", "春": "立春", "夏": "立夏", "秋": "立秋"}
_VAGUE = re.compile(
    rf"(?:都|已经|有|得有)??(?P<words>{_words('vague')}|(?:{_words('festivals')}|{_words('solar_festivals')}|过年)(?:以前|之前|前)(?=就|的(?:时候|事)|开始|干|坏|那|报|一直|已经|漏|停)"
    r"|(?<![\d一二两三四五六七八九十几半多去今前明头后往当每近周成常新上下整来])年[前后](?=就|那|的|,| |$))(?:了)?"
)
_LONG = re.compile("个把|好几|好多|好些|日子|时间|久|年头|一阵")
_NOT_VAGUE = re.compile(r"(?:不|没|差不|第|那)$")
_HOW_LONG = re.compile(r"(?:几天|多少天|几个月|几年)(?:内|之内)?(?:能|可以|才能?|就能|给|会|办|修|来|到)")  # 得几天能来
# 刚才那个路灯, 刚才不是说了嘛: what was told just now, and no time.
_NOW = re.compile(
    rf"(?:{_words('now')})(?!才?(?:说|报|讲|反映|提)?(?:的)?那(?:个|件|盏|条|事))"
    r"(?!才?(?:我|俺|不是|不都|都|已经|就|也)*(?:(?:跟|和|给|对)[你您]们?)?(?:都|就)?(?:说|讲|告诉|写|发)(?:过|了|给|的|完|清楚))"
)
_NOT_NOW = re.compile(
    r"过(?=[早晚上下中]|\d|[一二两三四五六七八九十]{1,2}点)|[搬买装换入结出好交办充缴]|(?:到家|回家|下班|下夜班|回来|进屋|进门|睡醒|起来|起床)(?!了?(?:就|发现|一看|一开|看见|停|没))|开始供|修完|供暖|供热|开栓"
)
_PRESENT = re.compile(_words("present"))
_LONGEST_COUNT = 99
_OTHER_TERM = re.compile(r"(?:住院|保修|质保|工期|合同|试用|请假|放假|培训|学期|租期?|签|办卡?|有效)期?[\s,:]*$")  # 住院 三天
# 房子空了一年, 住了二十年: how the resident lives, and no trouble that lasts
_OF_LIFE = re.compile(
    r"(?:空|空着|空置|闲置|没住人|没人住|结婚|退休|搬来|搬进来|搬过来)(?:了|着|有|快|都|已经|将近|差不多|得有|能有)*$"
)
_NEARLY = re.compile(r"(?:快|小|将近|差不多)\s*$")  # 都快一个月了: not yet a month
# 在这干了八个月了, 住了十年: how long somebody is there, and no more than that where a day is told
_TENURE = re.compile(r"(?:干|上班|工作|打工|任教|住|租|结婚|退休|开店|练|学)了?(?:都|快|有|整整|已经)*\s*$")
_OF_A_STAY = 45
_BARE_SPAN = 68  # less than a day that is named
_PLAN = 6  # characters between a time to come and how long it will last: 打明儿起停水三天
_SMALL_HOURS = 6  # who says 今晚 before that means the evening that is over
_NOON = timedelta(hours=12)
_NEXT_DAYS, _NEXT_MONTH = timedelta(days=3), timedelta(days=31)
_WAITED = re.compile(r"等[了过]?(?:快|将近|差不多|足足|整整|得?有|大概|小)?$")  # how long somebody stood there, not since when
_MINUTES = ("钟", "时", "头")
_RECENT = timedelta(minutes=30)
_PLANNED = re.compile(r"[^,。!?]{0,5}?(?:要|会|将|得|来(?!了|过)|派|准备|打算|再|以?前|能)")


def find_frames(text: str, now: datetime) -> list[Found]:
    """Every time expression of normalised text with its kind, local bounds and rank; `now` is the message's local time."""
    said = [moment for moment in find_moments(text, now) if moment.days or not _AT_HOME.match(text, moment.finish)]
    moments = [_a_day_earlier(moment) if _is_of_the_day_before(text, moment, now) else moment for moment in said]
    every = _recurrences(text, moments)
    free = [
        moment for moment in moments if not any(moment.begin < found.finish and found.begin < moment.finish for found in every)
    ]
    told = list(_moments(text, free, now))
    ahead = [found.finish for found in told if found.kind is TimeKind.FUTURE]
    lasting = [
        each
        for each in _durations(text, now, free)
        if text[each.finish - 1] == "了" or not any(0 <= each.begin - end <= _PLAN for end in ahead)
    ]
    frames = [*every, *told, *lasting, *_seasons(text, now), *_hours_ago(text, now)]
    frames += [*_last_night(text, now), *_nth_day(text, now)]
    return frames + _loose_words(text, now, frames)


def _recurrences(text: str, moments: list[Moment]) -> list[Found]:
    found = []
    for match in _EVERY.finditer(text):
        finish = _reach(text, match.start(), match.end(), moments)
        weak = bool(_WEAK_EVERY.search(match[0])) and finish == match.end()
        if match[0].startswith(("一到", "一逢")) and finish == match.end():
            continue
        # 坏了五天了,老太太天天爬楼: a bare 天天 says less than how long it lasts.
        rank = 35 if weak else 85 if finish > match.end() else 77
        found.append(Found(match.start(), finish, TimeKind.RECURRING, rank=rank))
    found = _as_one(found)
    return found + [habit for habit in (_habit(text, moment) for moment in moments) if habit is not None]


def _as_one(found: list[Found]) -> list[Found]:
    """天天 早晚7点20到8点: recurrences right behind each other are one."""
    joined: list[Found] = []
    for each in sorted(found, key=lambda one: one.begin):
        before = joined[-1] if joined else None
        if before is not None and before.finish == each.begin:
            joined[-1] = replace(before, finish=each.finish, rank=max(before.rank, each.rank))
        else:
            joined.append(each)
    return joined


def _habit(text: str, moment: Moment) -> Found | None:
    """A moment that the words beside it tell to come again: 总是大半夜, 晚上九点以后, 早上六点就开始砸, 周末总停电."""
    begin, finish = moment.begin, moment.finish
    if moment.days is None:
        usual, onward = _AS_A_RULE.search(text[:begin]), _EACH_TIME_FROM.match(text, finish)
        if usual or _AT_THAT_HOUR.match(text, finish):
            return Found(usual.start() if usual else begin, finish, TimeKind.RECURRING, rank=72)
        if moment.hours is not None and not moment.hours.exact and _AS_USUAL.match(text, finish):
            return Found(begin, finish, TimeKind.RECURRING, rank=72)
        if onward and not (_SINCE_BEHIND.match(text, finish) or _FROM.search(text[:begin])):
            return Found(begin, onward.end(), TimeKind.RECURRING, rank=72)
    several = moment.days is None or moment.days.weekly or moment.several
    return Found(begin, finish, TimeKind.RECURRING, rank=72) if several and _COMES_AGAIN.match(text, finish) else None


def _reach(text: str, start: int, finish: int, moments: list[Moment]) -> int:
    """A recurrence takes the days and hours behind it along: 每天早上六点到八点, 一到周末."""
    tail = _EVERY_TAIL.match(text, finish) if text[start] in "每一逢只" else None
    if tail and tail[0].strip(" 的到逢个,"):
        finish = tail.end()
    for moment in moments:
        beside = finish <= moment.begin and (
            not text[finish : moment.begin].strip(" 的到在,个") or _TO.fullmatch(text, finish, moment.begin)
        )
        if beside or start < moment.begin < finish < moment.finish:  # 早晚7点20, which begins with 早
            finish = moment.finish
    return finish


def _moments(text: str, moments: list[Moment], now: datetime) -> Iterator[Found]:
    skip: Moment | None = None
    for index, moment in enumerate(moments):
        if moment is skip:
            continue
        following = moments[index + 1] if index + 1 < len(moments) else None
        if following is not None and _reaches(text, moment, following, now):
            skip = following
            yield _stretch(text, moment, following, now)
        else:
            yield _since(text, moment, following, now) or _plain(text, moment, now)


def _reaches(text: str, moment: Moment, following: Moment, now: datetime) -> bool:
    """Whether two moments are the ends of one stretch: 18号到20号, 星期六、星期天."""
    if _TO.fullmatch(text, moment.finish, following.begin):
        return not _is_today(following, now)
    doing = moment.days is not None and _TO_DOING.fullmatch(text, moment.finish, following.begin)
    if doing and _FROM.search(text[: moment.begin]):
        return not _is_today(following, now)
    plain = moment.hours is None and following.hours is None and moment.days is not None and following.days is not None
    if not plain or text[moment.finish : following.begin] not in _AND:
        return False
    furthest = _NEXT_MONTH if moment.several and following.several else _NEXT_DAYS  # 九月跟十月
    apart = following.start - moment.start
    backwards = text[moment.finish : following.begin] in _LISTED  # 昨天、前天; 明天周末 is none
    return timedelta() < apart <= furthest or (backwards and -furthest <= apart < timedelta())


def _is_today(moment: Moment, now: datetime) -> bool:
    return (
        moment.hours is None
        and moment.days is not None
        and moment.days.first == moment.days.last == now.date()
        and not moment.days.weekly
    )


def _stretch(text: str, first: Moment, second: Moment, now: datetime) -> Found:
    prefix = _FROM.search(text[: first.begin])
    if second.days is not None and not second.days.weekly and second.start < first.start and not _TO.match(text, first.finish):
        return Found(first.begin, second.finish, TimeKind.INTERVAL, second.start, first.end, rank=90)  # 昨天、前天
    start, end = first.start, second.end
    if second.days is None and second.hours is not None:
        end = at(first.start.date(), second.hours.end)
        twelve = second.hours.loose or (second.hours.exact and second.hours.end == _NOON)  # 晚上十一点到两点, 晚上八点到十二点
        later = timedelta(hours=12) if twelve and first.hours is not None else timedelta(days=1)
        while end < start or (second.hours.loose and end == start):
            end += later
    elif end < start and first.days is not None and first.days.weekly:
        start -= timedelta(days=7)
    elif end < start:
        # 11月1号到5号: the second day belongs to the month of the first.
        end = end.replace(month=start.month, year=start.year, day=min(end.day, 28)) if end.day <= 28 else day_end(start.date())
        end = end if end >= start else day_end(months_before(end.date(), -1))
    kind, rank = (TimeKind.FUTURE, 30) if start > now else (TimeKind.INTERVAL, 90)
    return Found(prefix.start() if prefix else first.begin, second.finish, kind, start, end, rank=rank)


def _since(text: str, moment: Moment, following: Moment | None, now: datetime) -> Found | None:
    prefix = _FROM.search(text[: moment.begin])
    behind = _SINCE_BEHIND.match(text, moment.finish)
    if behind is None and moment.hours is None:
        behind = _BEGAN.match(text, moment.finish) or _AFTERWARDS.match(text, moment.finish)
    still = _STILL.match(text, moment.finish) if behind is None else behind
    if (
        still is not None
        and following is not None
        and following.begin < still.end()
        and behind is None
        and not text[following.begin :].startswith("今")
    ):
        still = None
    if prefix is None and still is None:
        return None
    if prefix is not None and still is None and moment.days is None and _ALL_DAY_LONG.match(text, moment.finish):
        return Found(prefix.start(), moment.finish, TimeKind.RECURRING, rank=72)
    begin = prefix.start() if prefix else moment.begin
    finish = behind.end() if behind else moment.finish
    kind, rank = (TimeKind.FUTURE, 30) if moment.start > now else (TimeKind.SINCE, 100)
    return Found(begin, finish, kind, moment.start, moment.end if moment.start > now else None, rank=rank)


def _is_of_the_day_before(text: str, moment: Moment, now: datetime) -> bool:
    """今天早上, said at half past midnight by somebody who has not slept yet: the morning that was, unless it is planned."""
    ahead = moment.hours is not None and moment.start > now and moment.start.date() == now.date()
    return ahead and now.hour < _SMALL_HOURS and not _PLANNED.match(text, moment.finish)


def _a_day_earlier(moment: Moment) -> Moment:
    return replace(moment, start=moment.start - timedelta(days=1), end=moment.end - timedelta(days=1))


def _plain(text: str, moment: Moment, now: datetime) -> Found:
    if moment.start > now:
        return Found(moment.begin, moment.finish, TimeKind.FUTURE, moment.start, moment.end, rank=30)
    if moment.several and moment.hours is None:
        found = Found(moment.begin, moment.finish, TimeKind.INTERVAL, moment.start, moment.end, rank=65)
    else:
        rank = 55 if moment.days is None else 70 if moment.hours is None else 75
        found = Found(moment.begin, moment.finish, TimeKind.POINT, moment.start, moment.end, rank=rank)
    if _NOTICED.match(text, moment.finish):  # 有阵子了吧 我今天才碰上
        return replace(found, rank=_HARDLY)
    return replace(found, rank=found.rank - 50) if _REPORTED.match(text, moment.finish) else found


def _durations(text: str, now: datetime, moments: list[Moment]) -> Iterator[Found]:
    for match in _LASTS.finditer(text):
        # 半个来月, as the whole answer, or the last word of a correction
        is_all = match[0].strip() == (text[match.start() :] if _CORRECTS.search(text) else text).strip(" ,。")
        bare = not (match["lead"] or match["tail"] or is_all)
        if (bare and not _is_told_alone(text, match)) or _NOT_LASTING.match(text, _counted_end(match)):
            continue
        if any(match.start() < moment.finish and moment.begin < match.end() for moment in moments) or _of_something_else(match):
            continue
        start = _lasting_since(match, now)
        if start is not None:
            finish = match.end("tail") if (match["tail"] or "").startswith("了") else _counted_end(match)
            begin = match.start("lead") if match["lead"] in ("都", "已经") else match.start("big" if match["big"] else "count")
            nearly = _NEARLY.search(text, match.start(), begin)
            begin = nearly.start() if nearly else begin
            begin -= match["count"] == "半" and text[begin - 1 : begin] in ("大", "小")  # 大半年
            tenure = _TENURE.search(text[: match.start()]) is not None
            yield Found(begin, finish, TimeKind.SINCE, start, None, rank=_OF_A_STAY if tenure else _BARE_SPAN if bare else 80)


def _counted_end(match: re.Match[str]) -> int:
    return match.end("over") if match["over"] else match.end("unit")


def _is_told_alone(text: str, match: re.Match[str]) -> bool:
    """停水 三天, 路灯不亮半个月, as short messages tell it: the span closes its clause, and what stands before it in the clause
    is nothing or the fault."""
    begin, finish = match.start("big" if match["big"] else "count"), _counted_end(match)
    before = text[:begin]
    if not _CLOSES.match(text, finish) or _PER.match(text, finish) or _OTHER_TERM.search(before):
        return False
    return _BEFORE_SPAN.search(before) is not None or _FAULT_FOR.search(before) is not None


def _of_something_else(match: re.Match[str]) -> bool:
    """等了五十分钟也不来, 房子空了一年; 等了三天了 is time that the matter took."""
    before = match.string[: match.start("count")]
    if _OF_LIFE.search(before):
        return True
    return _WAITED.search(before) is not None and match["unit"].endswith(_MINUTES) and not (match["tail"] or "").startswith("了")


def _lasting_since(match: re.Match[str], now: datetime) -> datetime | None:
    unit, half = match["unit"], match["count"] == "半"
    more = match["half"] is not None or (match["over"] == "半")
    count = 1 if half else approximate_count(match["count"])
    if not count:
        return None
    today = shift(now.date(), approximate_count(match["big"]) or 0, match["big_unit"]) if match["big"] else now.date()
    minutes = {"时": 60, "头": 60, "钟": 1}.get(unit[-1])
    if minutes is not None:
        return now - timedelta(minutes=minutes * (0.5 if half else count + (0.5 if more else 0)))
    if half:
        back = {"月": 15, "年": 182}.get(unit[-1])
        return None if back is None else day_start(today - timedelta(days=back))
    plain = "天" if unit.endswith("宿") else unit[-1]
    return day_start(shift(today, count, plain, half=more))  # 俩礼拜零三天: the weeks and then the days


def _seasons(text: str, now: datetime) -> Iterator[Found]:
    for match in _HEATING.finditer(text):
        yield Found(match.start(), match.end("behind"), TimeKind.SINCE, day_start(heating_start(now.date())), None, rank=78)
    for match in _TERM.finditer(text):
        begun = max(filter(None, (latest(now.date(), *start) for start in _TERM_STARTS)), default=now.date())
        yield Found(match.start(), match.end(), TimeKind.SINCE, day_start(begun), None, rank=76)
    for match in _SEASON.finditer(text):
        first = solar_term(now.date(), _SEASON_STARTS[match["after"] or match["alone"]]) or now.date()
        yield Found(match.start(), match.end(), TimeKind.SINCE, day_start(first), None, rank=78)


def _nth_day(text: str, now: datetime) -> Iterator[Found]:
    """这都第三天了: the day before yesterday was the first."""
    for match in _NTH_DAY.finditer(text):
        count = approximate_count(match["count"] or match["alone"])
        if count and count <= _LONGEST_COUNT:
            start = day_start(now.date() - timedelta(days=count - 1))
            yield Found(match.start(), match.end(), TimeKind.SINCE, start, None, rank=79)


def _last_night(text: str, now: datetime) -> Iterator[Found]:
    """一宿没睡: from yesterday's evening to this morning."""
    for match in _LAST_NIGHT.finditer(text):
        start = day_start(now.date()) - timedelta(hours=6)
        yield Found(match.start(), match.end(), TimeKind.INTERVAL, start, start + timedelta(hours=12), rank=82)


def _hours_ago(text: str, now: datetime) -> Iterator[Found]:
    for match in _HOURS_AGO.finditer(text):
        count = 0.5 if match["count"] == "半" else approximate_count(match["count"])
        if count:
            step = timedelta(minutes={"分钟": 1, "刻钟": 15}.get(match["unit"], 60))
            moment = now - step * (count + (0.5 if match["half"] else 0))
            yield Found(match.start(), match.end(), TimeKind.POINT, moment, moment, rank=70)


def _loose_words(text: str, now: datetime, frames: list[Found]) -> list[Found]:
    found: list[Found] = []
    for match in _DAYS_LATER.finditer(text):
        count, unit = approximate_count(match["count"] or match["count2"]), match["unit"] or match["unit2"]
        if count:
            day = shift(now.date(), -count, unit) if not unit.endswith("月") else months_before(now.date(), -min(count, 60))
            found.append(Found(match.start(), match.end(), TimeKind.FUTURE, day_start(day), day_end(day), rank=25))
    for match in _VAGUE.finditer(text):
        if not _NOT_VAGUE.search(text[: match.start()]) and not _HOW_LONG.match(text, match.start("words")):
            lasts = match[0].endswith("了") and _LONG.search(match["words"])  # 晚上更厉害 有个把月了
            found.append(Found(match.start("words"), match.end(), TimeKind.VAGUE, rank=57 if lasts else 40))
    for match in _NOW.finditer(text):
        if match[0] != "刚" or not _NOT_NOW.match(text, match.end()):
            found.append(Found(match.start(), match.end(), TimeKind.POINT, now - _RECENT, now, rank=50))
    present = [match for match in _PRESENT.finditer(text) if not text[: match.start()].endswith(("到", "至"))]
    found += [Found(match.start(), match.end(), TimeKind.POINT, now, now, rank=10) for match in present]
    return [item for item in found if not any(item.begin < other.finish and other.begin < item.finish for other in frames)]
