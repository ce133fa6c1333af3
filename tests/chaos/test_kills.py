"""`kill -9` of every program in turn, Redis emptied after each, under 200 interleaved dialogues, and a PostgreSQL that goes away
twice under 60: nothing lost or doubled, all in order and answered."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

import pytest

from tests.chaos.storm import Storm, heard_by, last_words, stored

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_acknowledged_message_is_stored_once_and_in_order(storm: Storm) -> None:
    for resident in storm.residents:
        said = [message["text"] for message in await stored(storm, resident) if message["author"] == "resident"]
        assert said == storm.acknowledged[resident.key]


async def test_every_confirmed_form_is_one_order(storm: Storm) -> None:
    assert len(storm.numbers) == storm.people
    assert len(set(storm.numbers.values())) == storm.people
    for resident in storm.residents:
        found = await storm.site.call("GET", "/api/v1/work-orders", params={"channel_user_id": resident.user_id})
        assert [order["number"] for order in found["items"]] == [storm.numbers[resident.key]]


async def test_nothing_is_sent_twice(storm: Storm) -> None:
    for resident in storm.residents:
        meant = Counter(
            m["text"] for m in await stored(storm, resident) if m["direction"] == "out" and m["status"] != "suppressed"
        )
        arrived = Counter(await heard_by(resident))
        doubled = {text: count for text, count in arrived.items() if count > meant[text]}
        assert doubled == {}, f"{resident.key}: arrived more often than it was written"


async def test_what_was_written_arrives_in_the_order_written(storm: Storm) -> None:
    for resident in storm.residents:
        sent = [
            m["text"] for m in await stored(storm, resident) if m["direction"] == "out" and m["status"] in ("sent", "delivered")
        ]
        arrived = await heard_by(resident)
        places = iter(arrived)
        assert all(text in places for text in sent), f"{resident.key}: {sent} against {arrived}"


async def test_no_resident_is_left_without_an_answer(storm: Storm) -> None:
    silent = [resident.key for resident in storm.residents if not await last_words(resident)]
    assert silent == []


async def test_the_log_of_events_is_sound_afterwards(storm: Storm) -> None:
    command = [sys.executable, "-m", "channels.cli", "audit", "verify"]
    process = await asyncio.create_subprocess_exec(*command, env=storm.installation.env)
    assert await process.wait() == 0


async def test_what_arrives_while_the_database_is_away_waits_on_the_disk_of_the_web_program(storm: Storm) -> None:
    logs = "".join(path.read_text("utf-8") for path in (storm.installation.home / "log").glob("*.log"))
    assert "spool_replayed" in logs or storm.database is None
