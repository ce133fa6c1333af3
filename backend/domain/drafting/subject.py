"""What the complaint is about: description, category, and further problems that are kept for after this one."""

from __future__ import annotations

from dataclasses import replace

from backend.contracts.conversations import Urgency
from backend.contracts.understanding import UNSAID, CategoryGuess, Issue
from backend.domain.drafting.absorbing import CORRECTION
from backend.domain.drafting.asking import SURE
from backend.domain.drafting.gist import gist_of, joined, told_beside, told_in_correction
from backend.domain.drafting.guesses import CLEARLY_ANOTHER, as_guess, with_guess, with_guesses, without_unsaid
from backend.domain.drafting.kinds import named_kind
from backend.domain.drafting.model import DIGRESSIONS, Ask, OpenForm, Step, Turn
from backend.domain.drafting.several import clear_problems, is_one_matter
from backend.domain.drafting.spots import spot_in, spot_of
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.address_landmarks import names_a_place
from backend.domain.language.emergency import unless_faint
from backend.domain.language.matters import kinds_named, names_only_a_thing
from backend.domain.language.several_places import place_after
from backend.domain.language.wishes import says

REPORTS = frozenset({"report_complaint", "emergency"})
_WORTH_A_WORD = 4  # characters left after the facts from which a further message says something about the matter
_NAMES_MATTER = 2  # characters of a correction beside facts and words of correcting
_FIRST_WORDS = 2  # 停水
_OTHER_PROBLEM = 0.55
_ANOTHER = 0.6
_A_FEW_WORDS = 10
_A_WORD = 4
_SAYS_NOTHING = frozenset("了的没不有我家里屋上下在是坏停水电气热")  # characters of a matter that many matters share
_PLACES = frozenset({Ask.ADDRESS, Ask.ADDRESS_DETAIL})
_ANNOUNCED = 0.4  # where 还有 or 另外 stands in front
_FAINTLY = 0.1
_SOUNDS_LIKE = 0.5
_TELLING, _SURELY_TELLING = 5, 8  # characters beside facts and opening: with a matter that they sound like, and without
_PLAINLY = 0.9
_BLAMES = "服务不到位"


def absorb_subject(form: OpenForm, turn: Turn, corrected: tuple[str, ...] = ()) -> Step:
    """The form with what the message says about the problem itself; `corrected` are the fields that its facts changed.

    A correction that already changed a field is about that field: the category moves only when another one is named clearly.
    """
    if not form.draft.description:
        return _first_words(form, turn)
    return _says_what(form, turn) if form.requested is Ask.DESCRIPTION else _said_later(form, turn, corrected)


def _said_later(form: OpenForm, turn: Turn, corrected: tuple[str, ...]) -> Step:
    renamed = named_kind(form, turn)
    if renamed is not None:
        return Step(replace(form, draft=with_guess(form.draft, renamed), options=(), sureness=1.0), changed=("category",))
    if turn.intent == CORRECTION or (corrected and says("starts_correction", turn.text)):
        if says("another", turn.text):  # 是四楼 还有个破自行车: what is added puts nothing right
            added = f"{form.draft.description};{turn.text}"
            return Step(replace(form, draft=replace(form.draft, description=added)), changed=("description",))
        return _recategorised(form, turn) if _names_category(turn, corrected) else Step(form)
    if opens_another(form, turn):
        return kept_for_later(form, turn)
    if turn.facts.privacy is not None or (says("hesitates", turn.text) and not _is_clearly_another(form, turn)):
        return Step(form)  # 孙子来了 我做饭去了, 别让我儿子知道: about the speaker, not about the matter
    tells = (turn.intent in REPORTS and turn.content and not _babbles(form, turn)) or _names_it_at_last(form, turn)
    if not _answers_in_words(form, turn) and _says_something(turn) and tells:
        return _further_words(form, turn)
    return Step(form)


def _babbles(form: OpenForm, turn: Turn) -> bool:
    """大萝卜土豆子, at the read-back: a few words that name nothing and sound like nothing."""
    sure = any(guess.confidence >= _SOUNDS_LIKE for guess in turn.guesses[:1])
    return form.requested is Ask.CONFIRM and len(turn.text) <= _A_FEW_WORDS and not sure and not kinds_named(turn.text)


def _answers_in_words(form: OpenForm, turn: Turn) -> bool:
    """就是红绿灯往东一点, asked where; 这学期开学, asked when: an answer that the rules do not know, not a further problem."""
    if form.requested in _PLACES:
        told = says("beside_place", turn.text) or names_a_place(turn.text) or bool(spot_of(turn.text, turn.facts))
        return told or _names_only_a_place(turn.text)
    sure = _is_clearly_another(form, turn)
    return form.requested is Ask.OCCURRED_AT and len(turn.text) <= _A_FEW_WORDS and says("timelike", turn.text) and not sure


def _names_only_a_place(text: str) -> bool:
    """物流园那个新盖的库房工地: nothing is wrong with it, whatever a building site sounds like."""
    return bool(spot_in(text)) and not says("another", text)


def _names_it_at_last(form: OpenForm, turn: Turn) -> bool:
    """我家隔壁那狗一到夜里就叫, behind 想跟您反映个事: what it is about, whatever it sounds like as an answer."""
    sure = any(guess.confidence >= SURE and guess.subcategory != UNSAID for guess in turn.guesses[:1])
    return sure and form.draft.subcategory in ("", UNSAID) and not form.options


def _is_clearly_another(form: OpenForm, turn: Turn) -> bool:
    return any(each.confidence >= CLEARLY_ANOTHER and each.category != form.draft.category for each in turn.guesses[:1])


def opens_another(form: OpenForm, turn: Turn) -> bool:
    """Whether the message says with a word like 还有 that it tells a further problem beside the one of the form."""
    return says("another", turn.text) and tells_another(form, turn)


def tells_another(form: OpenForm, turn: Turn) -> bool:
    """Whether the words, said to be one more thing, sound like another matter than that of the form."""
    best = turn.guesses[0] if turn.guesses else None
    if best is None or not form.draft.description or turn.intent == CORRECTION:
        return False
    own = sum(guess.confidence for guess in turn.guesses if guess.category == form.draft.category)
    foreign = turn.intent in REPORTS and own < _FAINTLY and best.confidence >= _FAINTLY * 2  # 还有那个车棚灯也坏了, after a theft
    is_other = best.subcategory not in (UNSAID, form.draft.subcategory) and (best.confidence >= _ANNOUNCED or foreign)
    return is_other and _says_something(turn) and not says("question", turn.text)


def tells_matter(turn: Turn) -> bool:
    """Whether words for the matter stand beside the facts and beside an opening like 我想反映个事."""
    sure = any(guess.confidence >= _SOUNDS_LIKE for guess in turn.guesses[:1] if guess.subcategory != UNSAID)
    return told_beside(turn.text, turn.facts) >= (_TELLING if sure else _SURELY_TELLING)


def _first_words(form: OpenForm, turn: Turn) -> Step:
    asked_for = form.requested is Ask.DESCRIPTION and turn.answer is None
    says_problem = (turn.intent in REPORTS and (turn.content or _is_plain(turn))) or tells_matter(turn)
    if not (says_problem or asked_for) or _names_nothing(turn):
        return Step(_with_what_leads_up(form, turn))
    first, *others = clear_problems(turn.issues, turn.facts) or (None,)
    described = first.text if others and first is not None else turn.text
    described = f"{form.gist};{described}" if form.gist else described
    draft = replace(form.draft, description=described, urgency=_urgency(turn))
    also = tuple(issue for issue in others if issue is not None)
    gist = gist_of(described, turn.facts) or (described if names_only_a_thing(described) else "")
    form = replace(form, draft=draft, also=also, gist=gist)
    guesses = (as_guess(first),) if first is not None else turn.guesses if turn.content else without_unsaid(turn.guesses)
    remarks = ("several_noted",) if others else ()
    return Step(with_guesses(form, guesses), changed=("description",), remarks=remarks)


def _with_what_leads_up(form: OpenForm, turn: Turn) -> OpenForm:
    """我家楼下开了个麻将馆, before 天天打到后半夜: no matter yet, and the beginning of its story."""
    talks = turn.answer is not None or turn.intent in DIGRESSIONS | {CORRECTION, "cancel", "affirm", "deny"} or turn.facts.phones
    bare = told_beside(turn.text, turn.facts) < _WORTH_A_WORD or turn.facts.privacy is not None or not turn.content
    aside = any(says(wish, turn.text) for wish in ("question", "hesitates", "fault_whole", "opens_whole"))
    return form if talks or bare or aside else replace(form, gist=turn.text)


def _names_nothing(turn: Turn) -> bool:
    """坏了; 我说我家是2单元, a place and no matter; not 狗, which names at least a thing."""
    if names_only_a_thing(turn.text):
        return False
    told = told_beside(turn.text, turn.facts) if turn.facts.address else _FIRST_WORDS
    little = told < _FIRST_WORDS or not _says_something(turn, _FIRST_WORDS)
    return little or says("fault_whole", turn.text) or _is_mere_manners(turn)


def _is_mere_manners(turn: Turn) -> bool:
    """打扰您了,想跟您反映个事,不知道归不归您管: the matter is still to come."""
    vague = not turn.guesses or turn.guesses[0].subcategory == UNSAID
    return vague and turn.intent in REPORTS and told_beside(turn.text, turn.facts) == 0


def _is_plain(turn: Turn) -> bool:
    """我要报停水: the words of an opening, and a matter all the same."""
    return bool(turn.guesses) and turn.guesses[0].subcategory != UNSAID and turn.guesses[0].confidence >= _PLAINLY


def _says_what(form: OpenForm, turn: Turn) -> Step:
    """没停水 水是黄的, behind 自来水不对劲: what is wrong with the thing; its kind is known better now, unless it sounds like
    nothing much."""
    aside = says("question", turn.text) or says("hesitates", turn.text)
    if aside or turn.answer is not None or not _says_something(turn, _FIRST_WORDS):
        return Step(form)
    gist = joined(form.gist, gist_of(turn.text, turn.facts))
    draft = replace(form.draft, description=f"{form.draft.description};{turn.text}")
    form = replace(form, draft=draft, gist=gist)
    best = turn.guesses[0] if turn.guesses else None
    surer = best is not None and (best.category == form.draft.category or best.confidence >= CLEARLY_ANOTHER)
    known = without_unsaid(turn.guesses) if surer or form.options else ()
    return Step(with_guesses(form, known), changed=("description",))


def kept_for_later(form: OpenForm, turn: Turn) -> Step:
    """The form with the message as a further problem, for after this one; it must have a guess of its kind."""
    best = turn.guesses[0]
    place = place_after(form.draft.address, turn.facts.address.address) if turn.facts.address else None
    when = turn.facts.occurred_at.occurred_at if turn.facts.occurred_at else None
    issue = Issue(turn.text, best.category, best.subcategory, best.service_code, best.confidence, place, when)
    later = (*form.told_later, turn.text)
    return Step(replace(form, also=(*form.also, issue), told_later=later), changed=("also",), remarks=("second_noted",))


def _further_words(form: OpenForm, turn: Turn) -> Step:
    """More about the matter, or another one. Where the first words left the category open or doubtful, surer ones settle it."""
    best = turn.guesses[0] if turn.guesses else None
    other = _sounds_otherwise(form, turn)
    doubtful = form.sureness < CLEARLY_ANOTHER
    explained = other and _explains(form, turn)
    known = form.draft.subcategory not in ("", UNSAID)
    if other and known and not doubtful and not explained:
        return kept_for_later(form, turn)
    draft = replace(form.draft, description=f"{form.draft.description};{turn.text}")
    said = gist_of(turn.text, turn.facts)
    added = form.requested is Ask.CONFIRM  # to what was just read back; who wants it otherwise says so
    replaced = ((other and not explained) or not known) and not added
    gist = said if replaced else joined(form.gist, said) if form.gist else ""
    surer = best is not None and best.confidence > max(form.sureness, SURE)
    if not known or (doubtful and surer and not (added and other)) or explained or _tells_leaf(form, best):
        form = with_guesses(form, turn.guesses)
    return Step(replace(form, draft=replace(form.draft, description=draft.description), gist=gist), changed=("description",))


def _sounds_otherwise(form: OpenForm, turn: Turn) -> bool:
    """Of another category, and not a word about those who were asked before (物业说没钱修, 房东让我找物业): what they answered
    makes no order."""
    best = turn.guesses[0] if turn.guesses else None
    if best is None or best.confidence < _OTHER_PROBLEM:
        return False
    if best.category == form.draft.category:
        return _is_another_leaf(form, turn, best)
    answered = says("office_answers", turn.text)
    blames = best.subcategory == _BLAMES and (answered or says("scolds", turn.text))
    return not blames and not says("sent_on", turn.text) and not (answered and not kinds_named(turn.text))


def _is_another_leaf(form: OpenForm, turn: Turn, best: CategoryGuess) -> bool:
    """楼道灯也不亮, after the lift: a thing of its own, where both are sure and the two are not the same trouble told twice."""
    sure = min(best.confidence, form.sureness) >= CLEARLY_ANOTHER and "也" in turn.text
    return sure and best.subcategory not in (UNSAID, form.draft.subcategory) and not is_one_matter(best, form.draft)


def _explains(form: OpenForm, turn: Turn) -> bool:
    """漏水了 names no thing; 楼上漏下来的 takes its word up again and says which."""
    bare = len(form.gist) <= _A_WORD and not says("another", turn.text) and "也" not in turn.text
    return bare and bool((set(form.gist) - _SAYS_NOTHING) & set(gist_of(turn.text, turn.facts)))


def _tells_leaf(form: OpenForm, best: CategoryGuess | None) -> bool:
    """我家那个暖气片子呀 only names a thing; what is wrong with it comes next, and is surer than a guess from its name."""
    names_a_thing = (
        len(form.gist) <= _A_FEW_WORDS and form.requested in (*_PLACES, Ask.DESCRIPTION) and not kinds_named(form.gist)
    )
    return names_a_thing and best is not None and best.category == form.draft.category and best.confidence >= CLEARLY_ANOTHER


def _recategorised(form: OpenForm, turn: Turn) -> Step:
    best = turn.guesses[0]
    known = (best.category, best.subcategory) == (form.draft.category, form.draft.subcategory)
    if known and turn.facts.address is not None:
        return Step(form)
    draft = with_guess(form.draft, best)
    draft = replace(draft, description=f"{draft.description};{turn.text}")
    gist = gist_of(turn.text, turn.facts) or form.gist
    if known:  # it was understood, only not in words that tell so
        return Step(replace(form, draft=draft, gist=gist), changed=("description",))
    return Step(replace(form, draft=draft, options=(), gist=gist, sureness=1.0), changed=("category",))


def _names_category(turn: Turn, corrected: tuple[str, ...]) -> bool:
    needed = CLEARLY_ANOTHER if corrected or turn.facts.address or turn.facts.occurred_at else _ANOTHER
    named = bool(turn.guesses) and turn.guesses[0].confidence >= needed
    return named and _says_something(turn) and told_in_correction(turn.text, turn.facts) >= _NAMES_MATTER


def _says_something(turn: Turn, least: int = _WORTH_A_WORD) -> bool:
    return len(words_beside_facts(turn.text, turn.facts)) >= least


def _urgency(turn: Turn) -> Urgency:
    """A danger only faintly heard that has come as far as the form is none."""
    return Urgency.EMERGENCY if unless_faint(turn.facts.emergency) else Urgency.NORMAL
