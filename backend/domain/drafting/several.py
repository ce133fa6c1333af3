"""Several problems of one message: the clear ones become an order each, and the next form begins where the last one ended."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.contracts.conversations import Address, Draft, OccurredAt, TimeKind
from backend.contracts.understanding import UNSAID, CategoryGuess, Facts, Issue
from backend.domain.drafting.gist import gist_of, names_fault, told_in
from backend.domain.drafting.guesses import as_guess, with_guess
from backend.domain.drafting.model import OpenForm, Turn
from backend.domain.language.address_merge import merge_address, out_of_doors, with_landmark
from backend.domain.language.wishes import says

# The counting has left out what merely adds (bot/components/problems.py); less sure, nobody knows where to send it.
_OWN_ORDER = 0.4
_ONE_MATTER = {"供水": ("停水", "水压"), "供暖": ("室温不达标", "停暖"), "噪音": ("施工", "商业娱乐", "广场舞", "设备", "生活")}
_MOMENT = re.compile("[点刻刚]")
_OUTSIDE = re.compile(
    r"(?:小区|大院)(?:的)?(?P<spot>(?:[东西南北]|大|正)?(?:门口?|门前|门外|院里|里头|里面|广场|里(?=的|那|头|路|有)))"
)


def next_form(form: OpenForm, *, draft_id: str) -> OpenForm | None:
    """The form for the problem that was kept for later, with place, time and phone carried over; None when nothing is left."""
    if not form.also:
        return None
    issue, *rest = form.also
    carried = Draft(
        description=issue.text,
        address=_place_of_next(form.draft.address, issue),
        occurred_at=issue.occurred_at or _time_of_next(form, issue),
        contact_phone=form.draft.contact_phone,
        contact_name=form.draft.contact_name,
        anonymous=form.draft.anonymous,
    )
    open_again = ("category", "address") if issue.address else ("category",)
    settled = tuple(name for name in form.settled if name not in open_again)
    return OpenForm(
        id=draft_id,
        draft=with_guess(carried, as_guess(issue)),
        opened_at=form.touched_at,
        touched_at=form.touched_at,
        settled=settled,
        also=tuple(rest),
        told_later=form.told_later,
        confidential=form.confidential,
        last_message=form.last_message,
        gist=gist_of(issue.text, Facts(), (*_read_back_beside(form.draft), *_read_back_beside(carried))),
    )


def _time_of_next(form: OpenForm, issue: Issue) -> OccurredAt | None:
    """天天晚上七点到九点半 is when they dance, and not when the lamps broke; since when it is cold may be said of both. What is
    told later was not there at half past six as well."""
    when = form.draft.occurred_at
    if when is None or when.kind is TimeKind.RECURRING:
        return None
    of_a_moment = when.kind is TimeKind.POINT and _MOMENT.search(when.text) is not None
    return None if of_a_moment and issue.text in form.told_later else when


def _place_of_next(known: Address, issue: Issue) -> Address:
    """The further problem's own place; 我家楼下 and 8号楼 lie where the first one is, 小区门口 before nobody's door."""
    said, outside = issue.address, _OUTSIDE.search(issue.text)
    if said is None:
        return out_of_doors(known, outside["spot"]) if outside and known.estate else known
    return said if said.estate or said.road or not (known.estate or known.road) else merge_address(known, said)


def _read_back_beside(draft: Draft) -> tuple[str, ...]:
    """Words that the read-back of the next problem says on their own."""
    place = draft.address
    when = draft.occurred_at.text if draft.occurred_at else ""
    return (
        place.text,
        place.text.removesuffix("室"),
        place.estate + (f"{place.building}号楼" if place.building else ""),
        when,
        draft.contact_phone,
    )


def of_first_problem(turn: Turn) -> Turn:
    """The message with the place and time of the first of its problems where each has its own."""
    first, *others = clear_problems(turn.issues, turn.facts) or (None,)
    if first is None or not others:
        return turn
    facts = turn.facts
    if first.address and facts.address:
        facts = replace(facts, address=replace(facts.address, address=first.address))
    elif facts.address and _is_of_others(facts.address.address.landmark, first, others):
        facts = replace(facts, address=replace(facts.address, address=with_landmark(facts.address.address, "")))
    if first.occurred_at and facts.occurred_at:
        facts = replace(facts, occurred_at=replace(facts.occurred_at, occurred_at=first.occurred_at))
    elif facts.occurred_at and _comes_again_in_others(facts.occurred_at.occurred_at, first, others):
        facts = replace(facts, occurred_at=None)
    return replace(turn, facts=facts)


def _is_of_others(landmark: str, first: Issue, others: list[Issue]) -> bool:
    """单元门坏了;楼后的草坪让人刨了: the door is not behind the house."""
    return bool(landmark) and landmark not in first.text and any(landmark in other.text for other in others)


def _comes_again_in_others(when: OccurredAt, first: Issue, others: list[Issue]) -> bool:
    """楼顶搭了阳光房 楼上天天叮咣的: what is daily is the noise, not the building."""
    if when.kind is not TimeKind.RECURRING or when.text in first.text:
        return False
    of_all = re.compile(rf"{re.escape(when.text)}(?:都|就|全|也)*(?:是)?[这那]样")  # 车乱停,还有人遛狗不栓绳,天天这样
    return any(when.text in other.text and not of_all.search(other.text) for other in others)


def clear_problems(issues: tuple[Issue, ...], facts: Facts) -> tuple[Issue, ...]:
    """Of several those that are clear enough to become an order each; () where the message is one problem anyway. `facts` are
    those of the whole message."""
    places = (*(span.text for span in facts.address.spans), facts.address.address.landmark) if facts.address else ()
    named = (issue for issue in issues if issue.subcategory != UNSAID and told_in(issue.text, places) > 0)
    named = (issue for place, issue in enumerate(named) if place == 0 or not says("what_if", issue.text))
    clear = _without_scene(tuple(issue for issue in named if issue.confidence >= _OWN_ORDER))
    alike = len({_matter(issue) for issue in clear}) == 1 and not any(issue.address for issue in clear)
    return clear if len(issues) > 1 and not alike else ()


def _without_scene(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """取暖费交得足足的 屋里才16度: what leads up to a problem tells no fault, and is none."""
    first, *others = issues or (None,)
    leads_up = first is not None and not names_fault(first.text) and any(names_fault(other.text) for other in others)
    return issues[1:] if leads_up else issues


def is_one_matter(guess: CategoryGuess, draft: Draft) -> bool:
    """Whether two leaves are one trouble (停水 and 水压, building noise and any other)."""
    return any({guess.subcategory, draft.subcategory} <= set(leaves) for leaves in _ONE_MATTER.values())


def _matter(issue: Issue) -> str:
    """What an issue is about, coarsely: 水压小 洗澡都没水 and 半夜装修 电钻嗡嗡 are told twice, and are one thing."""
    return next((name for name, leaves in _ONE_MATTER.items() if issue.subcategory in leaves), issue.service_code)
