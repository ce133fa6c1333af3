"""Cuts one message into clauses, and says of each how it hangs together with what was said before it.

Which clauses are problems of their own is decided where they are classified (bot/components/problems.py); here are only the
words: marks, words that announce another matter, and clauses that merely add to a problem (data/issue_words.yml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from backend.contracts.understanding import Span
from backend.domain.language.tables import load_table


class Joint(IntEnum):
    """What stands between a clause and the one before it, weakest first; NOTHING inside a run of words."""

    NOTHING = 0
    COMMA = 1
    STOP = 2
    ANOTHER = 3


@dataclass(frozen=True)
class Clause:
    """A piece of a message.

    `beside`: it only adds an effect, a feeling, an answer of an office or a wish to a problem; `adds`: it says 也 or 还, as one
    does in a list; `because`: it explains, or is explained by, what stands before it; `asks`: it asks about an order that
    there is; `remark`: where in it the words begin that only add something, None without any; `does`: it tells what somebody or
    something did to a thing (把水管挖断了), as causes are told; `inquires`: it asks how something is done; `bare`: it tells what
    goes on and names nobody and nothing that does it (天天打鸣, 还涨价), or what happened once (前天有个老太太摔了), so that it
    goes on about what was named before; `manner`: it says how, and nothing else (黑灯瞎火的, 天天叮咣的).
    """

    span: Span
    joint: Joint
    beside: bool
    adds: bool
    because: bool
    asks: bool = False
    remark: int | None = None
    does: bool = False
    inquires: bool = False
    bare: bool = False
    manner: bool = False


_STOP = re.compile(r"[。!?;\n]+")
_COMMA = re.compile(r"[,、\s]+")
# Words that announce another matter, wherever they stand.
_ANOTHER = re.compile(
    r"(?:(?:还有(?!一?个)(?:就是|一件)?|(?<![天晚儿早回次月拜])还有一?个)(?!(?:多久|几天|多长|没有|人|点|啥用|什么用|味|水|电|气|\d))|另外|再一个"
    r"|再就是|再有(?:就是)?|再说(?:一个|一下|个)|顺便(?:说|问|提|反映)?(?:一下|一句)?|对了|"
    r"[还头]一个(?=[\s,:是])|再者|这次再说一?个?|还得说|还要(?:反映|投诉|说)|"
    r"除此之外|此外|首先|其次|同时(?:反映|投诉)|第[一二三四五]个?(?:问题|件事|件|是|、|,|:"
    r"|(?=[\u4e00-\u9fff]))(?!层|天|次|遍|回|单元|栋|小学|中学|医院|人民|季|年|期|趟)|一是|二是|三是|四是|一来|二来|一个是"
    r"|也(?:顺便)?反映(?:一下)?)"
)
_LIST_MARK = re.compile(r"(?:^|(?<=[\s。,;!?:\n]))(?:\(?[1-9][.、):]\s*(?!\d)|[一二三四五六]、|\([一二三四五]\))")
# 1路灯不亮2井盖没了: bare numbers that count up, none of them a measure.
# Not 2号楼, 3路车, 1个月: a number that counts something.
_MEASURE = (
    r"(?!号|楼(?![道顶上下])|单元|栋|层|室|门(?!口)|路(?![灯面口边])|小时"
    r"|[个天年月点度块元次遍回岁米期周日多户百千万分家人台辆条只盏处排趟])"
)
_BARE_NUMBER = re.compile(rf"(?<![\d.])([1-9])[.、):]?(?=[\u4e00-\u9fff]){_MEASURE}")
_LAST_OF_ALL = re.compile(r"(?<=[,。;\s])最后(?:一个|是)?")
_COUNTED = re.compile(r"([两俩二三仨四五2345])\s*(?:个|件|条|样|点)?(?:事|问题|情况|毛病)")
_NUMBERS = {"两": 2, "俩": 2, "二": 2, "2": 2, "三": 3, "仨": 3, "3": 3, "四": 4, "4": 4, "五": 5, "5": 5}
_SHORTEST = 2
_LEAD = re.compile(
    r"^(?:[\s,、。:;!?]|还有(?:就是|一个|一件|个)?(?!人)|另外|再一个|再就是|再有(?:就是)?|顺便(?:说|问|提"
    r"|反映)?(?:一下|一句|下)?|对了|首先|其次|最后|[还头]一[个件]|这次再说一?个?|就是|第[一二三四五]个?(?:(?:问题|件事|件)(?:是)?|是|(?=[,、:]))|[一二三四]是|一个是)+"
)
# 停水停电, 没水又没电, 水没有电也没有: what is missing is listed in one breath.
_LISTED = re.compile(
    r"(?<=[停断没][水电气网暖])(?=(?:[又也还])?[停断没][水电气网暖])|(?<=[停断没]暖气)(?=(?:[又也还])?[停断没][水电气网])"
    r"|(?<=[停断没][水电气网])(?=[\s,、]*(?:水|电|煤气|暖气|网)(?:也|又|还)(?:停|断|没))"  # 停水 电也停了
    r"|(?:(?<=[水电气网暖]也没有)|(?<=[水电气网暖]没有))(?=[水电](?![工费表话视线管])|网|煤气|暖气|电梯)"
)
# A comma alone parts two clauses only when both sides can stand for themselves: 停水,停电 cannot be told from a list of words.
_STANDS_ALONE = 3
_ADDS = re.compile(r"[也还又]|而且|并且|加上|连着")
_BECAUSE = re.compile(r"^(?:因为|由于|都是|原因|这样|这么|就是因为|导致|造成|弄得|害得|搞得|结果|所以)|(?:导致|弄得|害得|搞得)")
_DOES = re.compile(r"[把将]|[弄砸挖碰压撞刮踩震铲拆冲](?:坏|断|漏|裂|破|倒|塌|了)|[了坏断爆崩]以后")
_INQUIRES = re.compile(
    r"请教|打听|咨询|请问|问问|问一?下|想问|想知道|(?:怎么|咋|如何)(?:申请|办|报名|领|收费|交费)|多少钱$|几点|[带要](?:什么|啥)(?:材料|东西|手续)"
)
_BARE = re.compile(
    r"^(?:天天|每天|成天|整天|见天|半夜|后半夜|大半夜|晚上|夜里|早上|一大早|一宿|老是?|总是?|经常|动不动|还|又|也|都|就|直|净|光|连|往|把|给|让|一开窗|一出门"
    r"|(?:早上|晚上|半夜)?[一二三四五六七八九十\d]{1,3}点(?:多|半)?|[我俺](?:们)?家?)*"
    r"(?:[叮当咚咣哐砰]{2}|(?:声音|声儿|动静|味儿?)(?:太|老|特|贼|挺|很|可)*(?:大|响|冲)|打鸣|叫(?!做)|嗷|嘎|汪|吵|闹(?!耗子|老鼠|鼠)|骂|嚷|拉(?:屎|尿|得)|尿|招|熏|呛|冻(?:成|了一层冰)|[全净]?都?是?[\u4e00-\u9fff]{0,3}味|涨(?:价|钱)|加(?:价|钱)|收钱|要钱"
    r"|不让|不给|不退|不认|不管|不赔|咣|咚|轰|嗡|响|冒(?!水|烟|火|臭|脏|粪)|滴|泡|影响)"
)
# What happened once is told as an example: 前天有个姑娘让人跟踪了, 上礼拜还摔了个老头.
_ONCE = re.compile(
    r"^(?:就)?(?:(?:大前|前|昨|今)(?:天|儿|晚|早|个)|上(?:一?个?(?:周|礼拜|星期|月)|[回次])[一二三四五六日天]?|(?:前|头)(?:几|两|些)(?:天|日)|去年|有一?[天次回])"
    r"(?:早上|晚上|下班|半夜|刚|还|就|都|也|又)*(?:有(?:一?个|俩|两个|人|家|位)|(?:摔|绊|撞|咬|砸|崴|刮|烫|伤)(?:了|着|到|倒))"
)
_SOUNDS = "叮当咚咣哐砰嗡轰吱嘎呼噜哗啦滴答扑腾乒乓咔嚓咯噔噼啪汪嗷"
_MANNER = re.compile(
    rf"(?:天天|每天|成天|整天|见天|半夜|后半夜|大半夜|晚上|夜里|一宿|成宿|整宿|从早到晚|一到晚上|黑天|下班|放学|回家|出门|走道|走路|上下楼|老是?|总是?|都是|还是|还|就|全|都|一片|里头?|那块儿?|到处)*"
    rf"(?:黑[灯咕](?:瞎|下)?[火咕]|黑咕隆咚|[黑漆黢乌]{{2,}}|黑[黢漆]{{2}}|乌漆[墨抹麻嘛]黑|伸手不见五?指?|[{_SOUNDS}]{{2,}})"
    r"(?:的|地|一片|直响|响|个?不停|没完没了|没完|啥也看不见|看不见|看不清)*"
)
_WORDS = load_table("problem_words")
_STATES = re.compile(_WORDS["states"])
_ASKS = re.compile("|".join(load_table("issue_words")["status"]))
_BESIDE = re.compile("|".join(f"(?:{words})" for group in load_table("issue_words").values() for words in group))


def clauses_in(text: str) -> tuple[Clause, ...]:
    """The clauses of a text that is normalised already, with their joints, leading marks cut off, none empty; one clause when
    there is nothing to cut.

    The cut is generous: whoever classifies the pieces joins neighbours of the same problem again.
    """
    found: list[Clause] = []
    edges = _edges(text)
    waiting = Joint.COMMA  # of pieces that turn out to be marks only
    for (start, joint), (end, _) in zip(edges, edges[1:]):  # noqa: B905, RUF007 - neighbours
        waiting = max(waiting, joint)
        span = _trim(text, start, end)
        if span is not None:
            found.append(_clause(span, waiting))
            waiting = Joint.COMMA
    return tuple(found) or ((_clause(Span(0, len(text), text), Joint.STOP),) if text else ())


def states_something(text: str) -> bool:
    """Whether a piece says what is wrong, and not merely where or who."""
    return bool(_STATES.search(text))


def announced_number(text: str) -> int:
    """How many problems the resident says there are (反映三个问题), 1 when nothing is said."""
    match = _COUNTED.search(text)
    return _NUMBERS[match[1]] if match else 1


def clause_of(span: Span, joint: Joint) -> Clause:
    """A piece of a clause, with what its own words say about how it hangs together."""
    return _clause(span, joint)


def _edges(text: str) -> list[tuple[int, Joint]]:
    """Where pieces begin and by what; the last one is the end of the text."""
    cuts = {0: Joint.STOP, len(text): Joint.STOP}
    for match in _STOP.finditer(text):
        cuts[match.end()] = max(cuts.get(match.end(), Joint.STOP), Joint.STOP)
    for pattern in (_ANOTHER, _LIST_MARK):
        cuts.update({match.start(): Joint.ANOTHER for match in pattern.finditer(text)})
    cuts.update(dict.fromkeys(_counting_up(text), Joint.ANOTHER))
    if "首先" in text or "其次" in text:
        cuts.update({match.start(): Joint.ANOTHER for match in _LAST_OF_ALL.finditer(text)})
    hard = sorted(cuts)
    for start, end in zip(hard, hard[1:]):  # noqa: B905, RUF007
        last = start
        for match in _COMMA.finditer(text, start, end):
            if match.start() - last >= _STANDS_ALONE and end - match.end() >= _STANDS_ALONE:
                cuts[match.end()] = Joint.COMMA
                last = match.end()
    cuts.update({match.start(): cuts.get(match.start(), Joint.COMMA) for match in _LISTED.finditer(text)})
    return sorted(cuts.items())


def _counting_up(text: str) -> list[int]:
    """Where 1, 2, 3 … stand without a mark behind them; fewer than two of them are no list."""
    found: list[int] = []
    for match in _BARE_NUMBER.finditer(text):
        if int(match[1]) == len(found) + 1:
            found.append(match.start())
    return found if len(found) > 1 else []


def _clause(span: Span, joint: Joint) -> Clause:
    text = span.text
    remark = _BESIDE.search(text)
    return Clause(
        span,
        joint,
        beside=remark is not None,
        adds=bool(_ADDS.search(text)),
        because=bool(_BECAUSE.search(text)),
        asks=bool(_ASKS.search(text)),
        remark=remark.start() if remark else None,
        does=bool(_DOES.search(text)),
        inquires=bool(_INQUIRES.search(text)),
        bare=bool(_BARE.match(text) or _ONCE.match(text)),
        manner=_MANNER.fullmatch(text) is not None,
    )


def _trim(text: str, start: int, end: int) -> Span | None:
    mark = _LIST_MARK.match(text, start, end) or (_BARE_NUMBER.match(text, start, end) if start in _counting_up(text) else None)
    if mark:
        start = mark.end()
    lead = _LEAD.match(text[start:end])
    if lead:
        start += lead.end()
    while end > start and text[end - 1] in " ,、。!?;:\n":
        end -= 1
    return Span(start, end, text[start:end]) if end - start >= _SHORTEST else None
