"""What the complaint is about: description, category, and further problems that are kept for after this one."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address, Draft, Urgency
from backend.contracts.understanding import CategoryGuess, Facts, Issue
from backend.domain.drafting.absorbing import CORRECTION
from backend.domain.drafting.asking import MOST_OPTIONS, SURE, SURE_OF_CATEGORY
from backend.domain.drafting.gist import gist_of, joined, told_beside, told_in_correction
from backend.domain.drafting.kinds import named_kind
from backend.domain.drafting.model import Ask, OpenForm, Step, Turn
from backend.domain.drafting.words import words_beside_facts
from backend.domain.language.address_landmarks import names_a_place
from backend.domain.language.address_merge import merge_address, out_of_doors
from backend.domain.language.several_places import place_after
from backend.domain.language.wishes import says

REPORTS = frozenset({"report_complaint", "emergency"})
_WORTH_A_WORD = 4  # characters left after the facts from which a further message says something about the matter
_NAMES_MATTER = 2  # characters of a correction beside facts and words of correcting
_FIRST_WORDS = 2  # 停水
_WORTH_OFFERING = 0.12
_OTHER_PROBLEM = 0.55
_ANOTHER = 0.6
_CLEARLY_ANOTHER = 0.85
_OWN_ORDER = (
    0.4  # the counting has left out what merely adds (bot/components/problems.py); less sure, nobody knows where to send it
)
_A_FEW_WORDS = 10
_A_WORD = 4
_SAYS_NOTHING = frozenset("了的没不有我家里屋上下在是坏停水电气热")  # characters of a matter that many matters share
_PLACES = frozenset({Ask.ADDRESS, Ask.ADDRESS_DETAIL})
_ANNOUNCED = 0.4  # where 还有 or 另外 stands in front
_SOUNDS_LIKE = 0.5
_TELLING, _SURELY_TELLING = 5, 8  # characters beside facts and opening: with a matter that they sound like, and without
_UNSAID = "未说明"
_PLAINLY = 0.9
_BLAMES = "服务不到位"
_ONE_MATTER = {"供水": ("停水", "水压"), "供暖": ("室温不达标", "停暖"), "噪音": ("施工", "商业娱乐", "广场舞", "设备", "生活")}
_OUTSIDE = re.compile(
    r"(?:小区|大院)(?:的)?(?P<spot>(?:[东西南北]|大|正)?(?:门口?|门前|门外|院里|里头|里面|广场|里(?=的|那|头|路|有)))"
)


def absorb_subject(form: OpenForm, turn: Turn, corrected: tuple[str, ...] = ()) -> Step:
    """The form with what the message says about the problem itself; `corrected` are the fields that its facts changed.

    A correction that already changed a field is about that field: the category moves only when another one is named clearly.
    """
    if not form.draft.description:
        return _first_words(form, turn)
    renamed = named_kind(form, turn)
    if renamed is not None:
        return Step(replace(form, draft=_with_guess(form.draft, renamed), options=(), sureness=1.0), changed=("category",))
    if turn.intent == CORRECTION or (corrected and says("starts_correction", turn.text)):
        if says("another", turn.text):  # 是四楼 还有个破自行车: what is added puts nothing right
            added = f"{form.draft.description};{turn.text}"
            return Step(replace(form, draft=replace(form.draft, description=added)), changed=("description",))
        return _recategorised(form, turn) if _names_category(turn, corrected) else Step(form)
    if opens_another(form, turn):
        return _kept_for_later(form, turn)
    if not _answers_in_words(form, turn) and _says_something(turn) and turn.intent in REPORTS and turn.content:
        return _further_words(form, turn)
    return Step(form)


def _answers_in_words(form: OpenForm, turn: Turn) -> bool:
    """就是红绿灯往东一点, asked where; 这学期开学, asked when: an answer that the rules do not know, not a further problem."""
    if form.requested in _PLACES:
        return says("beside_place", turn.text) or names_a_place(turn.text)
    sure = any(each.confidence >= _CLEARLY_ANOTHER and each.category != form.draft.category for each in turn.guesses[:1])
    return form.requested is Ask.OCCURRED_AT and len(turn.text) <= _A_FEW_WORDS and says("timelike", turn.text) and not sure


def opens_another(form: OpenForm, turn: Turn) -> bool:
    """Whether the message says with a word like 还有 that it tells a further problem beside the one of the form."""
    best = turn.guesses[0] if turn.guesses else None
    if best is None or not form.draft.description or turn.intent == CORRECTION or not says("another", turn.text):
        return False
    is_other = best.subcategory not in (_UNSAID, form.draft.subcategory) and best.confidence >= _ANNOUNCED
    return is_other and _says_something(turn) and not says("question", turn.text)


def tells_matter(turn: Turn) -> bool:
    """Whether words for the matter stand beside the facts and beside an opening like 我想反映个事."""
    sure = any(guess.confidence >= _SOUNDS_LIKE for guess in turn.guesses[:1] if guess.subcategory != _UNSAID)
    return told_beside(turn.text, turn.facts) >= (_TELLING if sure else _SURELY_TELLING)


def choose_category(form: OpenForm, number: int) -> Step:
    """The answer to a numbered choice of categories; the last number is "none of these" and leaves the category to a person."""
    if 1 <= number <= len(form.options):
        draft = _with_guess(form.draft, form.options[number - 1])
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
    taken = replace(form, draft=_with_guess(form.draft, best), options=(), sureness=max(best.confidence, of_category))
    if best.confidence >= SURE or of_category >= SURE_OF_CATEGORY:
        return taken
    likely = tuple(guess for guess in guesses[:MOST_OPTIONS] if guess.confidence >= _WORTH_OFFERING)
    if len(likely) < 2:
        return taken if likely else form
    return replace(form, options=likely)


def _place_of_next(known: Address, issue: Issue) -> Address:
    """The further problem's own place; 我家楼下 and 8号楼 lie where the first one is, 小区门口 before nobody's door."""
    said, outside = issue.address, _OUTSIDE.search(issue.text)
    if said is None:
        return out_of_doors(known, outside["spot"]) if outside and known.estate else known
    return said if said.estate or said.road or not (known.estate or known.road) else merge_address(known, said)


def next_form(form: OpenForm, *, draft_id: str) -> OpenForm | None:
    """The form for the problem that was kept for later, with place, time and phone carried over; None when nothing is left."""
    if not form.also:
        return None
    issue, *rest = form.also
    carried = Draft(
        description=issue.text,
        address=_place_of_next(form.draft.address, issue),
        occurred_at=issue.occurred_at or form.draft.occurred_at,
        contact_phone=form.draft.contact_phone,
        contact_name=form.draft.contact_name,
        anonymous=form.draft.anonymous,
    )
    open_again = ("category", "address") if issue.address else ("category",)
    settled = tuple(name for name in form.settled if name not in open_again)
    return OpenForm(
        id=draft_id,
        draft=_with_guess(carried, _as_guess(issue)),
        opened_at=form.touched_at,
        touched_at=form.touched_at,
        settled=settled,
        also=tuple(rest),
        confidential=form.confidential,
        last_message=form.last_message,
        gist=gist_of(issue.text, Facts(), _read_back_beside(form.draft)),
    )


def _read_back_beside(draft: Draft) -> tuple[str, ...]:
    """Words that the read-back of the next problem says on their own."""
    place = draft.address
    when = draft.occurred_at.text if draft.occurred_at else ""
    return (place.text, place.estate + (f"{place.building}号楼" if place.building else ""), when, draft.contact_phone)


def of_first_problem(turn: Turn) -> Turn:
    """The message with the place and time of the first of its problems where each has its own."""
    first, *others = _problems(turn.issues) or (None,)
    if first is None or not others:
        return turn
    facts = turn.facts
    if first.address and facts.address:
        facts = replace(facts, address=replace(facts.address, address=first.address))
    if first.occurred_at and facts.occurred_at:
        facts = replace(facts, occurred_at=replace(facts.occurred_at, occurred_at=first.occurred_at))
    return replace(turn, facts=facts)


def _first_words(form: OpenForm, turn: Turn) -> Step:
    asked_for = form.requested is Ask.DESCRIPTION and turn.answer is None
    says_problem = (turn.intent in REPORTS and (turn.content or _is_plain(turn))) or tells_matter(turn)
    names_nothing = not _says_something(turn, _FIRST_WORDS) or says("fault_whole", turn.text)
    if not (says_problem or asked_for) or names_nothing:
        return Step(form)
    first, *others = _problems(turn.issues) or (None,)
    described = first.text if others and first is not None else turn.text
    draft = replace(form.draft, description=described, urgency=_urgency(turn))
    also = tuple(issue for issue in others if issue is not None)
    gist = gist_of(described, turn.facts)
    form = replace(form, draft=draft, also=also, gist=gist)
    guesses = (_as_guess(first),) if first is not None else turn.guesses if turn.content else _without_unsaid(turn.guesses)
    remarks = ("several_noted",) if others else ()
    return Step(with_guesses(form, guesses), changed=("description",), remarks=remarks)


def _is_plain(turn: Turn) -> bool:
    """我要报停水: the words of an opening, and a matter all the same."""
    return bool(turn.guesses) and turn.guesses[0].subcategory != _UNSAID and turn.guesses[0].confidence >= _PLAINLY


def _problems(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Of several those that are clear enough to become an order each; () where the message is one problem anyway."""
    clear = tuple(issue for issue in issues if issue.confidence >= _OWN_ORDER and issue.subcategory != _UNSAID)
    alike = len({_matter(issue) for issue in clear}) == 1 and not any(issue.address for issue in clear)
    return clear if len(issues) > 1 and not alike else ()


def _matter(issue: Issue) -> str:
    """What an issue is about, coarsely: 水压小 洗澡都没水 and 半夜装修 电钻嗡嗡 are told twice, and are one thing."""
    return next((name for name, leaves in _ONE_MATTER.items() if issue.subcategory in leaves), issue.service_code)


def _without_unsaid(guesses: tuple[CategoryGuess, ...]) -> tuple[CategoryGuess, ...]:
    """The guesses for a message that opens with 我想反映个事, which sounds like nothing: the others, in proportion."""
    left = [guess for guess in guesses if guess.subcategory != _UNSAID]
    unsaid = sum(guess.confidence for guess in guesses) - sum(guess.confidence for guess in left)
    return tuple(replace(guess, confidence=guess.confidence / (1 - unsaid)) for guess in left) if unsaid < 1 else ()


def _kept_for_later(form: OpenForm, turn: Turn) -> Step:
    best = turn.guesses[0]
    place = place_after(form.draft.address, turn.facts.address.address) if turn.facts.address else None
    issue = Issue(turn.text, best.category, best.subcategory, best.service_code, best.confidence, place)
    return Step(replace(form, also=(*form.also, issue)), changed=("also",), remarks=("second_noted",))


def _further_words(form: OpenForm, turn: Turn) -> Step:
    """More about the matter, or another one. Where the first words left the category open or doubtful, surer ones settle it."""
    best = turn.guesses[0] if turn.guesses else None
    other = _sounds_otherwise(form, turn)
    doubtful = form.sureness < _CLEARLY_ANOTHER
    explained = other and _explains(form, turn)
    if other and form.draft.category and not doubtful and not explained:
        return _kept_for_later(form, turn)
    draft = replace(form.draft, description=f"{form.draft.description};{turn.text}")
    said = gist_of(turn.text, turn.facts)
    replaced = (other and not explained) or not form.draft.category
    gist = said if replaced else joined(form.gist, said) if form.gist else ""
    surer = best is not None and best.confidence > max(form.sureness, SURE)
    if not form.draft.category or (doubtful and surer) or explained or _tells_leaf(form, best):
        form = with_guesses(form, turn.guesses)
    return Step(replace(form, draft=replace(form.draft, description=draft.description), gist=gist), changed=("description",))


def _sounds_otherwise(form: OpenForm, turn: Turn) -> bool:
    """Of another category, and not the answer of an office about this one (物业说没钱修): who is scolded makes no order."""
    best = turn.guesses[0] if turn.guesses else None
    if best is None or best.category == form.draft.category or best.confidence < _OTHER_PROBLEM:
        return False
    return not (best.subcategory == _BLAMES and says("office_answers", turn.text))


def _explains(form: OpenForm, turn: Turn) -> bool:
    """漏水了 names no thing; 楼上漏下来的 takes its word up again and says which."""
    bare = len(form.gist) <= _A_WORD and not says("another", turn.text) and "也" not in turn.text
    return bare and bool((set(form.gist) - _SAYS_NOTHING) & set(gist_of(turn.text, turn.facts)))


def _tells_leaf(form: OpenForm, best: CategoryGuess | None) -> bool:
    """我家那个暖气片子呀 only names a thing; what is wrong with it comes next, and is surer than a guess from its name."""
    names_a_thing = len(form.gist) <= _A_FEW_WORDS and form.requested in (*_PLACES, Ask.DESCRIPTION)
    return names_a_thing and best is not None and best.category == form.draft.category and best.confidence >= _CLEARLY_ANOTHER


def _recategorised(form: OpenForm, turn: Turn) -> Step:
    best = turn.guesses[0]
    known = (best.category, best.subcategory) == (form.draft.category, form.draft.subcategory)
    if known and turn.facts.address is not None:
        return Step(form)
    draft = _with_guess(form.draft, best)
    draft = replace(draft, description=f"{draft.description};{turn.text}")
    gist = gist_of(turn.text, turn.facts) or form.gist
    if known:  # it was understood, only not in words that tell so
        return Step(replace(form, draft=draft, gist=gist), changed=("description",))
    return Step(replace(form, draft=draft, options=(), gist=gist, sureness=1.0), changed=("category",))


def _names_category(turn: Turn, corrected: tuple[str, ...]) -> bool:
    needed = _CLEARLY_ANOTHER if corrected or turn.facts.address or turn.facts.occurred_at else _ANOTHER
    named = bool(turn.guesses) and turn.guesses[0].confidence >= needed
    return named and _says_something(turn) and told_in_correction(turn.text, turn.facts) >= _NAMES_MATTER


def _says_something(turn: Turn, least: int = _WORTH_A_WORD) -> bool:
    return len(words_beside_facts(turn.text, turn.facts)) >= least


def _with_guess(draft: Draft, guess: CategoryGuess) -> Draft:
    return replace(draft, category=guess.category, subcategory=guess.subcategory, service_code=guess.service_code)


def _as_guess(issue: Issue) -> CategoryGuess:
    return CategoryGuess(issue.category, issue.subcategory, issue.service_code, issue.confidence)


def _urgency(turn: Turn) -> Urgency:
    return Urgency.EMERGENCY if turn.facts.emergency else Urgency.NORMAL
