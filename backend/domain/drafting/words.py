"""What a message says beside the facts that the rules found in it."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.understanding import Facts, Span

BLOT = "\x01"
_FILLER = re.compile(
    r"[\s,。!?;:、()]|我姓|我叫|免贵姓|姓名|就这样|就有了?|这样|发现|开始|我家|我们|俺家|你好|您好|电话|手机|地址|就是|那个|师傅|座机|联系人|联系方式|号码|谢谢|麻烦|的|了|在|是|住|吧|啊|呢|哈"
)


def words_beside_facts(text: str, facts: Facts) -> str:
    """What a message says besides place, time, phone and name."""
    return _FILLER.sub("", blotted(text, facts).replace(BLOT, ""))


def blotted(text: str, facts: Facts) -> str:
    """The text with BLOT in the place of every character of a fact."""
    spans = [span for span in _fact_spans(facts) if 0 <= span[0] < span[1]]
    kept = "".join(BLOT if any(start <= index < end for start, end in spans) else char for index, char in enumerate(text))
    return kept.replace(facts.name, BLOT * len(facts.name)) if facts.name else kept


def _fact_spans(facts: Facts) -> list[tuple[int, int]]:
    spans = list(facts.address.spans) if facts.address else []
    spans += [facts.occurred_at.span] if facts.occurred_at else []
    spans += [mention.span for mention in facts.phones]
    return [(span.start, span.end) for span in spans]


def without_stretch(facts: Facts, start: int, end: int) -> Facts:
    """The facts of which nothing is said between the two places of the text."""
    place = facts.address
    spans = tuple(span for span in place.spans if not _lies_in(span, start, end)) if place else ()
    when = facts.occurred_at
    return replace(
        facts,
        address=place if place and (spans or not place.spans) else None,
        occurred_at=when if when and not _lies_in(when.span, start, end) else None,
        phones=tuple(mention for mention in facts.phones if not _lies_in(mention.span, start, end)),
    )


def _lies_in(span: Span, start: int, end: int) -> bool:
    return span.start < end and start < span.end
