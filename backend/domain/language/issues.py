"""Cuts one message into the pieces that may each hold a problem of their own."""

from __future__ import annotations

import itertools
import re

from backend.contracts.understanding import Span
from backend.domain.language.normalise import normalise

_HARD = re.compile(r"[。!?;\n]+")
_SOFT = re.compile(r"[,、\s]+")
# Words that announce another matter, wherever they stand.
_ANOTHER = re.compile(
    r"(?:还有(?:就是|一个|一件|个)?(?!(?:多久|几天|多长|没有|人|点|啥用|什么用|味|水|电|气|\d))|另外|再一个"
    r"|再就是|再有(?:就是)?|再说(?:一个|一下|个)|顺便(?:说|问|提|反映)?(?:一下|一句)?|对了|"
    r"除此之外|此外|其次|同时(?:反映|投诉)|第[一二三四五]个?(?:问题|件事|件|是|、|,|:"
    r"|(?=[\u4e00-\u9fff]))(?!层|天|次|遍|回|单元|栋|小学|中学|医院|人民|季|年|期|趟)|一是|二是|三是|一来|二来"
    r"|也(?:顺便)?反映(?:一下)?)"
)
_LIST_MARK = re.compile(r"(?:^|(?<=[\s。,;!?:\n]))(?:\(?[1-9][.、):]\s*(?!\d)|[一二三四五六]、|\([一二三四五]\))")
_SHORTEST = 2
_LEAD = re.compile(
    r"^(?:[\s,、。:;!?]|还有(?:就是|一个|一件|个)?|另外|再一个|再就是|再有(?:就是)?|顺便(?:说|问|提"
    r"|反映)?(?:一下|一句|下)?|对了|就是|第[一二三四五]个?(?:(?:问题|件事|件)(?:是)?|是|(?=[,、:]))|[一二三]是)+"
)
# A comma alone parts two problems only when both sides can stand for themselves.
_STANDS_ALONE = 6


def split_problems(text: str) -> tuple[Span, ...]:
    """Pieces of the normalised text in order, leading marks cut off, none empty; the whole text when there is nothing to cut.

    The cut is generous: whoever classifies the pieces joins neighbours of the same problem again.
    """
    return problems_in(normalise(text).text)


def problems_in(text: str) -> tuple[Span, ...]:
    """`split_problems` for text that is normalised already."""
    cuts = {0, len(text)}
    for pattern in (_HARD, _LIST_MARK):
        cuts.update(match.start() if pattern is _LIST_MARK else match.end() for match in pattern.finditer(text))
    cuts.update(match.start() for match in _ANOTHER.finditer(text))
    edges = sorted(cuts)
    spans: list[Span] = []
    for start, end in itertools.pairwise(edges):
        spans.extend(_commas(text, start, end))
    return tuple(spans) or ((Span(0, len(text), text),) if text else ())


def _commas(text: str, start: int, end: int) -> list[Span]:
    """Cuts at commas where both sides are long enough to be clauses."""
    edges = [start]
    for match in _SOFT.finditer(text, start, end):
        if match.start() - edges[-1] >= _STANDS_ALONE and end - match.end() >= _STANDS_ALONE:
            edges.append(match.end())
    edges.append(end)
    return [span for span in (_trim(text, a, b) for a, b in itertools.pairwise(edges)) if span is not None]


def _trim(text: str, start: int, end: int) -> Span | None:
    mark = _LIST_MARK.match(text, start, end)
    if mark:
        start = mark.end()
    lead = _LEAD.match(text[start:end])
    if lead:
        start += lead.end()
    while end > start and text[end - 1] in " ,、。!?;:\n":
        end -= 1
    return Span(start, end, text[start:end]) if end - start >= _SHORTEST else None
