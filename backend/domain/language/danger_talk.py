"""What a resident says in the half hour after an alarm: mostly not a new danger and no new complaint, but how it goes on.

打了 在路上 answers our own 马上拨打120, 两个人 还有个孩子 tells who is in the lift. It works with the assistant dead.
"""

from __future__ import annotations

import re

from backend.contracts.understanding import DangerTalk
from backend.domain.language.emergency import emergency_in, names_danger, sounds_dangerous_weakly
from backend.domain.language.matters import kinds_named
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table
from backend.domain.language.wishes import says

_PIECES = re.compile(r"[\s,。!?;~:、]+")
_TABLE = load_table("danger_talk")
_FILLERS = re.compile("|".join(_TABLE["fillers"]))
_TWICE = re.compile(r"(.{2,})\1+")
_LONGEST_PIECE = 24  # characters; a piece that tells more is not looked into
_SHORT = 14  # characters; a new complaint that names nothing is longer
_ELSEWHERE = ("earlier", "another", "asks_person", "person", "asks_hotline", "how_to_apply", "process")
_WANTS_REPAIR = re.compile(
    r"谁(?:给|来)?(?:管|赔|修|清|收拾|负责)|能(?:不能)?(?:给|帮)|把[^,。]{1,4}(?:补|修|换|清|装)"
)  # what remains to be done
_REPORTS = re.compile(
    r"(?:咋|怎么|哪儿?|可以|能)[^,。]{0,2}(?:报(?!警)|投诉|反映|登记)|投诉|报修|暖气|物业费|停车"
)  # another matter


_TOLD = [(kind, re.compile("|".join(f"(?:{words})" for words in _TABLE["kinds"][kind.value]))) for kind in DangerTalk]
_ORDER = list(DangerTalk)


def danger_talk(text: str) -> DangerTalk | None:
    """What the text says of a danger reported a moment ago, if each piece of it speaks of that and no rule hears a danger.

    Few words in which only the model hears something, and that not clearly, tell how it is.
    """
    plain = normalise(text).text
    is_danger = emergency_in(plain) is not None
    if is_danger and names_danger(plain):
        return None
    few = is_danger and len(plain) <= _SHORT and sounds_dangerous_weakly(plain)
    return _told(plain) or (DangerTalk.STATE if few else None)


def may_go_on(text: str) -> bool:
    """Whether a few words that nothing else explains are taken to go on with the danger, while no form is open: they name no
    problem, no order, no wish of another kind."""
    plain = normalise(text).text
    pieces = [piece for piece in _PIECES.split(plain) if piece and not _FILLERS.fullmatch(piece)]
    if not pieces or len(plain) > _SHORT or kinds_named(plain) or _WANTS_REPAIR.search(plain) or _REPORTS.search(plain):
        return False
    return not any(says(wish, plain) for wish in _ELSEWHERE)


def _told(plain: str) -> DangerTalk | None:
    pieces = [piece for piece in _PIECES.split(plain) if piece and not _FILLERS.fullmatch(piece)]
    kinds = [_of_piece(piece) for piece in pieces]
    known = [kind for kind in kinds if kind is not None]
    return max(known, key=_ORDER.index) if known and len(known) == len(pieces) else None


def _of_piece(piece: str) -> DangerTalk | None:
    twice = _TWICE.fullmatch(piece)
    said = twice[1] if twice else piece
    return next((kind for kind, words in reversed(_TOLD) if len(said) <= _LONGEST_PIECE and words.fullmatch(said)), None)
