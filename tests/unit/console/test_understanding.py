"""Understanding a text outside a dialogue: against its own time, and with the ear for manners of speaking that the bot has."""

from datetime import datetime
from typing import Any

import pytest

from backend.contracts.conversations import Urgency
from backend.services.ports import AssistantFailed
from backend.services.understanding import Heading, understand

TOLD_AT = datetime.fromisoformat("2026-07-08T21:00:00+08:00")
GUESS = {"category": "供暖", "subcategory": "停暖", "service_code": "0102", "confidence": 0.9, "category_confidence": 0.95}
LONG_AGO = {"text": "昨天", "kind": "point", "start": "2020-01-01T00:00:00+00:00", "end": "2020-01-01T23:59:59+00:00"}


class Parses:
    """An assistant that ranks as told and finds these problems, their times read against a clock of its own."""

    def __init__(self, ranking: dict[str, float], *texts: str, away: bool = False) -> None:
        entries = [{"name": name, "confidence": share} for name, share in ranking.items()]
        issues = [{"text": text, **GUESS, "occurred_at": LONG_AGO} for text in texts]
        self._answer: dict[str, Any] = {"intent_ranking": entries, "categories": [GUESS], "issues": issues}
        self._away = away

    async def parse(self, _text: str, _metadata: dict[str, Any]) -> dict[str, Any]:
        if self._away:
            raise AssistantFailed("down")
        return self._answer


async def heading(context: Any, assistant: Parses, text: str, asked: str = "") -> Heading:
    async with context.database.reading() as session:
        return await understand(session, assistant, text=text, channel="sms", message_time=TOLD_AT, context=asked)


async def test_the_time_of_each_problem_is_read_against_the_message_and_not_the_clock_of_the_assistant(context):
    assistant = Parses({"report_complaint": 0.9}, "昨天停水了", "上周三路灯坏了")
    told = await heading(context, assistant, "昨天停水了 上周三路灯坏了")
    starts = [issue.occurred_at.start.date().isoformat() for issue in told.understanding.issues]
    assert starts == ["2026-07-06", "2026-06-30"]  # midnight in Shanghai is the day before in UTC


@pytest.mark.parametrize("text", ["急死我了这么久没人管", "冻死我了屋里", "气死我了这帮人"])
async def test_a_manner_of_speaking_is_no_emergency_however_sure_the_model_is(context, text):
    told = await heading(context, Parses({"emergency": 0.97, "report_complaint": 0.02}), text)
    assert told.understanding.intents[0][0] != "emergency"
    assert told.understanding.urgency is not Urgency.EMERGENCY


async def test_a_danger_is_one_even_with_the_assistant_away(context):
    told = await heading(context, Parses({}, away=True), "楼下着火了快来人")
    assert told.understanding.intents[0][0] == "emergency"
    assert not told.assistant_answered


async def test_the_last_sentence_decides_what_a_digit_means(context):
    ranking = {"provide_info": 0.5, "deny": 0.2, "affirm": 0.2}
    told = await heading(context, Parses(ranking), "2", "您核对一下:停水,翠园小区。对吗?")
    assert told.understanding.intents[0][0] == "deny"


async def test_a_danger_of_people_leaves_the_thing_that_brings_it_about_in_front(context):
    told = await heading(context, Parses({"emergency": 0.97}), "暖气停了一天 我妈晕倒了 快来人")
    assert told.understanding.intents[0][0] == "emergency"
    assert [(guess.category, guess.subcategory) for guess in told.understanding.categories] == [("供暖", "停暖")]


async def test_a_danger_of_things_names_the_matter_itself(context):
    told = await heading(context, Parses({"emergency": 0.97}), "楼下着火了 暖气也停了")
    first = told.understanding.categories[0]
    assert (first.category, first.subcategory) == ("消防/安全隐患", "火灾")
