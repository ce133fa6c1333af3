"""How a later word about the place changes the earlier one."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address
from backend.domain.language.address_names import phase_of, same_estate
from backend.domain.language.address_numbers import arabic
from backend.domain.language.addresses import COMPONENTS, components_of
from backend.domain.language.normalise import normalise
from backend.domain.language.numerals import parse_numeral

# From the whole to the part. Naming another whole makes its old parts meaningless.
_HIERARCHY = ("estate", "building", "unit", "floor", "room")
_WORDS = {
    "building": "楼号|楼栋|号楼|栋号|栋|几号楼|楼",
    "unit": "单元号|单元|门洞|门栋|门",
    "floor": "楼层|层|楼",
    "room": "房间号|门牌号|房号|室|屋|户号|房间",
    "house_number": "门牌号|门牌|号",
}
_SUFFIX = {"building": "号楼", "unit": "单元", "floor": "楼", "room": "室", "house_number": "号"}
_NUM = r"[甲乙丙丁]?[A-Za-z]?\d{1,4}[A-Za-z]?|[零一二两三四五六七八九十百]{1,5}"
_FIELD = r"(?P<field>楼号|楼栋号?|栋号|单元号?|门洞|门栋|楼层|层数|房间号?|门牌号?|房号|室号|几楼|门号)"
_STATED = re.compile(
    rf"{_FIELD}(?:我|俺|也|又|都|给|好像|刚才|那儿?|这儿?){{0,3}}(?:说|写|报|打|弄|搞|填|记|按|点)?(?:错了?|岔了?|不对|有误|反了)?(?:了)?[,、。\s]*(?:应该|应当"
    r"|其实)?(?:是|为|改成|改为|改到|换成|:|(?<=错[了\s,])\s|(?<=错)\s)\s*"
    rf"(?P<value>{_NUM})(?![\d月年])"
)
_WAS_NOT = re.compile(r"(?<!是)不是[^,。!?是]{1,12}?[\s,]*(?=(?:而|应该|应当)?是)")
_SHIFT = re.compile(
    r"(?:(?P<field>楼号|楼栋|栋号|号楼|单元|门洞|楼层|层|门牌号|房号|房间号|楼)[,\s]*(?:应该|得"
    r"|要)?再?[往向朝]?|再?[往向朝])(?P<way>后|前|上|下|大|小)(?:面|边)?(?:数|推|挪|走|加|移|串|差|错|窜)?"
    r"(?P<count>一|两|二|三|俩|\d)(?P<kind>个?单元|个?门洞|个号|号楼|栋楼?|个楼|层楼?|楼|个门|户|个)"
)
_NO_PART = r"(?![\d月年日点分星])"
_SWAP = re.compile(
    rf"不是\s*(?P<old>{_NUM})(?!\d)(?:号楼|栋|单元|门洞|楼|层|室)?[,、。\s]*(?:而)?(?:应该)?是\s*(?P<new>{_NUM}){_NO_PART}"
    rf"|(?P<wrong>{_NUM})(?!\d)\s*(?:改成|换成|改为|(?:说|写|打|发)?错了?[,、。\s]*(?:应该)?是)\s*(?P<right>{_NUM}){_NO_PART}"
)
# 不是这栋 是前面那栋: said with a word of correcting, or it is only where something else happens.
_NEXT_ONE = re.compile(
    r"(?:错|岔|不对|不是|应该|改)[^。!?]{0,8}?(?P<way>前|后)(?:面|边|头|排)?(?:的)?(?:那|一)(?:一)?(?P<kind>栋楼?|个楼|号楼|个?单元|个?门洞|楼(?!上|下|层))"
)
_AT_THE_GATE = re.compile(r"(?:小区|院)?(?:大?门口?|正门|南门|北门|东门|西门|大门外|院里|院内)")
_DIRECTION = {"后": 1, "上": 1, "大": 1, "前": -1, "下": -1, "小": -1}
_FIELDS = {
    "楼号": "building",
    "楼栋": "building",
    "楼栋号": "building",
    "栋号": "building",
    "号楼": "building",
    "栋": "building",
    "栋楼": "building",
    "个楼": "building",
    "单元": "unit",
    "单元号": "unit",
    "个单元": "unit",
    "门洞": "unit",
    "门栋": "unit",
    "个门洞": "unit",
    "个门": "unit",
    "门号": "unit",
    "楼层": "floor",
    "层": "floor",
    "层楼": "floor",
    "层数": "floor",
    "几楼": "floor",
    "楼": "floor",
    "房间号": "room",
    "房号": "room",
    "室号": "room",
    "户": "room",
    "房间": "room",
    "门牌": "room",
    "门牌号": "room",
}


def merge_address(previous: Address, new: Address) -> Address:
    """The earlier place with the later word applied: what `new` names replaces, everything else stays.

    A different estate clears building, unit, floor and room that it does not name itself, because a number means nothing in
    another estate; a different road clears the house number likewise. A different building clears nothing: residents who correct
    the building repeat the door only when it changes too. The gate of the estate is nobody's door.
    Naming the first estate after a bare number keeps the number. An estate named again without its phase keeps the phase.
    Coordinates follow `new` when it has them, and are dropped when estate or road changed.
    """
    new = replace(new, estate=_with_known_phase(previous.estate, new.estate))
    values = {name: getattr(new, name) or getattr(previous, name) for name in COMPONENTS}
    moved = False
    if new.estate and previous.estate and not _is_same_estate(new.estate, previous.estate):
        moved = True
        values.update({name: getattr(new, name) for name in (*_HIERARCHY[1:], "landmark")})
    if new.estate and new.estate == previous.estate and _AT_THE_GATE.fullmatch(new.landmark) and not new.building:
        values.update(dict.fromkeys(_HIERARCHY[1:], ""))
    if new.road and previous.road and new.road != previous.road:
        moved = True
        values["house_number"] = new.house_number
    located = new.lat is not None and new.lon is not None
    lat, lon = (new.lat, new.lon) if located else (None, None) if moved else (previous.lat, previous.lon)
    return _address(values, address_text(values) or new.text or previous.text, lat, lon)


def _with_known_phase(known: str, said: str) -> str:
    """翠园小区, said of 翠园小区二期, is that."""
    return known if said and same_estate(known, said + phase_of(known)) else said


def _is_same_estate(said: str, known: str) -> bool:
    """The same name, or the known one with its phase told now."""
    return same_estate(said, known) or same_estate(said, known + phase_of(said))


def out_of_doors(place: Address, landmark: str) -> Address:
    """The same estate or road without the door: for what is wrong at the gate (`landmark`) of the place where somebody lives."""
    values = {name: getattr(place, name) for name in COMPONENTS} | dict.fromkeys(_HIERARCHY[1:], "") | {"landmark": landmark}
    return _address(values, address_text(values), None, None)


def with_landmark(place: Address, landmark: str) -> Address:
    """The same place with another spot at it, "" for none."""
    values = {name: getattr(place, name) for name in COMPONENTS} | {"landmark": landmark}
    return _address(values, address_text(values), place.lat, place.lon)


def only_as_said(place: Address, said: Address) -> Address:
    """The same place with no other words for it than `said` has: numbers stay, spot and road are those that were said again."""
    dropped = ("road", "house_number") if said.estate and not said.road else ()
    values = {name: getattr(place, name) for name in COMPONENTS} | dict.fromkeys(dropped, "") | {"landmark": said.landmark}
    return _address(values, address_text(values), place.lat, place.lon)


def relative_correction(text: str, previous: Address) -> Address | None:
    """The place after a correction that only makes sense against the earlier one: 楼号往后数一个, 单元说错了是3, 再往上一层.

    None when the text is no such correction, or when the earlier place lacks the component that is to be shifted.
    """
    plain = normalise(text).text
    return _stated(plain, previous) or _shifted(plain, previous) or _swapped(plain, previous)


def address_text(values: dict[str, str]) -> str:
    """The components in the order people write them: 山南街道翠园小区6号楼2单元301室."""
    number = values.get("house_number", "")
    office = "街道" in values.get("landmark", "")  # 对炉街道办事处 may stand in a street of another name today
    words = (
        ["" if office else values.get("street", "")]
        + [values.get(name, "") for name in ("community", "road")]
        + [
            f"{number}号" if number else "",
            values.get("estate", ""),
        ]
    )
    values = {**values, "floor": "" if _tells_floor(values) else values.get("floor", "")}
    words += [values[name] + _SUFFIX[name] if values.get(name) else "" for name in ("building", "unit", "floor", "room")]
    landmark = _of_the_whole(values)
    words = [word for word in words if not (word and word in landmark)]  # 园林路与胜利路交叉口 names its roads itself
    return "".join(words) + landmark


def _of_the_whole(values: dict[str, str]) -> str:
    """The spot as it is told behind the numbers: 501室楼前, not 501室前; 星光家园二期工地, not 二期二期工地."""
    spot, phase = values.get("landmark", ""), phase_of(values.get("estate", ""))
    if spot in ("前", "后") and (values.get("unit") or values.get("room")):
        return f"楼{spot}"
    return spot.removeprefix(phase) or spot


def _tells_floor(values: dict[str, str]) -> bool:
    """102 is on the first floor: nobody says both."""
    floor, room = values.get("floor", ""), values.get("room", "")
    return bool(floor) and len(room) == len(floor) + 2 and room.startswith(floor)


def _stated(text: str, previous: Address) -> Address | None:
    match = _STATED.search(_WAS_NOT.sub("", text))  # 楼号写错了 不是15号楼 是16号楼
    if match is None:
        return None
    field = _FIELDS[match["field"]]
    if match["field"] in ("门牌", "门牌号") and previous.road and not previous.unit:
        field = "house_number"
    return _with(previous, field, arabic(match["value"]))


def _swapped(text: str, previous: Address) -> Address | None:
    """不是602是702: the number that was said stands in one component, and only that one changes."""
    match = _SWAP.search(text)
    if match is None:
        return None
    old = arabic(match["old"] or match["wrong"])
    field = next((name for name in ("room", "unit", "building", "floor", "house_number") if getattr(previous, name) == old), "")
    return _with(previous, field, arabic(match["new"] or match["right"])) if field else None


def _shifted(text: str, previous: Address) -> Address | None:
    match = _SHIFT.search(text)
    if match is not None:
        return _counted(previous, _shifted_field(match), match["way"], parse_numeral(match["count"]))
    beside = _NEXT_ONE.search(text)
    return _counted(previous, _FIELDS.get(beside["kind"], "building"), beside["way"], 1) if beside else None


def _counted(previous: Address, field: str, way: str, count: int | None) -> Address | None:
    """The component so many further on; None where it is not known, or would be nought."""
    old = getattr(previous, field) if field else ""
    number = re.search(r"\d+", old)
    if number is None or count is None:
        return None
    value = int(number[0]) + _DIRECTION[way] * count
    return _with(previous, field, old[: number.start()] + str(value) + old[number.end() :]) if value >= 1 else None


def _shifted_field(match: re.Match[str]) -> str:
    said = match["field"] or ""
    if said and said != "楼":
        return _FIELDS[said]
    kind = match["kind"]
    if kind in ("个", "个号"):
        return "building"
    return _FIELDS.get(kind, "")


def _with(previous: Address, field: str, value: str) -> Address:
    values = {name: getattr(previous, name) for name in COMPONENTS} | {field: value}
    return _address(values, address_text(values), previous.lat, previous.lon)


def _address(values: dict[str, str], text: str, lat: float | None, lon: float | None) -> Address:
    return replace(components_of(values), text=text, lat=lat, lon=lon)
