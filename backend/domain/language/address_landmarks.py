"""What residents name instead of a number: 菜市场后身, 二一九公园对面, 楼下, 园林路与胜利路交叉口."""

from __future__ import annotations

import re

from backend.domain.language.address_names import after_stops
from backend.domain.language.address_numbers import Part
from backend.domain.language.tables import load_table

_TABLE = load_table("address_words")
_KNOWN = frozenset(load_table("places")["landmarks"])
_LONGEST_NOUN = 8


def _words(name: str) -> str:
    return "|".join(sorted(_TABLE[name], key=len, reverse=True))


# 锅炉房后院 is behind the boilers, not behind the house; 5号楼下水堵了 speaks of a drain.
_WHERE = re.compile(rf"(?!楼下水)(?:{re.sub(r'(?<=[|])(?=房[前后])', '(?<![炉库泵水煤机仓票药])', _words('where'))})")
_LAST_WHERE = re.compile(rf"(?:{_WHERE.pattern})$")
_SIDE_PUT_RIGHT = re.compile(
    rf"(?:(?:哦|哎|啊)?(?:不对|不是(?!不)[^,。是]{{0,4}}|(?:说|写|打|记|报|搞)?错了?|说岔了?)[\s,。]*)*(?:应该|其实)?(?:是|在)?"
    rf"(?P<side>{_WHERE.pattern})(?:啊|呀|的)?"
)
_SIDE = re.compile(r"(?<=楼)[前后](?=的|那)")  # 8号楼前的井盖
_WITHIN = re.compile(
    r"(?:自行车?|地下)?(?:车棚|车库|停车场|锅炉房|菜市场|早市|夜市|广场|胡同|地下室)里(?![面头边])"
    r"|(?:自行|电动)?车棚|(?:老年)?活动(?:室|中心)|收发室|门卫室?|篮球场|配电[室房]|幼儿园|传达室"
    r"|地下(?:车库|停车场)|停车场|(?:小|健身|文化|中心|休闲|喷泉)广场|锅炉房|换热站|[水泵]泵?房(?!间)|物业办公室|健身器材|过街天桥|凉亭|公厕"
)
_PUBLIC = re.compile(
    r"(?:^|[\s,。:])(?:就|是|在|到)*(?P<place>(?:[东西南北]站)?(?:火车站|高铁站|客运站|汽车站|长途站|步行街|体育[场馆]|图书馆|文化宫|少年宫|博物馆|科技馆|(?:政务|行政)(?:服务)?(?:中心|大厅)|办事大厅|人民医院|中心医院|殡仪馆))"
    r"(?:那边|那儿|那里|那块儿?|这边|这儿|这块儿?|附近)?(?=[\s,。!]|$)"
)
_STANDS_THERE = re.compile(
    rf"(?:的|那个?|这个?)*(?:{_WITHIN.pattern}|工地|超市|菜市场|公园|饭店|烧烤店|歌厅|网吧|麻将馆|公交站|空地)(?![费长主])"
)
# Behind a place they tell no spot that helps to find it.
_INSIDE = frozenset({"里面", "里头", "里边", "隔壁", "楼顶", "路段", "外面", "外头"})
_NEARBY = 4  # characters between an institution and the spot at it
_ON_A_ROAD = re.compile("地下通道|隧道|涵洞|人行桥|天桥")
_HOLDS = frozenset({"road", "estate", "community"})  # what an institution right behind it stands in
_INSTITUTION = re.compile(_words("institutions"))
_GENERIC = re.compile(r"楼|附近|旁|对面|门口|我们|咱们|俺们|这个|那个|小区|家|下面|底下|后身|前面|后面")
_POINTED = re.compile(r"^.*[那这][个家所]")  # 长甸那个实验幼儿园
_VAGUE = frozenset(_TABLE["vague_nouns"])
_ALONE = frozenset(_TABLE["alone"])
_BEHIND_ONES_OWN = frozenset(_TABLE["behind_ones_own"])
_ONES_OWN = re.compile(
    r"(?:我|俺|咱|我们|俺们|咱们)(?:这|那)?(?:个)?(?P<said>小区|楼|单元|院|大院|家)的?$|(?<![一-龥])(?P<bare>小区|单元)的?$"
)
_HAN_TAIL = re.compile(r"[\u3400-\u9fffA-Za-z0-9]+$")
_MEASURE_HEAD = re.compile(r"^(?:栋|排|间|座|趟|棵|根|片|块|条|层)(?=[一-龥])")
_NUMERAL_HEAD = re.compile(r"^\d+(?:号楼?|栋|单元|楼|层|点|天)?")
# Nouns that may stand before a word of direction without an institution's name: 菜市场, 学校, 锅炉房, 早市.
_PLAIN_NOUN = re.compile(
    r"(?:菜?市场|学校|幼儿园|小学|中学|超市|医院|公园|车站|站点|公交站|[公站]?站牌|锅炉房|换热站|早市|夜市|饭店|银行|药店"
    r"|派出所|广场|桥|厂|棚|停车场|车棚|垃圾[箱桶点站房]|变电[所箱]|仓房|凉亭"
    r"|广场|商店|食杂店|小卖部|理发店|浴池|洗浴|公厕|厕所|居委会|社区|物业|大门|岗亭|门卫|洗车行|修理部"
    r"|烧烤店?|面馆|早餐店|水果店|加油站|河|铁道|铁路|小学校|教堂|庙|市政府|区政府|宾馆|酒店|商场|水站|泵站|楼"
    r"|院|菜站|麻将馆|棋牌室|歌厅|KTV|饭馆|[一-龥]铺|驿站|诊所|卫生[院所]|车库|器材|[水泵]房|五金店|彩票站|网吧|游乐场|滑梯|涵洞|桥洞"
    r"|值班室|收发室|敬老院|养老院|变压器|电线杆|配电[箱室柜]|办公室|火车道|俱乐部|营业厅|收费站|售楼处|体育[馆场]|图书馆|[客货]运站|火车站|地铁站|法院|邮局|电影院|公安局|[一-龥]分局|税务局|供电局|房产局|少年宫|文化宫|储蓄所|服务站|卫生站"
    r"|(?:活动|服务|购物|文化|商业|健身|体检|行政|老年|康复)中心|政府|街道办|操场|空地|[煤货木料沙石]场|[一-龥]码头|体校|技校|党校|粮站|煤站|粮库|仓库"
    r"|(?:服装|家居|建材|美食|电脑|电子|电器|小商品|图书|汽配|五金|家具|茶叶|古玩|鞋|商贸|轻工|灯饰|家电)城|大集|集市|修理厂|[一-龥]工厂|澡堂子?|殡仪馆|[茶酒饭]楼|食堂|[天立]桥|高架桥?|牌楼|雕像|纪念碑|水塔|烟囱|岗楼|警务室|十字路口|(?<![一-龥])路口|道口|街口|河沿|河边|河套|水沟|山坡|北坡|南坡|[一二三四五六七八九十][小中]|住院部|门诊楼|[一-龥](?<![在到进出回去来从往])店|花坛|大树|路灯)$"
)
_ABOARD = re.compile(r"[\d一二三四五六七八九十]+路(?:公交|汽车|的)*车?(?:上|里)|公交车?(?:上|里)$")
_DISTANCE = re.compile(
    r"\s*(?:再|走|直接|过去|进来|进去|进门|过了?(?=\d|[一二两三四五六七八九十百几]))*(?:[往向朝](?:[东西南北]{1,2}|前|后|里|上|下|左|右)(?:边|面|手)?(?:走|去|拐|一?点儿?|不远)*)?"
    r"(?:大概|大约|差不多|也就|有个?)?\s*(?:(?:\d+|[一二两三四五六七八九十百几]{1,4})多?(?:来)?米|[一二两三四五六七八九十几百]{1,3}步|(?<=[东西南北前后里上下左右走去拐])(?=[\s,。]|$))"
    r"(?:左右|远|处|的地方|那儿)*"
)
# 楼下都来找了: the people who live there, and no place.
_NEIGHBOURS = re.compile(
    r"(?:的)?(?:邻居|住户|人家|那家|那户|大[姐爷妈哥娘婶]|老(?:太太|头|两口)|(?:都|也|又|就|老|天天|直|总|已经|刚才?)*(?:上?来?(?:找|敲|骂|闹|吵)|投诉|来人|不(?:让|干|乐意|愿意)|有意见|急眼))"
)
# The name of a shop, not what somebody does there: 力美健身, 海哥烧烤, 老孟铁锅炖; not 那家烧烤店, 邻居开的麻将馆.
_NAMED_THERE = re.compile(
    r"(?!老[是在])[\s,]?的?(?:那个|那家|那间|一家|有家|有个|叫|开的){0,2}(?P<name>[^\W\d_的了着过开把有那这家个里是在天每又总也都很大小路流露半夜全整们我你他她它去来说跟和给被让]{2,5}"
    r"(?:健身(?:房|中心|馆)?|舞蹈|美容(?:院|店)?|美发(?:店)?|理发(?:店)?|烧烤(?:店|城|吧)?|火锅(?:店|城)?|烤肉(?:店)?|铁锅炖|串吧|麻辣烫|饺子馆"
    r"|面馆|饭店|饭馆|酒楼|酒店|宾馆|旅馆|超市|便利店|药房|大药房|诊所|口腔|网吧|浴池|洗浴|汗蒸|KTV|歌厅|酒吧|棋牌社?|麻将馆|洗车行?|汽修"
    r"|培训(?:班|学校|中心|机构)?|托管班?|幼儿园|家具城?|建材|房产|中介|驿站|工地|大厦))(?![路街道里边])"
)
_DISTRICT = re.compile(r"(?:铁东区?|鞍山市?)$")
_OFFICE = re.compile(r"(?:街道办(?:事处)?|居委会|村委会)$")
_NOT_THERE = re.compile(r"不(?:是|在)[^,。]{0,4}$")
# 3号楼和4号楼中间, 1到6号楼之间: the first of them stands for the building.
_BETWEEN = re.compile(
    r"\d{1,3}(?:号楼?|栋)?\s*(?:和|跟|与|到|至|、|-)\s*\d{1,3}(?:号楼?|栋楼?|楼)(?:之间|中间|当间儿?|当中|两栋楼?(?:之间|中间))"
)
_AWAY = ("往", "朝", "冲")  # 往楼下扔 goes there, and is not there
_COUNTED = r"第?(?:\d{1,2}|[一二两三四五六七八九十头]{1,2})"
_ROW = re.compile(
    rf"(?:平房区?(?:的|那个?|里|[东西南北前后]面?)*{_COUNTED}[排趟栋](?![排趟])(?:平?房)?|(?<![一-龥\d])(?!一[排趟]){_COUNTED}[排趟]平房|{_COUNTED}趟房)"
    rf"(?:[\s,的]*(?:[东西南北左右里外](?:边|头|手|面)?)?(?:往[里外东西南北])?数?{_COUNTED}(?:家|户|个?门(?!口)))?"
)
_CROSSING = re.compile(
    r"\s*(?:与|和|跟|、|交|-)\s*(?P<other>[\u3400-\u9fff]{1,6}?(?:路|街|道))\s*(?:的)?(?:交叉路?口|交汇处?"
    r"|交口|路口|拐角|十字路口|口|[那这](?:个?路?口|块儿?|儿|里|边))"
)


def other_side(text: str, landmark: str) -> str:
    """The landmark with the side that a correction names: 南门, of 北门 and 说错了 是南门; "" where the text names none alone."""
    said, known = _SIDE_PUT_RIGHT.fullmatch(text), _LAST_WHERE.search(landmark)
    return landmark[: known.start()] + said["side"] if said and known and said["side"] != known[0] else ""


def between_part(text: str) -> Part | None:
    """The spot between two houses; it takes the numbers of both."""
    match = _BETWEEN.search(text)
    return Part("landmark", match[0], match.start(), match.end()) if match else None


def landmark_part(text: str, parts: list[Part]) -> Part | None:
    """The landmark, or None; `parts` are the components found already, which a landmark never repeats."""
    found = _found(text, parts)
    if found is None:
        return None
    named = _named_there(text, _with_further_direction(text, found))
    return _with_distance(text, named) if named.start < named.end else named


def _with_further_direction(text: str, spot: Part) -> Part:
    """东门斜对过, 菜市场后身拐角: a spot that lies to a spot."""
    match = _WHERE.match(text, spot.end) if spot.start < spot.end and _LAST_WHERE.search(spot.value) else None
    return Part(spot.name, spot.value + match[0], spot.start, match.end()) if match and _lies_at(match[0]) else spot


def _lies_at(word: str) -> bool:
    """Not 往北, which needs to be told how far, and not 里面."""
    return word not in _INSIDE and not word.startswith("往")


def _named_there(text: str, spot: Part) -> Part:
    """站前广场旁边的力美健身: which house of those that stand there, told by its name. The words stay with the matter too."""
    match = _NAMED_THERE.match(text, spot.end) if _WHERE.search(spot.value) else None
    is_new = match is not None and match["name"] not in spot.value
    return Part(spot.name, spot.value + match["name"], spot.start, spot.end) if match and is_new else spot


def _with_distance(text: str, part: Part) -> Part:
    """大门口往东50米: from where, which way and how far."""
    match = _DISTANCE.match(text, part.end)
    return Part(part.name, part.value + match[0].strip(), part.start, match.end()) if match else part


def _found(text: str, parts: list[Part]) -> Part | None:
    spot = _with_row(text, _crossing(text, parts) or _directed(text, parts))
    named = _institution(text, parts)
    bare = spot is not None and spot.value in _ALONE and not any(part.name == "building" for part in parts)
    if spot is not None and named is not None and (bare or not names_a_place(spot.value)):
        together = text[named.start : spot.end]  # 鞍钢医院住院部楼下, 劳动公园那站牌底下: which one it is says more
        near = 0 <= spot.start - named.end <= _NEARBY and not re.search(r"[\s,。]", together)
        if near or bare:
            return Part("landmark", together, named.start, spot.end) if near else named
    return spot or named or _within(text, parts) or _of_the_public(text)


def _with_row(text: str, spot: Part | None) -> Part | None:
    """The row of cottages that is told, with the spot right in front of it: 铁道口西边 + 第二趟房."""
    row = _row_of_cottages(text)
    if row is None:
        return spot
    behind = spot is not None and spot.end <= row.start and not text[spot.end : row.start].strip(" 的东西南北边面侧头")
    return Part("landmark", text[spot.start : row.end], spot.start, row.end) if spot is not None and behind else row


def names_a_place(landmark: str) -> bool:
    """Whether a landmark is found by its name alone: 湖南小学, 长甸菜市场, 烈士山公园东门; not 菜市场后身 and not 楼下饭店."""
    if landmark in _KNOWN:
        return True  # 胜利广场: a public place, and nobody's building
    where = _WHERE.search(landmark)
    if _ABOARD.search(landmark) or (where is not None and _NAMED_THERE.match(landmark, where.end())):
        return True  # 站前广场旁边力美健身: the name of the house itself
    match = _INSTITUTION.search(landmark)
    core = _POINTED.sub("", landmark[: match.start()]) if match else ""
    return len(core) >= 2 and core not in _VAGUE and not _GENERIC.search(core)


def with_direction(text: str, part: Part) -> Part:
    """A landmark together with the word of direction right behind it: 二一九公园 + 对面."""
    match = _WHERE.match(text, part.end)
    return _named_there(text, Part(part.name, part.value + match[0], part.start, match.end())) if match else part


def _row_of_cottages(text: str) -> Part | None:
    """平房三排左数第二家: houses without a number are counted."""
    match = _ROW.search(text)
    return Part("landmark", re.sub(r"\s", "", match[0]), match.start(), match.end()) if match else None


def _crossing(text: str, parts: list[Part]) -> Part | None:
    for part in parts:
        match = _CROSSING.match(text, part.end) if part.name == "road" else None
        if match:
            return Part("landmark", text[part.start : match.end()], part.start, match.end())
    return None


def _directed(text: str, parts: list[Part]) -> Part | None:
    spot: Part | None = None
    nouns: list[Part] = []
    for match in _WHERE.finditer(text):
        before = _noun(text, match.start(), parts)
        if before:
            nouns.append(Part("landmark", before + match[0], match.start() - len(before), match.end()))
            continue
        office = next((part for part in parts if part.end == match.start() and _OFFICE.search(text[part.start : part.end])), None)
        if office is not None:  # 对炉街道办事处旁边: the house stands there, whatever the street is called today
            nouns.append(Part("landmark", text[office.start : match.end()], office.start, match.end()))
        elif spot is None and _tells_a_spot(match, text, parts):
            spot = Part("landmark", match[0], match.start(), match.end())
        elif spot is None and _of_ones_own(match, text):
            spot = _own_spot(match, text)
    by_name = next((part for part in nouns if names_a_place(part.value)), None)
    spot = _with_what_stands_there(text, spot) if spot else None
    noun = by_name or (nouns[0] if nouns else None)
    if noun and spot and spot.end <= noun.start and not text[spot.end : noun.start].strip(" 的"):
        return Part("landmark", spot.value + noun.value, spot.start, noun.end)  # 小区对面 菜店门口
    return noun or spot or _behind(text, parts)


def _with_what_stands_there(text: str, spot: Part) -> Part:
    """松柏花园对面小广场: what stands there; it takes no words away from the matter."""
    match = _STANDS_THERE.match(text, spot.end)
    return Part(spot.name, text[spot.start : match.end()], spot.start, spot.end) if match else spot


def _of_the_public(text: str) -> Part | None:
    """昨天晚上十点多 火车站: a clause that is nothing else than a place that everybody knows."""
    match = _PUBLIC.search(text)
    return Part("landmark", match["place"], match.start("place"), match.end("place")) if match else None


def _within(text: str, parts: list[Part]) -> Part | None:
    """A thing that an estate has one of; it takes no words away from the matter (停车场乱收费)."""
    match = _WITHIN.search(text) if parts else None
    return Part("landmark", match[0], match.start(), match.start()) if match else None


def _tells_a_spot(match: re.Match[str], text: str, parts: list[Part]) -> bool:
    """A direction without a noun: behind a component, or one that says enough alone."""
    word = match[0]
    within = any(part.start < match.end() and match.start() < part.end for part in parts)
    if word == "楼下" and not within and _NEIGHBOURS.match(text, match.end()):
        return False
    if word == "楼下" or (word in _ALONE and not within):
        return not text[: match.start()].endswith(_AWAY)
    return word not in _INSIDE and _anchored(match.start(), text, parts)


def _of_ones_own(match: re.Match[str], text: str) -> bool:
    """我家门口, 咱小区后院; not 不是我家门口."""
    before = (text, 0, match.start())
    return match[0] in _BEHIND_ONES_OWN and bool(_ONES_OWN.search(*before)) and not _NOT_THERE.search(*before)


def _own_spot(match: re.Match[str], text: str) -> Part:
    """It takes no words away from the matter (堵我家门口的车), unless it is all that is said."""
    alone = not text[match.end() :].strip(" ,。!那这儿块里的个")
    return Part("landmark", match[0], match.start(), match.end() if alone else match.start())


def _behind(text: str, parts: list[Part]) -> Part | None:
    """A direction right behind a component that itself ends in 楼: 3号楼后面."""
    for part in sorted(parts, key=lambda part: -part.end):
        match = _WHERE.match(text, part.end) or _SIDE.match(text, part.end)
        if match is not None and match[0] not in _INSIDE:
            return Part("landmark", match[0], match.start(), match.end())
    return None


def _anchored(start: int, text: str, parts: list[Part]) -> bool:
    """A direction without a noun counts when it follows a component (翠园小区门口, 6号楼的后身)."""
    return any(part.end <= start and text[part.end : start].strip(" 的那个,") in ("", "小区") for part in parts)


def _noun(text: str, end: int, parts: list[Part]) -> str:
    """The noun that ends at `end`: it must be a kind of place, and not be the component that stands there."""
    floor = max((part.end for part in parts if part.end <= end), default=0)
    raw = _HAN_TAIL.search(text[max(floor, end - _LONGEST_NOUN) : end])
    if raw is None:
        return ""
    said = raw[0].rstrip("的")
    noun = _MEASURE_HEAD.sub("", _NUMERAL_HEAD.sub("", after_stops(said, 2)))
    if _INSTITUTION.fullmatch(noun):
        noun = _district_in(said.removesuffix(noun)) + noun  # 铁东医院对过
    if noun == "站牌" and text.startswith("底下", end):
        return ""  # any stop of the line
    return noun if noun not in _VAGUE and len(noun) >= 2 and _PLAIN_NOUN.search(noun) else ""


def _district_in(before: str) -> str:
    """铁东, where an institution is named after it; "" elsewhere."""
    match = _DISTRICT.search(before)
    return match[0] if match else ""


def _institution(text: str, parts: list[Part]) -> Part | None:
    on_a_road = next((match for part in parts if part.name == "road" and (match := _ON_A_ROAD.match(text, part.end))), None)
    if on_a_road is not None:
        return with_direction(text, Part("landmark", on_a_road[0], on_a_road.start(), on_a_road.end()))
    for match in _INSTITUTION.finditer(text):
        floor = max((part.end for part in parts if part.end <= match.start()), default=0)
        raw = _HAN_TAIL.search(text[max(floor, match.start() - 6) : match.start()])
        core = _district_in(raw[0]) or after_stops(raw[0], 0) if raw else ""
        if not core and any(part.end == match.start() and part.name in _HOLDS for part in parts):
            return with_direction(text, Part("landmark", match[0], match.start(), match.end()))  # 解放路立交桥底下
        if len(core) >= 2 and not re.search(
            r"[能归不谁]管|管管|^[开包盘]|私立|公立|民办|这家|那家|一家|几家|大型|附近|三甲|正规|网上|社会|义务|初级|不上|商业|储蓄",
            core,
        ):
            return with_direction(text, Part("landmark", core + match[0], match.start() - len(core), match.end()))
    return None
