"""A message as it was heard, before its place in the conversation is considered."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contracts.understanding import UNSAID, CategoryGuess, Facts
from backend.domain.language.answers import Answer

Ranking = tuple[tuple[str, float], ...]  # the intents, best first, with their shares
RATING = "rating"
FEW_WORDS = 4  # characters beside the facts
# shares of a wish, or of the category of a matter: likelier than all others together, plain, and with little doubt left
LIKELY, PLAIN, NO_DOUBT = 0.5, 0.75, 0.97
SURE_OF_MATTER = 0.9  # the share of its category from which a matter is taken for certain
# What may be said at any time and is no answer, when the classifier is sure of it.
_FIRM = frozenset({"emergency", "opt_out", "ask_human", "cancel", "correct_previous_detail", "dispute_result"})
# Wishes that a whole sentence shows: a few words in it do not undo them where the classifier is as sure as this.
_WHOLE = frozenset(
    {
        "report_complaint",
        "dispute_result",
        "ask_human",
        "ask_faq",
        "query_status",
        "urge",
        "out_of_scope",
        "greet",
        "bye",
    }
)
POLITE = frozenset({"greet", "thanks", "bye"})


@dataclass(frozen=True)
class Heard:
    """`requested` names the open question ("" for none), as `last_question.asked_by` or the form has it. `matter` is the
    likeliest leaf, with the confidence of its category."""

    text: str
    ranking: Ranking
    facts: Facts
    answer: Answer | None
    requested: str = ""
    idiom: bool = False
    matter: CategoryGuess | None = None


def best(heard: Heard) -> str:
    """The likeliest intent, "" for none."""
    return heard.ranking[0][0] if heard.ranking else ""


def share(heard: Heard) -> float:
    """The share of the likeliest intent."""
    return heard.ranking[0][1] if heard.ranking else 0.0


def is_clear(guess: CategoryGuess | None, least: float) -> bool:
    """Whether this is a leaf that says something, with at least this share of its category."""
    return guess is not None and guess.subcategory != UNSAID and guess.confidence >= least


def is_firm(heard: Heard) -> bool:
    """Whether the words are surely one of the wishes that no open question turns into an answer."""
    return best(heard) in _FIRM and share(heard) >= LIKELY


def surely(heard: Heard, *names: str) -> bool:
    """Whether the words are one of these wishes, with little doubt left."""
    return best(heard) in names and share(heard) >= NO_DOUBT


def stands(heard: Heard) -> bool:
    """Whether the sentence as a whole surely shows a wish, so that no few words in it may decide otherwise."""
    return surely(heard, *_WHOLE)
