"""What makes a matter more urgent than its kind (TAXONOMY section 3): somebody was bitten."""

from __future__ import annotations

import re

from backend.contracts.conversations import Urgency

_HURT = {
    "犬只": re.compile(
        r"(?:被|让|叫|给|把)[^,。;]{0,8}(?:咬|挠|抓)(?!人的)|(?<!没)(?<!怕)(?<!别)咬(?:了(?!咋|怎)|伤|破|出|着了|过)|狂犬(?:疫苗|针)|打了?(?:好?几|[一二两三四五\d])?针"
    )
}
_NOT_YET = re.compile(r"怕|万一|要是|差点|早晚|迟早|别(?:再)?(?:让|把|给)|没(?:有)?(?:被|让|叫|把)?[^,。;]{0,4}咬|不咬")


def urgency_of(usual: Urgency, subcategory: str, told: str) -> Urgency:
    """The urgency of a matter that is `usual` for its kind, after what was told about it (normalised text)."""
    hurt = _HURT.get(subcategory)
    if usual is not Urgency.NORMAL or hurt is None:
        return usual
    clauses = re.split(r"[,。;!?\s]+", told)
    return Urgency.URGENT if any(hurt.search(clause) and not _NOT_YET.search(clause) for clause in clauses) else usual
