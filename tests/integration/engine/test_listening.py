"""The rules of language with the places of the database."""

from __future__ import annotations

import pytest

from backend.contracts.messages import Choice, Reply
from backend.domain import phrases
from backend.domain.assistant_text import LONGEST_HEARD
from backend.services.listening import RuleEars
from backend.services.seeding import seed_directory
from tests.integration.engine.world import World

DANGERS = ["楼道里一股煤气味", "我家着火了", "电梯里困了人", "有人要跳楼", "有人拿刀砍人", "老人一氧化碳中毒晕倒了"]
NO_DANGERS = ["暖气冰凉,冻死了", "噪音吵得要出人命", "煤气费怎么交", "急死我了"]


@pytest.mark.parametrize("text", DANGERS)
def test_danger_is_heard_and_has_its_advice_and_category(text: str) -> None:
    hit = RuleEars().emergency(text)
    assert hit is not None
    assert phrases.emergency_advice(hit.kind) != phrases.emergency_advice("something new")


@pytest.mark.parametrize("text", NO_DANGERS)
def test_idioms_are_no_danger(text: str) -> None:
    assert RuleEars().emergency(text) is None


def test_of_an_endless_message_no_more_is_heard_than_anybody_says() -> None:
    assert RuleEars().emergency("冷" * LONGEST_HEARD + "我家着火了") is None
    assert RuleEars().emergency("我家着火了" + "冷" * 60_000) is not None


async def test_facts_know_the_streets_of_the_district(world: World) -> None:
    async with world.writing() as session:
        await seed_directory(session, world.clock.now())
    async with world.db.reading() as session:
        facts = await RuleEars().facts(
            session, "园林街道翠园小区6号楼着火了,电话17000001234", message_time=world.clock.now(), phone=""
        )
    assert facts.address is not None
    assert (facts.address.address.street, facts.address.address.building) == ("园林街道", "6")
    assert [phone.number for phone in facts.phones] == ["17000001234"]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("暖氣不熱", "simplified", "traditional"),
        ("暖气不热", "traditional", "simplified"),
        ("好", "traditional", "traditional"),
        ("123", "simplified", "simplified"),
    ],
)
def test_the_script_stays_until_the_resident_changes_it(text: str, before: str, after: str) -> None:
    assert RuleEars().script_of(text, before) == after


def test_replies_and_choices_follow_the_script() -> None:
    reply = Reply("请问是几号楼?", (Choice("skip", "不知道门牌"),))
    turned = RuleEars().in_script(reply, "traditional")
    assert (turned.text, turned.choices[0].id) == ("請問是幾號樓?", "skip")
    assert RuleEars().in_script(reply, "simplified") == reply
