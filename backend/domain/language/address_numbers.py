"""Building, unit, floor and room: 6号楼2单元301, 6-2-301, 12#, 三楼东户, 301 2单元 6号楼, 甲47, B7, C2."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.domain.language.numerals import to_digits

_CN = "零〇一幺二两三四五六七八九十百千廿壹贰叁肆伍陆柒捌玖拾"
_DOOR = (
    rf"(?:[甲乙丙丁]?\d{{1,4}}(?:[A-Za-z](?![A-Za-z])|[甲乙丙丁](?!级|等))?|[A-Za-z]-?\d{{1,4}}|[A-Za-z](?=座"
    rf"|栋|区?号楼)|[{_CN}]{{1,6}})"
)
# No digit, numeral or ordinal in front: 第三次, 十三号, 1.5号 …
_EDGE = rf"(?<![\d{_CN}A-Za-z.第])(?:第)?"
_BUILDING = re.compile(
    rf"{_EDGE}(?P<building>{_DOOR})\s*"
    r"(?:[号好浩][楼搂娄喽]栋?|栋[楼搂]?|幢楼?|号栋|号幢|#\s*楼?|座(?![位椅机谈])|号院?楼(?!道)|号大?楼"
    rf"|楼(?=\s*[\d{_CN}]{{1,3}}\s*(?:单元|门洞|门栋|门(?![口禁锁铃卫窗框])))"
    rf"|号(?=\s*[\d{_CN}]{{1,3}}\s*(?:单元|门洞|门栋))"
    r"|(?=(?:[、和跟及]\d{1,3}){1,5}(?:号楼|栋|#)))"  # 11、12、13号楼: the first of them
)
_UNIT = re.compile(
    rf"{_EDGE}(?P<unit>[\d{_CN}]{{1,3}}|[A-Za-z甲乙丙丁])"
    rf"\s*(?:号)?(?:[单丹][元圆源园员原]|门洞|门栋|单(?=\s*\d{{2,4}}))(?:门(?=\s*(?:[\d,。]|$)))?"
)
# 头一个门洞, 第二个单元: counted from the end of the house; 三个单元 are how many.
_NTH_UNIT = re.compile(r"(?:第|头(?=一))\s*(?P<unit>[一二三四五六七八九]|\d)个(?:单元|门洞|门栋)")
_GATE = re.compile(rf"{_EDGE}(?P<unit>\d{{1,2}}|[一二三四五六七八九])\s*门(?![口前头外面店市铃锁卫窗诊禁岗楼框板亲路课学心类技])")
# 4门, and nothing else up to the next blank: nobody says so of a door.
_LONE_GATE = re.compile(
    r"(?:^|[\s,。])(?:是|就是|我家|俺家|住)?(?P<unit>\d{1,2}|[一二三四五六七八九])\s*门(?:的|啊|呢|吧)?(?=[\s,。]|$)"
)
_FLOOR = re.compile(
    rf"{_EDGE}(?<![小红白灰黄])(?P<below>地下|负|-)?(?P<floor>\d{{1,2}}|[{_CN}]{{1,3}})\s*(?:层(?!以[上下]|往[上下]|楼|[户人]|冰|灰|雪|油|土|水|皮"
    r"|膜|漆|窗|玻|白|黑|黄|绿|红|薄|厚|意|关|次|沫|泥|霜|毛|壳|纸|板|布|脏)|楼(?!以[上下]|往[上下]|栋|号|长|盘|房)|[Ff](?![A-Za-z0-9]))"
)
_ROOM = re.compile(
    rf"(?<![\d{_CN}A-Za-z.:])(?P<room>\d(?: \d){{2,3}}|\d{{1,4}}[A-Za-z]?|[{_CN}]{{3,6}})\s*(?:号?室(?!外|内|温)|号?房间?(?!子"
    r"|屋|租|价|贷|产|东|顶|主)|号?屋(?!里|子|内|外|顶|主)|号住?户)"
)
_LONE_DOOR = re.compile(
    rf"[\s,。]*(?:我?就?是|就|住|在|门牌|房号|那个)?\s*(?P<room>[1-9]\d{{2,3}}|[{_CN}]{{3,4}})(?:的|呢|啊|吧|哈|谢谢|[\s,。!])*"
)
_OF_OUR_STAIRS = re.compile(r"(?<=[们这]单元)(?P<room>\d{3,4})(?![\d块元户人度号])")  # 我们单元201
# 402是他家 我家302: whose door is meant.
_OWN_ROOM = re.compile(r"[我俺](?:家(?:是|住|在)?|是|住|住在)\s*(?P<room>\d{3,4})(?=$|[\s,。!吧啊呢的])")
_DOOR_SIDE = re.compile(r"[东西南北中左右]\s*(?:手边|边|面|手)?(?:儿)?(?:的|那)?(?:户|屋|室|门|家)(?!口|外|前|里|具|电)")
# 202一点水都没有: the numeral behind the door belongs to what is wrong there.
_NOT_A_COUNT = rf"(?:(?=一(?:点儿?(?!钟)|直|滴|股|宿|到))|(?![\d{_CN}.:年月日度块元号楼个户分天次万点多余几来]))"
_CLIMBED = ("爬", "爬到", "爬上")  # 每天爬十二楼: how far, not where
# 从一楼到六楼都不亮, 一楼二楼都冻了: nobody's floor
_FLOORS = re.compile(
    rf"里[一三]层外[一三]层|(?:\d{{1,2}}|[{_CN}]{{1,3}})[楼层](?:一直[到至]|[到至、和跟及])?(?:\d{{1,2}}|[{_CN}]{{1,3}}|顶)[楼层]"
)
# 5楼2号 is a door, but after a blank or a comma 25号 is a date.
_AFTER = re.compile(
    rf"(?:\s*[-,、的/]?\s*(?P<room>\d{{3,4}}|[{_CN}]{{3,6}}(?!户))|(?P<door>\d{{1,2}}|[一二三四五六七八九])(?=号(?!楼|线|院|门"
    rf"|栋)))\s*(?:号(?!楼|线|院|门|栋)|室|屋(?!里)|房|户(?!人|居民|口|家|都))?{_NOT_A_COUNT}"
)
# 三楼 四号: a floor has four doors, and what follows one is no date.
# 顶层702: the top floor has no number, its door has one.
_TOP_DOOR = re.compile(rf"顶(?:层|楼)\s*(?P<room>\d{{3,4}}|[{_CN}]{{3,4}}){_NOT_A_COUNT}")
_DOOR_OF_FLOOR = re.compile(r"(?P<room>(?!))?\s+(?P<door>[一二三四1-4])号(?!楼|线|院|门|栋|\d)")
_BEFORE = re.compile(rf"(?<![\d{_CN}.:年月第])(?P<room>\d{{3,4}}|[{_CN}]{{3,4}})\s*[,、]?\s*$")
_TRIPLE = re.compile(
    r"(?<![\dA-Za-z.:/-])(?P<building>[甲乙丙丁]?\d{1,3}|[A-Za-z]\d{0,2})\s*(?:号楼|号|栋|#)?\s*(?P<s>[-/\\]|\s-\s)\s*"
    r"(?P<unit>\d{1,2})\s*(?P=s)\s*(?P<room>\d{3,4}|\d{1,2}(?=号|室|[\s,。!?]|$))(?:室|号)?(?![\d/:年月日-])"
)
# 15#2-601, 15栋2-601
_MIXED = re.compile(
    r"(?<![\dA-Za-z.:/-])(?P<building>[甲乙丙丁]?\d{1,3}|[A-Za-z]\d{0,2})\s*(?:号楼|栋|#楼?)\s*(?P<unit>\d{1,2})\s*-\s*(?P<room>\d{3,4})(?!\d)"
)
# The name of the field first: 楼号8 单元2 房号503, 楼是16号楼 房间2001.
_IS = r"(?:是|为|:|\s){0,3}"
_NO_MORE = rf"(?![\d{_CN}号楼层室栋月日点个])"
_LABELLED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:楼[号栋]|楼(?=:)){_IS}(?P<building>{_DOOR})(?![\d月日点])",
        rf"(?<![\d{_CN}])(?<![\d{_CN}] )单元号?{_IS}(?P<unit>\d{{1,2}}|[一二三四五六七八九十]){_NO_MORE}",
        rf"(?:楼层|层数){_IS}(?P<floor>\d{{1,2}}|[{_CN}]{{1,3}})(?![\d号单])",
        rf"门牌号?{_IS}(?P<house_number>\d{{1,2}})(?![\d{_CN}楼层栋单-])",
        rf"(?:房间|房间?号|门牌号?|门号|室号|室(?=:)|房(?=:)){_IS}(?P<room>\d{{3,4}}[A-Za-z]?|[{_CN}]{{3,6}})(?![\d{_CN}])",
    )
)
_LABEL = re.compile("楼[号栋层:]|单元|房|门牌|室[号:]|门号|层数")
_PAIR = re.compile(
    r"(?P<building>[甲乙丙丁]?\d{1,3}|[A-Za-z]\d{0,2})\s*(?:#|号楼|栋)?\s*[-/]\s*(?P<room>\d{3,4})(?:室"
    r"|号)?(?![\d/:年月日-])"
)
_SHORT_PAIR = re.compile(r"(?P<building>\d{1,3})\s*[-/]\s*(?P<unit>\d{1,2})(?![\d/:年月日-])")
_LONE = re.compile(r"(?P<building>[甲乙丙丁]\d{1,3}|[A-Za-z]\d{1,3}|\d{1,3})(?:号(?!楼|院|线))?(?=\s*(?:[,。!?\s]|$))")

# 幺, 拐, 洞 as on the telephone; 往里拐 and 墙上有洞 are none.
_BY_TELEPHONE = re.compile(
    r"(?<![东西南北左右里外前后往弯门桥个幺拐洞零一二两三四五六七八九十\d])"
    r"(?:(?=[洞零一二两三四五六七八九\d]*[幺拐]|[零一二两三四五六七八九\d]+洞)[幺拐洞零一二两三四五六七八九\d]{1,4}(?=号|栋|单元|门洞|室|楼)"
    r"|(?=[洞零一二两三四五六七八九\d]*[幺拐]|[零一二两三四五六七八九\d]+洞)[幺拐洞零一二两三四五六七八九\d]{3,4}(?=室|$|[\s,。]))"
)
# 俩号楼: how a recording writes 两号楼.
_COUNTED_WORD = re.compile(r"[俩仨](?=号[楼院])")
# 1、28号楼井盖塌了 2、30号楼路灯不亮: the first numbers count the matters.
_LIST_NUMBER = re.compile(r"(?:^|(?<=[\s,。;!?]))(?P<number>[1-9])[、.)](?=\s*\d{1,3}(?:号楼|栋|#))")
_SLASH = re.compile(r"(?<=[一-龥\x01])[/|](?=\d)|(?<=\d)[/|](?=[一-龥\x01])")  # 园丁家园/3-1-402/今早 (\x01: a fact blotted out)
_AS_WRITTEN = str.maketrans("幺拐洞俩仨", "一七零两三")
_SLIPS_BUILDING = re.compile(r"(?<=[\d一二三四五六七八九十])[好浩号][楼搂娄喽]")
_SLIPS_UNIT = re.compile(r"(?<=[\d一二三四五六七八九十])[单丹][元圆源园员原]")
_HOW_MANY = re.compile(r"(?:一共|总共|共有?|就有?|才|好几|盖了|拆了|建了|有|这|那)\s*$")
# 左手第三栋, 倒数第二栋: how to get there; the number on the wall may be another.
_COUNTED_OFF = re.compile(
    r"(?:[左右东西南北前后](?:手边?|边|面|侧|头)|倒数|正数|(?:往|朝|从|靠|挨着|沿着|进了?)[^,。\s]{1,8}|(?:大门|门口|路口|道口)[^,。\s]{0,6})(?:的|是|数|起|,|\s)*$"
)
_DENIED = re.compile(r"(?:不是|不在|并不是|没在|不住)\s*$")
_REPLACED = re.compile(
    r"\s*(?:得|要|应该)?(?:改成|换成|改为|改到|是错的|写错了|说错了|不对)|(?:[\s,]*(?:啊|哦|哎|唉|呃)|[\s,]+)+(?:不是|不对|(?:说|写|打|记)?错了)[\s,啊\x01]"
)


# 二楼住户天天吵: the floor of somebody else, when no building is told with it.
_SOMEBODY = re.compile(
    r"\s*(?:的|那|那个|那家|有)?(?:把(?!边|头|山|[东西南北])|住户|邻居|人家|那家|那户|租户|租客|业主|老[\u4e00-\u9fff]家|姓[\u4e00-\u9fff]的"
    r"|开(?:了|的|个|家)*[\u4e00-\u9fff]{0,3}(?:店|馆|厂|铺|吧|作坊|园|班|室)|(?:底商|门市|商铺|饭店|超市|网点)|(?:老|小|那)(?:两口|头|太太|伙|孩|夫妻)|家的?(?:孩子|狗))"
)
# 盖到六层就停了, 树都长到三楼了: how far they came, how far it reaches
_BUILT = re.compile(r"[盖建封修长堆垒蹿窜够伸爬飘传]到(?:了)?$")
_ONESELF = re.compile(r"(?:我|俺|咱|本人)(?:家|们)?(?:就)?(?:是|住|在|住在|家在)?(?:的|个)?$")


@dataclass(frozen=True)
class Part:
    """One component with the place where it stands."""

    name: str
    value: str
    start: int
    end: int


def well_spelt(text: str) -> str:
    """The words of a place with the slips of the finger set right that the patterns above read through: 2好楼3单圆."""
    return _SLIPS_UNIT.sub("单元", _SLIPS_BUILDING.sub("号楼", _by_telephone(text)))


def door_side(words: str) -> str:
    """西边那户 of 翠园小区6号楼2单元4楼西边那户: which door of a floor the words of a place end in, "" for none."""
    return next((match[0] for match in _DOOR_SIDE.finditer(words) if match.end() == len(words)), "")


def _by_telephone(text: str) -> str:
    """The text with digits as they are said on the telephone in their usual writing, positions kept."""
    apart = _COUNTED_WORD.sub(lambda match: match[0].translate(_AS_WRITTEN), _SLASH.sub(" ", text))
    return _BY_TELEPHONE.sub(lambda match: match[0].translate(_AS_WRITTEN), apart)


def number_parts(text: str, estate_end: int | None) -> list[Part]:
    """Building, unit, floor and room of normalised text; bare numbers may follow where the estate ends (`estate_end`)."""
    text = _without_list_numbers(_by_telephone(text))
    joined = _joined(text, estate_end)
    if joined:
        return joined
    labelled, text = _labelled(text)
    named = {part.name for part in labelled}
    parts = labelled + [
        part
        for pattern, name in ((_BUILDING, "building"), (_UNIT, "unit"))
        if name not in named
        for part in _first(pattern, name, text)
    ]
    if not any(part.name == "unit" for part in parts):
        parts += _first(_NTH_UNIT, "unit", text) or _gate(text, parts)
    parts += [] if "floor" in named else _floor(text, parts)
    if not any(part.name == "building" for part in parts) and estate_end is not None:
        parts += _from(_LONE.match(text, _skip_blanks(text, estate_end)))
    return parts if "room" in named else parts + _room(text, parts)


def _without_list_numbers(text: str) -> str:
    """The text with the numbers of a list blotted out; a single 1、 before 2号楼 may be another house."""
    marks = list(_LIST_NUMBER.finditer(text))
    if [int(mark["number"]) for mark in marks] != list(range(1, len(marks) + 1)) or len(marks) < 2:
        return text
    return _LIST_NUMBER.sub("  ", text)


def arabic(raw: str) -> str:
    """A door number as Arabic digits, letters and 甲乙丙丁 kept: 六 -> 6, b7 -> B7, 甲47 -> 甲47."""
    plain = raw.replace(" ", "").replace("-", "")
    if re.search(r"[A-Za-z甲乙丙丁]", plain):
        return plain.upper()
    return to_digits(plain).lstrip("0") or "0"


def _labelled(text: str) -> tuple[list[Part], str]:
    """Components behind the name of their field, and the text without them, so that no other rule reads the same digits."""
    parts: list[Part] = []
    for pattern in _LABELLED if _LABEL.search(text) else ():
        match = pattern.search(text)
        if match is not None:
            parts += _from(match)
            text = text[: match.start()] + "\x01" * (match.end() - match.start()) + text[match.end() :]
    return parts, text


def _joined(text: str, estate_end: int | None) -> list[Part]:
    match = _TRIPLE.search(text) or _MIXED.search(text)
    if match:
        return _from(match)
    if estate_end is None:
        return []
    start = _skip_blanks(text, estate_end)
    return _from(_PAIR.match(text, start) or _SHORT_PAIR.match(text, start))


def _from(match: re.Match[str] | None) -> list[Part]:
    if match is None:
        return []
    return [Part(name, arabic(raw), match.start(), match.end()) for name, raw in match.groupdict().items() if raw and name != "s"]


def _first(pattern: re.Pattern[str], name: str, text: str) -> list[Part]:
    found = [match for match in pattern.finditer(text) if arabic(match[name]) != "0" and not _is_count(text, match)]
    standing = [match for match in found if not taken_back(text, match.start(), match.end())]
    return [Part(name, arabic(match[name]), match.start(), match.end()) for match in (standing or found)[:1]]


def _is_count(text: str, match: re.Match[str]) -> bool:
    """一共三栋楼, 左手第三栋: how many there are, or the how-manieth it is, and not which."""
    before = _COUNTED_OFF if match[0].startswith("第") else _HOW_MANY
    return match[0].endswith(("栋", "栋楼", "幢", "幢楼")) and before.search(text[: match.start()]) is not None


def taken_back(text: str, start: int, end: int) -> bool:
    """不是2单元是3单元, 6号楼改成8号楼: what stands here is what it is not."""
    return bool(_DENIED.search(text[:start]) or _REPLACED.match(text, end))


def _gate(text: str, parts: list[Part]) -> list[Part]:
    """门 means unit beside a building or before a floor or room, or where it is all that is said; else it is any door."""
    for match in _GATE.finditer(text):
        after_building = any(part.end <= match.start() <= part.end + 2 for part in parts)
        before_room = re.match(rf"\s*[,、]?\s*(?:\d{{3,4}}|[{_CN}\d]{{1,3}}[层楼])", text[match.end() :])
        if after_building or before_room:
            return [Part("unit", arabic(match["unit"]), match.start(), match.end())]
    alone = _LONE_GATE.search(text)
    return [Part("unit", arabic(alone["unit"]), alone.start("unit"), alone.end())] if alone else []


def _floor(text: str, parts: list[Part]) -> list[Part]:
    every = list(_FLOOR.finditer(text))
    every = [match for match in every if not _BUILT.search(text[: match.start()])]
    through = [(match.start(), match.end()) for match in _FLOORS.finditer(text)]
    every = [match for match in every if not any(begin <= match.start() < end for begin, end in through)]
    every = [match for match in every if not text[: match.start()].endswith(_CLIMBED)]
    standing = [match for match in every if not taken_back(text, match.start(), match.end())]
    for match in standing or every:
        if any(part.start < match.end() and match.start() < part.end for part in parts):
            continue
        theirs = _SOMEBODY.match(text, match.end()) and not _ONESELF.search(text[: match.start()])
        if theirs and not any(part.name in ("building", "unit") for part in parts):
            return []
        value = arabic(match["floor"])
        if value not in ("", "0") and int(value) <= 60:
            side = _DOOR_SIDE.match(text, match.end())
            end = side.end() if side else match.end()
            return [Part("floor", f"-{value}" if match["below"] else value, match.start(), end)]
    return []


def _room(text: str, parts: list[Part]) -> list[Part]:
    """A room is named (301室), follows building, unit or floor, or stands right before them in a reversed address."""
    taken = [(part.start, part.end) for part in parts]
    for match in (*_OWN_ROOM.finditer(text), *_ROOM.finditer(text)):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            return [Part("room", arabic(match["room"]), match.start(), match.end())]
    for part in sorted(parts, key=lambda part: -part.end):
        match_after = _AFTER.match(text, part.end) or (_DOOR_OF_FLOOR.match(text, part.end) if part.name == "floor" else None)
        if match_after:
            group = "room" if match_after["room"] else "door"
            return [Part("room", arabic(match_after[group]), match_after.start(group), match_after.end())]
    ours = _OF_OUR_STAIRS.search(text) or _TOP_DOOR.search(text)
    if ours:
        return [Part("room", arabic(ours["room"]), ours.start("room"), ours.end("room"))]
    if parts:
        before = _BEFORE.search(text[: min(part.start for part in parts)])
        if before:
            return [Part("room", arabic(before["room"]), before.start(), before.end())]
    return []


def lone_door(text: str) -> str:
    """201, 是1203的: the digits of a door that is all the text, "" for anything else. Whether a door is meant, the place of the
    text must show: it may be a year as well, or the end of a telephone number."""
    match = _LONE_DOOR.fullmatch(text)
    return arabic(match["room"]) if match else ""


def _skip_blanks(text: str, start: int) -> int:
    while start < len(text) and text[start] in " ,的、":
        start += 1
    return start
