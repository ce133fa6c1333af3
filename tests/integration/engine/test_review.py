"""What the assistant understood is kept with the turn, and the doubtful turns come out for labelling without personal data."""

from __future__ import annotations

import asyncio
import csv
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import backend.cli
from backend.contracts.messages import MessageKind, Reply
from backend.contracts.understanding import Understood
from backend.domain.errors import InvalidField
from backend.services import conversations as talk
from backend.services.directory import seed_directory
from backend.services.ports import AssistantTurn
from backend.services.review import ReviewTurn, leaves, span_of, turns_to_review
from backend.services.review_file import HEADINGS, write_review
from backend.services.turns import TurnTimes
from backend.storage.database import Database
from backend.storage.tables.understanding import UnderstoodTurnRow
from backend.storage.understood import remember
from tests.integration.engine.world import World

SURE = Understood("ask_faq", 0.95)


def taking_it_for(*readings: Understood) -> object:
    """An assistant that takes its messages for these, one after the other."""
    waiting = list(readings)

    async def answer(turn: AssistantTurn) -> tuple[Reply, ...]:
        return (Reply(f"听到:{turn.text}", understood=waiting.pop(0)), Reply("还有吗?"))

    return answer


async def doubtful(
    world: World, *, since: timedelta = timedelta(days=7), below: float = 0.6, limit: int = 500
) -> list[ReviewTurn]:
    async with world.db.reading() as session:
        return await turns_to_review(session, since=world.clock.now() - since, below=below, limit=limit)


async def test_what_a_message_was_taken_for_is_kept_with_the_turn(world: World) -> None:
    world.assistant.answer = taking_it_for(Understood("report_complaint", 0.91, "供暖", "停暖", 0.8, 0.7))
    await world.talk("屋里暖气冰凉")
    (row,) = await world.rows(UnderstoodTurnRow)
    (inbound, *_) = await world.messages()
    assert row.message_id == inbound.id
    assert (row.intent, row.confidence, row.category, row.subcategory) == ("report_complaint", 0.91, "供暖", "停暖")
    assert (row.category_confidence, row.subcategory_confidence, row.at) == (0.8, 0.7, world.clock.now())


async def test_an_assistant_that_tells_nothing_leaves_nothing(world: World) -> None:
    await world.talk("你好")
    assert await world.rows(UnderstoodTurnRow) == []
    assert world.wechat.texts == ["听到:你好"]


async def test_a_late_answer_tells_too_and_a_turn_done_twice_counts_once(world: World) -> None:
    async def slow(turn: AssistantTurn) -> tuple[Reply, ...]:
        await asyncio.sleep(0.3)
        return (Reply("来了", understood=SURE),)

    world.turns = world.turn_worker(times=TurnTimes(answer=0.05, late=3.0, retries=(0.0, 0.0)))
    world.assistant.answer = slow
    await world.talk("怎么查进度")
    await world.turns.late_answers()
    (row,) = await world.rows(UnderstoodTurnRow)
    async with world.writing() as session:
        await remember(session, message_id=row.message_id, understood=Understood("greet", 0.1), now=world.clock.now())
    assert [(kept.intent, kept.confidence) for kept in await world.rows(UnderstoodTurnRow)] == [("ask_faq", 0.95)]


async def test_an_answer_that_came_after_a_takeover_is_still_worth_reviewing(world: World) -> None:
    async def overtaken(turn: AssistantTurn) -> tuple[Reply, ...]:
        async with world.writing() as session:
            conversation = turn.metadata["conversation"]
            await talk.takeover(session, conversation_id=conversation, user="zhou", now=world.clock.now())
        return (Reply("机器人的话", understood=Understood("greet", 0.2)),)

    world.assistant.answer = overtaken
    await world.talk("在吗")
    assert world.wechat.texts == []
    assert [turn.intent for turn in await doubtful(world)] == ["greet"]


async def test_the_doubtful_turns_come_weakest_first_and_sure_ones_stay_out(world: World) -> None:
    unsure_matter = Understood("report_complaint", 0.97, "物业纠纷", "物业服务", 0.3, 0.2)
    elsewhere = Understood("query_status", 0.9, "供暖", "停暖", 0.1, 0.1)  # its category means nothing
    world.assistant.answer = taking_it_for(Understood("greet", 0.5), unsure_matter, SURE, elsewhere, Understood("deny", 0.1))
    for text in ("嗯呐", "物业不管事", "咋查", "到哪步了", "不是那个"):
        await world.talk(text)
    assert [turn.text for turn in await doubtful(world)] == ["不是那个", "物业不管事", "嗯呐"]
    assert [turn.text for turn in await doubtful(world, limit=1)] == ["不是那个"]
    assert [turn.text for turn in await doubtful(world, below=0.2)] == ["不是那个"]


async def test_taps_and_photos_are_not_reviewed_and_old_turns_fall_out(world: World) -> None:
    world.assistant.answer = taking_it_for(*[Understood("affirm", 0.2)] * 3)
    await world.talk("对,提交", menu_id="confirm_yes")
    await world.talk("", kind=MessageKind.IMAGE)
    await world.talk("中不溜")
    assert [turn.text for turn in await doubtful(world)] == ["中不溜"]
    world.clock.advance(days=8)
    assert await doubtful(world) == []
    assert len(await doubtful(world, since=timedelta(days=9))) == 1


async def test_neither_the_words_nor_the_answer_give_a_person_away(world: World) -> None:
    world.assistant.answer = taking_it_for(Understood("provide_info", 0.3))
    await world.talk("我叫李淑芬,翠园小区6号楼2单元301,电话17000001234")
    (turn,) = await doubtful(world)
    assert turn.text == "我叫李某,翠园小区6号楼2单元***,电话170********"
    assert turn.answer == "听到:我叫李某,翠园小区6号楼2单元***,电话170********\n还有吗?"


def a_turn(text: str = "嗯呐", answer: str = "您说吧") -> ReviewTurn:
    at = datetime(2026, 11, 21, 4, 5, tzinfo=UTC)
    return ReviewTurn("m1", at, "sms", text, "affirm", 0.41234, "供暖", "停暖", 0.25, answer)


def test_the_workbook_has_empty_columns_and_the_leaves_to_choose_from(tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    write_review(path, [a_turn()], leaves=["供暖/停暖", "供水/停水"])
    book = load_workbook(path)
    head, line = book["待标注"].iter_rows(values_only=True)
    assert head == HEADINGS
    assert line[:7] == ("2026-11-21 12:05", "sms", "嗯呐", "affirm", 0.412, "供暖/停暖", 0.25)
    assert dict(zip(head, line, strict=True))["正确意图"] is None
    assert [cell.value for cell in book["分类"]["A"]] == ["供暖/停暖", "供水/停水"]
    (choice,) = book["待标注"].data_validations.dataValidation
    assert str(choice.sqref) == "J2"
    assert HEADINGS[9] == "正确分类"


@pytest.mark.parametrize("words", ["=1+2", '=HYPERLINK("http://evil.example")', "+8613", "@SUM(A1)", "-2+3"])
def test_what_a_resident_writes_never_becomes_a_formula(words: str, tmp_path: Path) -> None:
    write_review(tmp_path / "r.xlsx", [a_turn(words, words)], leaves=[])
    cell = load_workbook(tmp_path / "r.xlsx")["待标注"]["C2"]
    assert (cell.value, cell.data_type) == (words, "s")
    write_review(tmp_path / "r.csv", [a_turn(words)], leaves=[])
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["居民的话"] for row in csv.DictReader(file)] == [f"'{words}"]


def test_signs_that_no_workbook_may_hold_are_left_out(tmp_path: Path) -> None:
    write_review(
        tmp_path / "r.xlsx", [a_turn("停\x00水\x1b了\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"))], leaves=[]
    )
    assert load_workbook(tmp_path / "r.xlsx")["待标注"]["C2"].value == "停水了😀"


@pytest.mark.parametrize("name", ["r.xlsx", "r.CSV"])
def test_only_its_owner_may_read_the_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("an older, open file")
    (tmp_path / name).chmod(0o644)
    write_review(tmp_path / name, [a_turn()], leaves=[])
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_a_file_of_another_kind_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidField) as caught:
        write_review(tmp_path / "r.pdf", [], leaves=[])
    assert caught.value.field == "path"
    assert not (tmp_path / "r.pdf").exists()


@pytest.mark.parametrize(("text", "span"), [("12h", timedelta(hours=12)), ("7d", timedelta(days=7)), (" 2w", timedelta(weeks=2))])
def test_a_span_of_time_is_read(text: str, span: timedelta) -> None:
    assert span_of(text) == span


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "7 days", "99999d", "1.5d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(InvalidField):
        span_of(text)


async def test_the_leaves_are_those_of_the_directory(world: World) -> None:
    async with world.writing() as session:
        await seed_directory(session, world.clock.now())
    async with world.db.reading() as session:
        names = await leaves(session)
    assert "供暖/停暖" in names
    assert len(names) == len(set(names)) > 50


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["review.csv", "--since", "2w"], 0, "1 条待标注"),
        (["review.csv", "--below", "0.2"], 0, "0 条待标注"),
        (["review.csv", "--since", "soon"], 1, "12h"),
        (["review.txt"], 1, ".xlsx"),
        (["review.csv", "--below", "7"], 2, ""),
    ],
)
def test_the_command_writes_the_file_or_says_in_a_line_why_not(
    arguments: list[str], code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'youshi.db'}"

    async def fill() -> None:
        database = Database(url)
        await database.create_schema()
        world = World(database, tmp_path)
        world.clock.at = datetime.now(UTC) - timedelta(days=1)
        world.assistant.answer = taking_it_for(Understood("greet", 0.4))
        await world.talk("嗯呐")
        await database.close()

    asyncio.run(fill())
    monkeypatch.setenv("YOUSHI_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(backend.cli.review_app, arguments)
    assert (result.exit_code, told in result.output) == (code, True), result.output
    assert (tmp_path / arguments[0]).exists() is (code == 0)
