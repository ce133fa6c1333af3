"""A bare number that answers "几号楼?": 12号, 老楼 12号, 21."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address, Completeness
from backend.contracts.understanding import AddressMention, Span
from backend.domain.drafting.model import Ask, OpenForm, Turn
from backend.domain.language.address_numbers import arabic

_HOUSE = re.compile(r"(?:^|[\s,。]|是|住|在)(?P<said>(?P<number>\d{1,3}|[一二三四五六七八九十]{1,3})号)(?=$|[\s,。吧啊呢的])")
_HAPPENED = re.compile("开始|停|坏|漏|断|堵|没|早|晚|[上下]午|半夜|报|发现|那天|月")


def with_house(form: OpenForm, turn: Turn) -> Turn:
    """The message with its bare number as the building, where the building of a known estate was asked for and the message names
    neither that nor a day on which something happened."""
    known, said = form.draft.address, turn.facts.address
    asked = form.requested is Ask.ADDRESS_DETAIL and known.estate and not known.building
    if not asked or _HAPPENED.search(turn.text) or (said is not None and (said.address.building or said.address.estate)):
        return turn
    match = _HOUSE.search(turn.text)
    if match is None:
        return turn
    span = Span(match.start("said"), match.end("said"), match["said"])
    place = replace(said.address if said else Address(), building=arabic(match["number"]))
    spans = (*(said.spans if said else ()), span)
    when = turn.facts.occurred_at
    day = when is not None and when.span.start < span.end and span.start < when.span.end
    mention = AddressMention(spans, replace(place, text=span.text), Completeness.PARTIAL)
    return replace(turn, facts=replace(turn.facts, address=mention, occurred_at=None if day else when))
