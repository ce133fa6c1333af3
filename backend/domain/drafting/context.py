"""What a message means in its place: the same "1", "不知道" or "6号楼" is another intent after another question.

The classifier sees the words alone. These rules see the open question too, and the facts that were drawn from the words; they
are used by the assistant (where the form says what is open) and by the understanding service (where only the last sentence is
known).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.contracts.messages import Channel
from backend.contracts.understanding import CategoryGuess, Facts
from backend.domain.drafting import context_answers, context_matters, context_orders, context_questions, context_yes_no
from backend.domain.drafting.context_words import RULES as WORD_RULES
from backend.domain.drafting.context_words import new_phone
from backend.domain.drafting.danger_of_matter import unless_of_matter
from backend.domain.drafting.expected import in_the_light_of
from backend.domain.drafting.heard import Heard, Ranking
from backend.domain.drafting.last_question import asked_by
from backend.domain.drafting.model import ASKS_FOR_A_FACT
from backend.domain.language.answers import Answer, classify_answer
from backend.domain.language.emergency import is_figure_of_speech, unless_faint
from backend.domain.language.normalise import normalise
from backend.domain.language.wishes import agrees_and_asks, asks, gives_up, says
from backend.domain.opt_out import OptOutWord, screen

ALONE = "ranking_alone"  # what the model said before its place in the dialogue counted
_DECIDED = 0.99
_WISHES = (
    *("urges", "adds", "starts_anew", "how_long", "solved", "another", "who_handles", "asks_fee", "process", "reads_back"),
    *("how_to_apply", "asks_hotline", "starts_correction", "earlier", "aftermath", "wrong", "presses_whole", "asks_status_whole"),
    *("acknowledges_whole", "came_whole", "announces_file", "all_of_them", "new_phone", "instructs", "keeps", "gives_up_softly"),
    *("nobody_came", "tells_progress", "declines_rating", "knows_not", "missed_call", "apologises", "asks_after"),
    *("elsewhere", "no_hurry", "asks_number", "asks_weekend", "others_see", "asks_awake", "agrees_with_reason", "asks_photo"),
    *(
        "verdict_later",
        "half_good",
        "asks_how_to_rate",
        "asks_seen",
        "anothers",
        "asks_of_others",
        "slips",
        "asks_rated",
        "leaves_now",
        "no_urging",
        "of_the_visit",
    ),
    *("spreads", "reports_now", "asks_when_whole", "solved_whole", "worse", "takes_back_withdrawal", "asks_noted", "asks_scope"),
    *("instead", "asks_all_whole", "withdraws_other"),
)


def matter_of(guesses: Sequence[Mapping[str, Any]]) -> CategoryGuess | None:
    """The likeliest leaf out of the model's guesses, with the confidence of its category; None without a guess."""
    best = next(iter(guesses), None)
    if best is None:
        return None
    share = float(best.get("category_confidence") or 0.0)
    return CategoryGuess(str(best["category"]), str(best["subcategory"]), str(best.get("service_code") or ""), share)


def hear(
    text: str,
    ranking: Ranking,
    facts: Facts,
    requested: str,
    guesses: Sequence[Mapping[str, Any]],
    tapped: Answer | None = None,
) -> Heard:
    """A message as the model ranks it and the rules read it: the one way in, for the assistant's pipeline and for `understand`.
    `text` as it was written or normalised, `requested` the open question, `tapped` the answer that a menu entry gives."""
    plain = normalise(text).text
    answer = tapped or classify_answer(plain or text)
    return Heard(plain, ranking, facts, answer, requested, idiom=is_figure_of_speech(plain), matter=matter_of(guesses))


def intents_of_parse(text: str, parsed: Mapping[str, Any], facts: Facts, sentence: str) -> Ranking:
    """The intents of a text that the assistant parsed without a dialogue, as the answer to the last `sentence` of the bot.

    The pipeline has put them in order already, for a text that answers nothing: what the model alone said stands beside it.
    """
    return intents_in_context(_hear_parse(text, parsed, facts, asked_by(sentence)))


def unless_outvoted(text: str, parsed: Mapping[str, Any], facts: Facts) -> Facts:
    """The facts without a danger that was only faintly heard and that the assistant's models hear nothing of."""
    return replace(facts, emergency=None) if context_matters.outvoted(_hear_parse(text, parsed, facts, "")) else facts


def _hear_parse(text: str, parsed: Mapping[str, Any], facts: Facts, requested: str) -> Heard:
    entries = parsed.get(ALONE) or parsed.get("intent_ranking") or ()
    ranking = tuple((str(entry["name"]), float(entry["confidence"])) for entry in entries)
    return hear(text, ranking, facts, requested, parsed.get("categories") or ())


def facts_in_context(facts: Facts, requested: str, subcategory: str = "") -> Facts:
    """The facts without a danger that is only faintly heard, where `requested` asks for something else than what happened, or
    that is the smoke or the smell of the open complaint itself (`subcategory`)."""
    danger = unless_of_matter(facts.emergency, subcategory)
    return replace(facts, emergency=unless_faint(danger) if requested in ASKS_FOR_A_FACT else danger)


def wishes_of(text: str) -> list[str]:
    """What the words want beside the one intent: any of `_WISHES`, and what a function decides (`gives_up` is a clear yes to
    taking back)."""
    decided = {"gives_up": gives_up, "asks": asks, "agrees_and_asks": agrees_and_asks}
    return [*(name for name, is_so in decided.items() if is_so(text)), *(name for name in _WISHES if says(name, text))]


def intents_in_context(heard: Heard) -> Ranking:
    """The ranking with the intent that the place decides in front; unchanged where it decides nothing."""
    heard = replace(heard, ranking=in_the_light_of(_opting_out_in_full(heard), heard.requested))
    decided = next((name for rule in _RULES for name in (rule(heard),) if name), "")
    if not decided:
        return heard.ranking
    rest = tuple((name, share) for name, share in heard.ranking if name != decided)
    own = dict(heard.ranking).get(decided, 0.0)
    return ((decided, max(own, _DECIDED)), *((name, share * (1 - _DECIDED)) for name, share in rest))


def _opting_out_in_full(heard: Heard) -> Ranking:
    """The ranking without `opt_out`, unless the whole message is one of its words (TAXONOMY section 1): T恤 is no T."""
    if screen(channel=Channel.SMS, text=heard.text) is OptOutWord.STOP:
        return heard.ranking
    return tuple(entry for entry in heard.ranking if entry[0] != "opt_out")


_RULES: tuple[Callable[[Heard], str], ...] = (
    new_phone,
    context_matters.emergency,
    context_orders.order_number,
    context_answers.control,
    context_orders.revised_score,
    context_orders.slipped,
    context_orders.after_score,
    context_orders.after_others,
    context_orders.unsolved,
    context_orders.rating,
    context_orders.solved,
    context_orders.verdict_put_off,
    context_answers.short_answer,
    context_answers.door,
    context_yes_no.led_by_yes_or_no,
    context_yes_no.told_state,
    context_yes_no.field_left,
    context_answers.phone_dropped,
    context_answers.no_giving_up,
    context_questions.person,
    context_questions.of_elsewhere,
    *WORD_RULES,
    context_answers.put_off,
    context_answers.refusal,
    context_answers.asked_fact,
    context_answers.where_told,
    context_orders.what_about,
    context_matters.announced,
    context_matters.asks_leave,
    context_matters.greeted,
    context_matters.sworn,
    context_matters.described,
    context_matters.undisputed,
    context_matters.placed_matter,
    context_questions.question,
    context_questions.who_handles,
    context_orders.addition,
    context_matters.matter,
    context_matters.no_person,
    context_matters.told_afresh,
    context_answers.bare_facts,
    context_answers.weak,
)
