"""The category of a draft as taken from guesses, from a numbered choice, or from words."""

from __future__ import annotations

from dataclasses import replace

from backend.contracts.conversations import Draft
from backend.contracts.understanding import UNSAID, CategoryGuess, Issue
from backend.domain.drafting.asking import MOST_OPTIONS, SURE, SURE_OF_CATEGORY
from backend.domain.drafting.model import OpenForm, Step

CLEARLY_ANOTHER = 0.85  # share from which words name another matter, and no other side of this one
_WORTH_OFFERING = 0.12


def choose_category(form: OpenForm, number: int) -> Step:
    """The answer to a numbered choice of categories; the last number is "none of these" and leaves the category to a person."""
    if 1 <= number <= len(form.options):
        draft = with_guess(form.draft, form.options[number - 1])
        return Step(replace(form, draft=draft, options=(), sureness=1.0), changed=("category",))
    if number == len(form.options) + 1:
        return Step(replace(form, options=(), settled=(*form.settled, "category")), changed=("category",))
    return Step(form, understood=False)


def with_guesses(form: OpenForm, guesses: tuple[CategoryGuess, ...]) -> OpenForm:
    """A sure guess is taken, an unsure one becomes a choice of the two or three likely ones."""
    if not guesses:
        return form
    best = guesses[0]
    of_category = sum(guess.confidence for guess in guesses if guess.category == best.category)
    taken = replace(form, draft=with_guess(form.draft, best), options=(), sureness=max(best.confidence, of_category))
    if best.confidence >= SURE or of_category >= SURE_OF_CATEGORY:
        return taken
    likely = tuple(
        guess for guess in guesses[:MOST_OPTIONS] if guess.confidence >= _WORTH_OFFERING and guess.subcategory != UNSAID
    )
    if len(likely) < 2:
        return taken if likely else form
    return replace(form, options=likely)


def with_guess(draft: Draft, guess: CategoryGuess) -> Draft:
    """The draft with the category of the guess."""
    return replace(draft, category=guess.category, subcategory=guess.subcategory, service_code=guess.service_code)


def as_guess(issue: Issue) -> CategoryGuess:
    """The category of a further problem, as a guess of the first one is."""
    return CategoryGuess(issue.category, issue.subcategory, issue.service_code, issue.confidence)


def without_unsaid(guesses: tuple[CategoryGuess, ...]) -> tuple[CategoryGuess, ...]:
    """The guesses for a message that opens with 我想反映个事, which sounds like nothing: the others, in proportion."""
    left = [guess for guess in guesses if guess.subcategory != UNSAID]
    unsaid = sum(guess.confidence for guess in guesses) - sum(guess.confidence for guess in left)
    return tuple(replace(guess, confidence=guess.confidence / (1 - unsaid)) for guess in left) if unsaid < 1 else ()
