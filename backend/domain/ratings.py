"""The resident's verdict: three questions, what is valid, and what it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.contracts.work_orders import Resolved
from backend.domain.errors import InvalidField

REVISABLE_FOR = timedelta(hours=24)
# How long a bad verdict waits for its reason, or for "that was the wrong button", before it goes back to the unit without one.
WAITS_FOR_REASON = timedelta(minutes=30)
LOWEST_GOOD = 3
TAKEN_FOR_BEST = 1  # or tapped as the first entry, for a yes: only this score may be a slip
HIGHEST = 5
LONGEST_COMMENT = 1000


@dataclass(frozen=True)
class Verdict:
    """Was the resident contacted (None: not answered), is it solved, how satisfied (1 to 5), and in the resident's words."""

    contacted: bool | None
    resolved: Resolved
    satisfaction: int
    comment: str = ""

    @property
    def is_bad(self) -> bool:
        """Not solved, or satisfaction 1 or 2: the order goes back to the unit."""
        return self.resolved is Resolved.NO or self.satisfaction < LOWEST_GOOD

    @property
    def reason(self) -> str:
        """Why it is reopened, for the unit that worked on it."""
        said = f":{self.comment}" if self.comment else ""
        solved = "居民说没有解决" if self.resolved is Resolved.NO else "居民不满意"
        return f"{solved}(满意度{self.satisfaction}分){said}"


def check_verdict(*, contacted: bool | None, resolved: str, satisfaction: int, comment: str) -> Verdict:
    """Raises InvalidField naming the answer that is not possible."""
    try:
        solved = Resolved(resolved)
    except ValueError as error:
        raise InvalidField("resolved 只能是 yes、partly 或 no", field="resolved") from error
    if isinstance(satisfaction, bool) or satisfaction not in range(1, HIGHEST + 1):
        raise InvalidField("满意度请打 1 到 5 分", field="satisfaction")
    if len(comment) > LONGEST_COMMENT:
        raise InvalidField(f"意见最多写{LONGEST_COMMENT}个字", field="comment")
    return Verdict(contacted, solved, satisfaction, comment.strip())


def is_revisable(rated_at: datetime, now: datetime) -> bool:
    """A rating may be changed for a day, counted from the first one."""
    return now - rated_at <= REVISABLE_FOR
