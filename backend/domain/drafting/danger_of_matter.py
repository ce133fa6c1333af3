"""Smoke and smell that are the matter itself: 烟还特别大, of a barbecue, 一屋子味儿, of a drain."""

from __future__ import annotations

import re

from backend.contracts.understanding import EmergencyHit

# Kind of danger: the leaves whose own smoke or smell may sound like it, and the words that tell of more than that.
_SMELLS_OF: dict[str, tuple[frozenset[str], re.Pattern[str]]] = {
    "fire": (frozenset({"异味油烟扬尘", "占道摊贩"}), re.compile("火|着了|起来了|浓烟|黑烟|出不来|救|昏|晕")),
    "gas": (
        frozenset({"异味油烟扬尘", "下水堵塞返水", "垃圾清运", "公厕", "占道摊贩"}),
        re.compile("气罐|煤气|燃气|瓦斯|臭鸡蛋|阀|表|灶|头[晕疼痛]|恶心|昏|晕"),
    ),
}
_NONE: tuple[frozenset[str], re.Pattern[str]] = (frozenset(), re.compile("$^"))


def unless_of_matter(hit: EmergencyHit | None, subcategory: str) -> EmergencyHit | None:
    """The danger, None where it is only the smoke or the smell that the open complaint of this leaf is about."""
    leaves, more = _SMELLS_OF.get(hit.kind, _NONE) if hit is not None else _NONE
    return None if hit is not None and subcategory in leaves and not more.search(hit.span.text) else hit
