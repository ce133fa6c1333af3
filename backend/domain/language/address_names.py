"""Names of streets, communities, estates and roads that the directory does not know, by the way such names are built."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from backend.domain.language.address_numbers import Part
from backend.domain.language.numerals import to_digits
from backend.domain.language.tables import load_table

_TABLE = load_table("address_words")
_LONGEST = 8
_PHASE_DIGIT = re.compile(r"[1-9](?=期$)")
_NUMERALS = "零一二三四五六七八九"
_LEAST_WITH_PHASE = 4  # characters: a name of two, and its phase


@dataclass(frozen=True)
class _Ending:
    """`least` characters must stand before the ending; a `weak` one also needs a number behind or a verb of place in front."""

    kind: str
    word: str
    least: int
    weak: bool


_ENDINGS = tuple(
    sorted(
        (
            _Ending(kind, word, entry["least"], entry["weak"])
            for kind, entries in _TABLE["endings"].items()
            for entry in entries
            for word in entry["words"]
        ),
        key=lambda ending: -len(ending.word),
    )
)
_BY_WORD = {ending.word: ending for ending in reversed(_ENDINGS)}
_ENDING = re.compile("|".join(re.escape(ending.word) for ending in _ENDINGS))
_ELSEWHERE = load_table("places")["outside"]
_OUTSIDE = [name + end for names in _ELSEWHERE.values() for name in names for end in ("区", "市", "县", "")]
_SOFT = frozenset([*_TABLE["soft_stops"], *_OUTSIDE])
_STOPS = [*_TABLE["stops"], *_SOFT]
_STOP = re.compile("|".join(sorted(map(re.escape, _STOPS), key=len, reverse=True)))
_NOT_NAMES = re.compile(rf"(?:{'|'.join(_TABLE['not_names'])})$")
_NOT_AFTER = re.compile("|".join(_TABLE["not_after"]))
_NOT_THE_ROAD = re.compile(rf"(?P<area>小区|社区)|{'|'.join(_TABLE['named_after_roads'])}")
_PLACE_VERB = re.compile(rf"(?:{'|'.join(_TABLE['place_verbs'])})(?:的|是|:|,|\s)*$")
_NAME_CHARS = re.compile(r"[\u3400-\u9fffA-Za-z0-9·]+$")
# 施工队把路挖开, 就跟社区说: what stands here is done to the road or said to the community, and is no name.
_DOES_TO_IT = ("把", "被", "让", "跟", "从", "往", "找", "占", "堵", "摆", "摆放", "停放", "扔", "扫", "挖", "炸", "修")
_CROSSED = re.compile(r"(?:站|市场|学校|医院|超市|桥|银行|饭店|小学|中学|幼儿园|公园)$")
_NUMBER = re.compile(
    r"\s*(?:的)?(?:[一二三四五1-5]期|[东西南北A-Fa-f]区)?(?:[甲乙丙丁]?\d|[A-Za-z]\d|[A-Za-z]座|[一二三四五六七八九十]+(?:号|栋|#|单元|-))"
)
_YOU_KNOW = re.compile(r"(?:你|您)(?:们)?(?:都)?知道")  # 山水文苑你知道吧,就是体育场旁边那个
_ARABIC_HEAD = re.compile(r"^[\dA-Za-z]+(?:号楼?|栋|#|单元|楼|层|室|点|分|天|年|月|日|度|期)?")
# 二十四路等了半天也不来: a bus, and no road, where one is waited for.
_LINE = re.compile(r"(?:[等坐乘赶上])?(?:\d{1,3}|[一二三四五六七八九十百零]{1,4})路")
_BUS = re.compile(
    r"公交|公汽|站牌|甩站|站点|司机|发车|末班|首班|(?:等|坐|乘|赶)(?:了|上|个|趟|着)?(?:\S{0,4}路|车|半天|\S{0,4}(?:分钟|小时|钟头))"
)
_HOUSE = re.compile(
    r"\s*(?P<house>[甲乙丙丁]?\d{1,4}(?:-\d{1,3})?[甲乙丙丁A-Za-z]?"
    r"|[一二三四五六七八九十百零]{1,6})\s*(?:号(?!楼(?![下上前后])|线|大楼|栋)(?:院|大院)?|(?=\s|[,。!?]|$))"
)


def name_parts(text: str, taken: list[tuple[int, int]]) -> list[Part]:
    """Streets, communities, estates and roads by pattern, outside the ranges that the directory explained."""
    parts: list[Part] = []
    for match in _ENDING.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        part = _name(text, match, [*taken, *((part.start, part.end) for part in parts)])
        if part is not None:
            parts.append(part)
    return parts


def house_number(text: str, road_end: int) -> Part | None:
    """The number right after a road: 58号, 58-3号, 甲47号 (not 58号楼)."""
    match = _HOUSE.match(text, road_end)
    if match is None:
        return None
    raw = match["house"]
    value = raw.upper() if re.search(r"[\dA-Za-z]", raw) else to_digits(raw)
    return Part("house_number", value, match.start("house"), match.end()) if value else None


def named_after(text: str, road_end: int) -> bool:
    """Whether the road only gives its name to an institution: 解放路小学."""
    return bool(_NOT_THE_ROAD.match(text, road_end))


def with_phase(text: str, estate: Part) -> Part:
    """The estate with the phase told behind its name (翠园小区二期): the buildings of each phase are counted anew."""
    match = _PHASE.match(text, estate.end)
    return replace(estate, value=estate.value + match["phase"], end=match.end()) if match else estate


def same_estate(one: str, other: str) -> bool:
    """Whether two names are of one estate, however its phase is written: 翠园小区2期 and 翠园小区二期."""
    return _as_spoken(one) == _as_spoken(other)


def _as_spoken(name: str) -> str:
    digit = _PHASE_DIGIT.search(name)
    return f"{name[: digit.start()]}{_NUMERALS[int(digit[0])]}期" if digit else name


def phase_of(estate: str) -> str:
    """二期 of 翠园小区二期, "" where none is told."""
    return estate[-2:] if re.fullmatch(r".+[一二三四五六七八九1-9]期", estate) else ""


_GOES_ON = re.compile(rf"[\u4e00-\u9fff]{{0,3}}(?:{'|'.join(e.word for e in _ENDINGS if e.kind == 'estate' and not e.weak)})")


_AN_ESTATE = re.compile(rf"[\u4e00-\u9fff]{{2,6}}?(?:{'|'.join(e.word for e in _ENDINGS if e.kind == 'estate' and not e.weak)})")


def _name(text: str, match: re.Match[str], taken: list[tuple[int, int]]) -> Part | None:
    ending = _BY_WORD[match[0]]
    floor = max((end for _, end in taken if end <= match.start()), default=0)
    raw = _NAME_CHARS.search(text[max(floor, match.start() - _LONGEST) : match.start()])
    core = after_stops(raw[0], ending.least) if raw else ""
    whole = core + match[0]
    if (
        len(core) < ending.least
        or core.endswith(_DOES_TO_IT)
        or _NOT_NAMES.search(whole)
        or _NOT_AFTER.match(text, match.end())
        or _is_bus(whole, text)
    ):
        return None
    if match[0] == "路" and text.startswith("口", match.end()) and _CROSSED.search(core):
        return None  # 加油站路口
    start = match.start() - len(core)
    if ending.kind == "road" and (named := _NOT_THE_ROAD.match(text, match.end())):
        return None if named["area"] else Part("landmark", whole + named[0], start, named.end())
    if ending.weak and ending.kind != "street" and _GOES_ON.match(text, match.end()):
        return None  # 香格里拉小区
    if ending.weak and not _is_told(ending, text, start, match.end(), taken):
        return None
    return Part(ending.kind, whole, start, match.end())


def _is_told(ending: _Ending, text: str, start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    """Whether what stands around a weak name says that it is one: 香山里3号, 住香山里, 光华街道锦绣家园."""
    if _NUMBER.match(text, end) or _YOU_KNOW.match(text, end) or _PLACE_VERB.search(text[:start]):
        return True
    behind = end + len(text[end:]) - len(text[end:].lstrip())
    return ending.kind == "street" and (any(begin == behind for begin, _ in taken) or bool(_AN_ESTATE.match(text, behind)))


def _is_bus(name: str, text: str) -> bool:
    return _LINE.fullmatch(name) is not None and _BUS.search(text) is not None


# 家住华润城市之光9号楼: an estate with a name like no other is one by what stands around it.
_UNHEARD_OF = re.compile(
    r"(?:家?住在?|家在|地址(?:是|:)|位于|位置(?:是|在|:))\s*(?P<name>[\u4e00-\u9fff]{2,8})"
    r"(?=\s*(?:[甲乙]?\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:号楼|栋|幢|#))"
)
_STREETS = {
    former.removesuffix("街道"): street["name"]
    for street in load_table("places")["streets"]
    for former in (street["name"], *street["former"])
    if former.endswith("街道")
}
_GROUP = r"[一二三四五六七八九十\d]{1,2}组"
_VILLAGE = re.compile(
    rf"(?P<stem>{'|'.join(sorted(_STREETS, key=len, reverse=True))})(?:街道|镇|乡)?(?:那边|的)?\s*"
    rf"(?P<near>[\u4e00-\u9fff]{{2,4}}?(?<!新)村)(?!民)"
    rf"|(?:街道|镇|乡)\s*(?P<name>[\u4e00-\u9fff]{{2,5}}?村)(?!民)|(?P<other>[\u4e00-\u9fff]{{2,4}}村)(?={_GROUP})"
)
_ONLY_A_VILLAGE = re.compile(
    r"(?:我|俺|咱)?们?(?:家|就)?(?:在|是|住)?(?![全整本这那我俺咱哪同各每]|什么)(?P<only>(?:(?![是家在住的])[\u4e00-\u9fff]){2,4}(?<![新农山乡城中])村)"
    r"(?:的|那边|那儿|里|那块儿?)?"
)
_ONLY_A_GROUP = re.compile(rf"(?:我|俺|咱)?们?(?:就|在|是|住|家)*(?P<group>{_GROUP})(?:的|那边|那儿|那块儿?)?")
_BEHIND_VILLAGE = re.compile(rf"\s*的?(?P<group>{_GROUP})")
_DOOR_BEHIND = r"(?=\s*(?:的)?(?:[甲乙]?\d{1,3}|[A-Za-z]\d{0,2}|[一二三四五六七八九十]{1,3})\s*(?:号楼|栋|幢|#|号院|单元|-\d))"
_PHASE = re.compile(r"\s?(?:的)?(?P<phase>[一二三四五六七八九1-9]期)(?!工程|的?房款|间|望|待|末|中|限|盘)")
# 万科二期8号楼: which part of an estate, and its name before it
_PHASE_OF = re.compile(rf"(?P<name>[\u4e00-\u9fff]{{2,8}}[一二三四五六七八九1-9]期){_DOOR_BEHIND}")
# 溪谷原著6-2-1901: before a whole door there is hardly anything else than a name.
_BEFORE_A_DOOR = re.compile(
    r"(?:^|[\s,。:])(?P<name>(?![^\s]*(?:停|漏|坏|堵|电|暖|气|热|冷|灯|厕|吵|报修|急|谢|您好|热线|投诉|反映|住户|业主|垃圾|物业|我们|你))"
    r"[\u4e00-\u9fff]{3,7})(?=\d{1,3}-\d{1,2}-\d{2,4}(?!\d))"
)
_NO_ESTATE = re.compile(r"[的了着是不没写]|(?:楼|平房|高层|院|层|里|边|区|市|镇|县|站|厂|街|道|路|号|东|西|南|北)$")


def village_parts(text: str) -> list[Part]:
    """大孤山上石桥村二组: the village, the street that is named in front of it, and the group; [] where there is none."""
    alone = _ONLY_A_GROUP.fullmatch(text)
    if alone is not None:
        return [Part("landmark", alone["group"], alone.start("group"), alone.end("group"))]
    village = (_VILLAGE.search(text) or _ONLY_A_VILLAGE.fullmatch(text)) if "村" in text else None
    if village is None:
        return []
    told = village.groupdict()
    name = next(group for group in ("near", "name", "other", "only") if told.get(group))
    parts = [Part("estate", village[name], village.start(name), village.end(name))]
    if told.get("stem"):
        parts.append(Part("street", _STREETS[village["stem"]], village.start("stem"), village.end("stem")))
    group = _BEHIND_VILLAGE.match(text, village.end(name))
    return [*parts, Part("landmark", group["group"], group.start("group"), group.end())] if group else parts


def unheard_of(text: str) -> Part | None:
    """An estate whose name no ending gives away, between a verb of living and the number of a building."""
    phase = _PHASE_OF.search(text)
    name = after_stops(phase["name"], _LEAST_WITH_PHASE) if phase else ""
    if phase is not None and len(name) >= _LEAST_WITH_PHASE:
        return Part("estate", name, phase.end("name") - len(name), phase.end("name"))
    match = _UNHEARD_OF.search(text) or _BEFORE_A_DOOR.search(text)
    if match is None or _NO_ESTATE.search(match["name"]) or _STOP.search(match["name"]):
        return None
    return Part("estate", match["name"], match.start("name"), match.end("name"))


def after_stops(raw: str, least: int) -> str:
    """What belongs to the name: all after the last word that cannot be part of one, unless too little is left (和平)."""
    cut = 0
    for stop in _STOP.finditer(raw):
        if stop[0] == "和" and raw.startswith("平", stop.end()):
            continue  # 和平桥
        if stop[0] not in _SOFT or len(raw) - stop.end() >= least:
            cut = stop.end()
    name = raw[cut:]
    return name if _NUMBERED_NAME.match(name) else _ARABIC_HEAD.sub("", name)


# 219路, 五一路: a number may be the name itself.
_NUMBERED_NAME = re.compile(r"^\d{2,3}$")
