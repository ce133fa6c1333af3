"""The problems of a message as they are handed on: each with its own words, category, and place and time where it has its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from backend.contracts.understanding import Facts
from backend.domain.drafting.codec import to_json
from backend.domain.language.several_places import own_places, own_times
from bot.components.category_shares import Guess
from bot.components.heard import Heard
from bot.components.problems import Problem


def issues_of(
    text: str, whole: Guess, heard: Sequence[Heard], problems: Sequence[Problem], draw: Callable[[str], Facts]
) -> list[dict[str, Any]]:
    """One entry per problem; what only says where and when at the beginning goes with all of them. `draw` reads the facts of a
    piece of the normalised text."""
    if len(problems) < 2:
        return [{"text": text, **whole.as_dict()}]
    shared = ",".join(piece.clause.span.text for piece in itertools.takewhile(lambda piece: piece.facts_only, heard))
    own = [_words(text, heard, problem) for problem in problems]
    facts = [draw(words) for words in own]
    places = own_places([found.address.address if found.address else None for found in facts])
    times = own_times([found.occurred_at.occurred_at if found.occurred_at else None for found in facts])
    issues = []
    for problem, words, place, time in zip(problems, own, places, times):  # noqa: B905 - one of each per problem
        leads = not shared or place is not None or problem is problems[0]
        told = {"address": to_json(place), "occurred_at": to_json(time)}
        issues.append({"text": words if leads else f"{shared},{words}", **problem.guess.as_dict(), **told})
    return issues


def _words(text: str, heard: Sequence[Heard], problem: Problem) -> str:
    return text[heard[problem.pieces[0]].clause.span.start : heard[problem.pieces[-1]].clause.span.end]
