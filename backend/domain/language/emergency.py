"""Danger to life, recognised from words alone so that it works when everything else is down. Recall before precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backend.contracts.understanding import EmergencyHit, Span
from backend.domain.language.answers import AnswerKind, classify_answer
from backend.domain.language.danger_model import danger_score, has_excuse, kind_scores
from backend.domain.language.normalise import normalise
from backend.domain.language.tables import load_table
from backend.domain.language.wishes import says

_STRUCK = "\x00"
_SENTENCE_END = re.compile(r"[。!?;\n]")
_SENTENCES = re.compile(r"[^。!?;\n]*[。!?;\n]|[^。!?;\n]+")
_CLAUSE_END = re.compile(r"[,,。!?;\n]")
_MARKS = re.compile(r"[\W_]")
_NAME = re.compile(r"\{([a-z_]+)\}")
_NEAR = 14  # an `if` further back in a text without marks belongs to something else
_NEVER = "(?!)"
_GAPS = (("~~", "[^。!?;\n]{0,14}"), ("~", "[^,。!?;\n]{0,8}"))


@dataclass(frozen=True)
class _Rules:
    patterns: re.Pattern[str]
    sure: re.Pattern[str]
    safe: re.Pattern[str]
    lasts: bool
    firm: bool


_WORDS = load_table("emergency_words")
_TABLE = load_table("emergency")
_SIGNS = {kind: told for part in ("people", "things", "places") for kind, told in load_table(f"emergency_signs_{part}").items()}
# Of the model's score; measured on sentences that neither model nor rules had seen.
DANGER = -1.0  # above it the model alone raises the alarm
SURELY_CALM = -1.5  # below it the model overrules a rule
QUITE_SURELY_CALM = -3.5  # the same for the kinds that are `firm`
CALM_WITHOUT_EXCUSE = -2.5  # the same where nothing in the text tells why it should be calm
ALARMING_ALONE = 2.0  # unless what the rule found scores this much by itself
OUTWEIGHED = -1.5  # and with the whole text no less than this
DANGER_IN_FEW_WORDS = 1.0  # above it the model alone raises the alarm where hardly anything is said
FAINT = 1.5  # up to it the model alone has heard a danger only faintly
_FEW_WORDS = 6  # characters, marks left out
NAMED = 2.0  # what a rule's naming a kind counts beside what the words sound like
OUTRANKS = "overdose"  # what was swallowed needs a doctor, however much of a farewell stands beside it
UNCLEAR = "medical"  # 120 is never wrong, and the duty desk asks the rest


def _built(expression: str) -> str:
    """The expression with its sets of words and its gaps written out."""
    while _NAME.search(expression):
        expression = _NAME.sub(lambda match: f"(?:{_WORDS['words'][match[1]]})", expression)
    for sign, gap in _GAPS:
        expression = expression.replace(sign, gap)
    return expression


def _any(expressions: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_built(expression)})" for expression in expressions))


def _sign(sign: list[str] | dict[str, list[str]]) -> list[str]:
    """A sign's alternatives; of two things that stand near each other, whichever comes first."""
    if isinstance(sign, list):
        return sign
    first, second = sign["near"]
    return [f"(?:{first})~~(?:{second})", f"(?:{second})~~(?:{first})"]


def _rules(entry: dict[str, Any], told: dict[str, Any]) -> _Rules:
    signs = {name: _sign(sign) for name, sign in told["signs"].items()}
    every = _any([expression for sign in signs.values() for expression in sign])
    sure = _any([expression for name in told.get("sure", ()) for expression in signs[name]] or [_NEVER])
    return _Rules(every, sure, _any(told["safe"]), bool(entry.get("lasts")), bool(entry.get("firm")))


_RULES = {kind: _rules(entry, _SIGNS[kind]) for kind, entry in _TABLE["kinds"].items()}
_TYPOS = tuple(_WORDS["typos"].values())
_TYPO = re.compile("|".join(f"({typo})" for typo in _WORDS["typos"]))
_IDIOMS = _any(_WORDS["idioms"])
_HYPERBOLE = _any(_WORDS["hyperbole"])
_HARMLESS = _any(_WORDS["harmless"])
_DENIED = _any(_TABLE["denied"])
_TAKEN_BACK = _any(_TABLE["taken_back"] + _TABLE["denied"])
_NOT_TAKEN_BACK = _any(_TABLE["not_taken_back"])
_STILL = _any(_TABLE["still"])
_PAST = _any(_WORDS["past"])
_RECENT = _any(_WORDS["past"] + _WORDS["recent"])
_OVER_ANYWHERE = _any(_WORDS["habit"] + _WORDS["outcome"])
_AFTER = _any(_WORDS["after"])
_SETTLED = _any(_WORDS["settled"])
_IF = _any(_WORDS["if"])
_IF_BEHIND = _any(_WORDS["if_behind"])
_FEAR_NEEDS = _any(_WORDS["fear_needs"])
_PRESENT = _any(_WORDS["present"])
_GRAVE = _any(_WORDS["grave"])
_QUESTION = re.compile(
    r"(?:怎么|如何)(?:预防|报警|逃生|举报|报销)|(?:打|拨|找)(?:什么|哪个|啥|多少)|应该|谁负责|谁赔|谁管|的"
    r"|隐患"
)


_NOT_THAT = re.compile(r"[,。]不是[^,。!?;]{1,6}(?=$|[,。!?;])")  # 是煤气 不是水: says what it is not besides
_BUT = re.compile(r"但是?|可是|不过(?=[,人他她我还现])|[,。]可(?=[我俺人他她是])|关键是?|问题是|(?:这回|这次|这下|今天这)是?")
_NOTICED = _any(_WORDS["noticed"])
_WANTED = _any(_WORDS["wanted"])
_BEASTS = _any(_WORDS["beasts"])
_PEOPLE = _any(_WORDS["people"])
_ANSWERS_ALONE = _any(_WORDS["answers_alone"])
_FEW_AFTER_YES = re.compile(r"(?:是|对|嗯|行|好)(?:的|了|呀|啊|呐)?[,。]+[^,。!]{1,8}[,。!]*")
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,4}(?:小区|新村|花园|家园|公寓)(?:\d+(?:号楼|栋|号))?(?:\d+(?:单元|门))?(?:\d+(?:室|号)?)?"
    r"|\d+号楼(?:\d+(?:单元|门))?(?:\d+(?:室|号)?)?"
    r"|(?:(?:大孤山|旧堡|长甸|东长甸|玉佛山)(?:街道|镇|乡)?)?[\u4e00-\u9fff]{2,4}村(?:第?[一二三四五六七八九十\d]{1,2}[组队社])"
)


def screen_emergency(text: str) -> EmergencyHit | None:
    """The gravest danger that the text reports as present, None for idioms, things past and settled, and mere fears.

    The span lies in the normalised text. What to say and do: `emergency_kinds.EMERGENCY_KINDS[hit.kind]`.
    """
    return emergency_in(normalise(text).text)


@lru_cache(maxsize=256)
def emergency_in(text: str) -> EmergencyHit | None:
    """`screen_emergency` for text that is normalised already."""
    meant = spelt(text)
    hits, score = _by_rules(text, meant), danger_score(meant)
    gravest = next(iter(hits.values()), None)
    if score is None or (gravest is None and _says_little(text, meant, score)):
        return gravest
    if gravest is None and (score <= _least(meant) or _is_calm_otherwise(meant, score)):
        return None
    if gravest is not None and all(_overruled(hit, meant, score) for hit in hits.values()):
        return None
    kind = _kind(meant, hits)
    if gravest is None:
        return EmergencyHit(kind, Span(0, len(text), text), faint=score <= FAINT)
    return hits.get(kind) or EmergencyHit(kind, gravest.span)


def unless_faint(hit: EmergencyHit | None) -> EmergencyHit | None:
    """What is left of it in an answer to a question for something else, which is far likelier than a danger."""
    return None if hit is None or hit.faint else hit


def _least(meant: str) -> float:
    """The score above which the model alone raises the alarm: 掉了, 没气 and 两个人 hold too little to be sure of anything."""
    return DANGER_IN_FEW_WORDS if len(_MARKS.sub("", meant)) <= _FEW_WORDS else DANGER


def names_danger(text: str) -> bool:
    """Whether a rule hears a danger in the normalised text."""
    return bool(_by_rules(text, spelt(text)))


def sounds_dangerous_weakly(text: str) -> bool:
    """Whether no rule hears a danger in the normalised text, and the model not clearly."""
    return not names_danger(text) and (danger_score(spelt(text)) or 0.0) < ALARMING_ALONE


def _is_calm_otherwise(meant: str, score: float) -> bool:
    """Whether the text is calm without its address, its figures of speech, or harmless words: neither where it is nor 等着了 and
    看着了 make a danger. What is settled, wished for or a beast's trouble only must be clearly alarming."""
    if score < ALARMING_ALONE and _is_no_present_need(meant):
        return True
    placeless = _PLACE.sub("", meant)
    rests = [placeless, _IDIOMS.sub("", meant), _HARMLESS.sub("", _NOTICED.sub("", placeless))]
    return any(rest != meant and (danger_score(rest) or 0.0) <= DANGER for rest in rests)


def _is_no_present_need(meant: str) -> bool:
    """捞上来了 没啥事, 你们立个牌子吧, 小狗掉沟里了: over, a wish for some work, or no person's need."""
    is_settled = _SETTLED.search(meant) is not None and not _STILL.search(meant) and not _PRESENT.search(meant)
    is_beasts = _BEASTS.search(meant) is not None and not _PEOPLE.search(meant)
    return is_settled or is_beasts or _WANTED.search(meant) is not None


def _says_little(text: str, meant: str, score: float) -> bool:
    """Words of which the model, that knows dangers by longer texts, need not be asked."""
    return _ANSWERS_ALONE.fullmatch(meant) is not None or _only_chooses_or_calls(text) or _only_agrees(meant, score)


def _only_chooses_or_calls(text: str) -> bool:
    """最后一个, 有人管吗: an entry of a list, a call whether anybody is there. The model, that reads single words, may hear a
    farewell or a cry in them."""
    answer = classify_answer(text)
    return (answer is not None and answer.kind is AnswerKind.CHOICE) or says("calls_whole", text)


def _only_agrees(meant: str, score: float) -> bool:
    """是 人家自己拔了: a yes with a few words, to a question of ours; only words that the model is sure of alarm there."""
    return score < ALARMING_ALONE and _FEW_AFTER_YES.fullmatch(meant) is not None


def _kind(meant: str, hits: dict[str, EmergencyHit]) -> str:
    """What to advise on: the kind that the whole text sounds like most, with a start for those that the rules named."""
    scores = kind_scores(meant)
    if not scores or next(iter(hits), "") == OUTRANKS:
        return next(iter(hits), UNCLEAR)
    return max(scores, key=lambda kind: scores[kind] + (NAMED if kind in hits else 0.0))


def _overruled(hit: EmergencyHit, meant: str, score: float) -> bool:
    """The model is sure that the whole text is calm, and does not find the clause alone alarming enough to outweigh that."""
    if _found(_RULES[hit.kind], _plain(meant), sure=True):
        return False
    start = _behind_but(meant, hit.span.start)
    behind = _NOT_THAT.sub("", meant[hit.span.end :])
    if start or len(behind) < len(meant) - hit.span.end:
        score = danger_score(meant[start : hit.span.end] + behind) or 0.0
    if score > (QUITE_SURELY_CALM if _RULES[hit.kind].firm else SURELY_CALM):
        return False
    if score > CALM_WITHOUT_EXCUSE and not has_excuse(meant):
        return False
    alone = danger_score(meant[slice(*_around(_CLAUSE_END, meant, hit.span.start, hit.span.end))]) or 0.0
    return alone < ALARMING_ALONE or score + alone < OUTWEIGHED


def _behind_but(meant: str, place: int) -> int:
    """Where the part begins that a 但是 before this place sets against what was said: 没有受伤 does not calm 但是人出不来."""
    return max((match.end() for match in _BUT.finditer(meant, 0, place)), default=0)


def _by_rules(text: str, meant: str) -> dict[str, EmergencyHit]:
    """What the table finds, the gravest kind first."""
    plain = _plain(meant)
    found = ((kind, _found(rules, plain)) for kind, rules in _RULES.items() if rules.patterns.search(plain))
    return {kind: EmergencyHit(kind, Span(*place, text[slice(*place)])) for kind, place in found if place}


def _plain(meant: str) -> str:
    return _strike(_HARMLESS, _strike(_IDIOMS, meant))


def _found(rules: _Rules, plain: str, *, sure: bool = False) -> tuple[int, int] | None:
    """Where it is told as present; `sure`: only by signs that the model does not overrule."""
    for match in (rules.sure if sure else rules.patterns).finditer(_strike(rules.safe, plain)):
        if _is_present(plain, match.start(), match.end(), lasts=rules.lasts):
            return match.span()
    return None


def is_figure_of_speech(text: str) -> bool:
    """Whether words of danger stand in the text only as a manner of speaking (冻死了, 要出人命, 火冒三丈).

    False when there is no such phrase, when the table finds a danger, or when anything grave is said beside the phrase.
    """
    return _is_figure_of_speech(normalise(text).text)


def takes_back_danger(text: str) -> bool:
    """Whether somebody who has just reported a danger takes it back: over, a mistake, a joke; never when it tells of danger.

    What denies a danger in so many words may name it (我没想死 就是气话), if nothing alarming is left without the denial.
    Only to be asked after such a report; a person makes sure of it all the same.
    """
    said = normalise(text).text
    meant = _strike(_NOT_TAKEN_BACK, spelt(said))
    if _TAKEN_BACK.search(meant) is None or _STILL.search(spelt(said)):
        return False
    if emergency_in(said) is None or sounds_dangerous_weakly(said):
        return True
    return _DENIED.search(meant) is not None and emergency_in(_TAKEN_BACK.sub("", meant)) is None


@lru_cache(maxsize=256)
def _is_figure_of_speech(text: str) -> bool:
    meant = spelt(text)
    rest = _strike(_IDIOMS, meant)
    exaggerates = rest != meant or _HYPERBOLE.search(meant) is not None
    return exaggerates and _GRAVE.search(rest) is None and emergency_in(text) is None


def spelt(text: str) -> str:
    """Slips of the pen put right, blanks as commas; positions kept."""
    return _TYPO.sub(lambda match: _TYPOS[(match.lastindex or 1) - 1], text.replace(" ", ","))


def _strike(pattern: re.Pattern[str], text: str) -> str:
    """Harmless words blotted out, positions kept. What one sentence says of itself excuses no other sentence."""
    return "".join(pattern.sub(lambda match: _STRUCK * len(match[0]), sentence) for sentence in _SENTENCES.findall(text))


def _is_present(text: str, start: int, end: int, *, lasts: bool) -> bool:
    sentence_start, sentence_end = _around(_SENTENCE_END, text, start, end)
    sentence = text[sentence_start:sentence_end]
    if _is_feared(text, start, end, sentence):
        return False
    settled = _SETTLED.search(text[start:sentence_end])
    earlier = text[sentence_start:start]
    if settled and (_RECENT.search(earlier) or not _PRESENT.search(text[end:sentence_end])):
        return False
    return not _is_over(text, start, end, earlier, sentence, lasts=lasts) or bool(_PRESENT.search(sentence))


def _is_feared(text: str, start: int, end: int, sentence: str) -> bool:
    """Spoken of as what might come: 万一, 要是, 怕, 隐患, or a question about dangers in general."""
    clause_start, clause_end = _around(_CLAUSE_END, text, start, end)
    before, behind = text[clause_start:start], text[end:clause_end].lstrip("了")
    if _IF.search(text[max(clause_start, start - _NEAR) : end]) and not _PRESENT.search(before):
        return True
    if not _IF_BEHIND.match(behind):
        return False
    earlier = sentence[: max(sentence.find(text[start:end]), 0)]
    return bool(_FEAR_NEEDS.search(earlier)) or (not _PRESENT.search(sentence) and _asks(behind))


def _is_over(text: str, start: int, end: int, earlier: str, sentence: str, *, lasts: bool) -> bool:
    """Spoken of as past, as a habit, or for what came of it."""
    _, clause_end = _around(_CLAUSE_END, text, start, end)
    behind = text[end:clause_end].lstrip("了")
    if _AFTER.match(text[start:clause_end]) or _AFTER.match(behind):
        return True
    if lasts:
        return _PAST.search(earlier) is not None
    return _RECENT.search(earlier) is not None or _OVER_ANYWHERE.search(sentence) is not None


def _asks(behind: str) -> bool:
    """A question about dangers in general, not a cry for help (着火了咋办 is one)."""
    return bool(_QUESTION.match(behind.lstrip("了可那该")))


def _around(edge: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch between two marks that holds text[start:end]."""
    left = 0
    for match in edge.finditer(text, 0, start):
        left = match.end()
    right = edge.search(text, end)
    return left, right.start() if right else len(text)
