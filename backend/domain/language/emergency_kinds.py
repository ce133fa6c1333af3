"""The kinds of danger to life: what to say at once, whom to call, how the order is filed (data/emergency.yml)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.language.tables import load_table


@dataclass(frozen=True)
class EmergencyKind:
    """One kind of danger: the words to send (one SMS), the number to call, and how the order is filed."""

    kind: str
    instruction: str
    call: str
    category: str
    subcategory: str


EMERGENCY_KINDS: dict[str, EmergencyKind] = {
    kind: EmergencyKind(kind, entry["instruction"], entry["call"], entry["category"], entry["subcategory"])
    for kind, entry in load_table("emergency")["kinds"].items()
}
LASTS_WHATEVER_IS_SAID = frozenset({"suicide", "overdose"})  # 你们别来 ends nothing
