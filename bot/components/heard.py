"""A piece of a message with all that is known of it, and its best guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.domain.language.issues import Clause
from bot.components.category_shares import SEPARATOR, Guess

# A leaf that the words name outright counts this much more than the model alone says; none is quite impossible.
_NAMED_COUNTS, _LEAST = 20.0, 0.01


@dataclass(frozen=True)
class Heard:
    """A piece with its best guess.

    `own`: how likely it is a problem of its own and not an effect or a wish; `named`: the words name that leaf; `names`: they
    name some leaf; `thing`: they name a thing of that category; `placed`: they name a place; `facts_only`: they say nothing
    beside place, time, phone and name; `begins`: how likely a statement begins where it begins, 1 after a mark; `shares`: the
    shares of the categories for these words alone; `region`: the road or estate that they name.
    """

    clause: Clause
    guess: Guess
    own: float
    facts_only: bool
    named: bool = False
    names: bool = False
    placed: bool = False
    thing: bool = False
    begins: float = 1.0
    shares: Mapping[str, float] = field(default_factory=dict)
    region: str = ""

    @property
    def leaf(self) -> str:
        return self.guess.category + SEPARATOR + self.guess.subcategory


def named_guess(guesses: Sequence[Guess], named: frozenset[str]) -> Guess:
    """The likeliest leaf when the words that name leaves count beside the model; shares are those of the mixture."""
    weights = [
        (guess.confidence + _LEAST / len(guesses))
        * (_NAMED_COUNTS if guess.category + SEPARATOR + guess.subcategory in named else 1)
        for guess in guesses
    ]
    total = sum(weights)
    best = max(range(len(guesses)), key=weights.__getitem__)
    category = guesses[best].category
    of_category = sum(weight for guess, weight in zip(guesses, weights) if guess.category == category)  # noqa: B905 - one each
    return replace(guesses[best], confidence=weights[best] / total, category_confidence=of_category / total)
