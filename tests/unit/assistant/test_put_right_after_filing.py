"""What is put right after filing is named to the handlers, field by field, and kept in the resident's own words."""

from __future__ import annotations

from typing import Any

import pytest

from actions import correcting
from tests.unit.assistant.fake_backend import running
from tests.unit.assistant.test_actions import run
from tests.unit.assistant.test_after_filing import FIRST, LAMP, SECOND, done, own
from tests.unit.assistant.test_after_in_winter import filed, phone, place, talk
from tests.unit.assistant.test_after_told import heard, said_of
from tests.unit.assistant.test_context import intent


def when(text: str, kind: str = "since") -> dict[str, Any]:
    return {"occurred_at": {"occurred_at": {"text": text, "kind": kind}}}


@pytest.mark.parametrize(
    ("said", "facts", "named"),
    [
        ("楼号错了 是21号楼", place(building="21"), ["楼号:12号楼 → 21号楼"]),
        ("刚才楼号报错了 不是12是21", {}, ["楼号:12号楼 → 21号楼"]),
        ("说错了 是21号楼2单元", place(building="21", unit="2"), ["楼号:12号楼 → 21号楼", "单元:1单元 → 2单元"]),
        ("不对 是常青小区", place(estate="常青小区", building="12"), ["小区:翠园小区 → 常青小区"]),
        ("时间也不对 是上礼拜六开始的", when("上礼拜六开始"), ["时间:十多天了 → 上礼拜六开始"]),
        ("昨天报错了 是21号楼", {**place(building="21"), **when("昨天", "point")}, ["楼号:12号楼 → 21号楼"]),
        ("电话后四位说错了,是0377", phone("0377", "tail"), ["电话:17000000002 → 17000000377"]),
        ("电话后四位说错了,是0377", phone("17000000377", "tail"), ["电话:17000000002 → 17000000377"]),
        ("电话换了 打17000008899", phone("17000008899"), ["电话:17000000002 → 17000008899"]),
        ("说错了 是漏水 不是停水", {}, []),
        ("说错了 号码是1700", phone("1700", "invalid"), []),
    ],
)
def test_each_field_that_is_put_right_is_named_with_what_it_was(said: str, facts: dict[str, Any], named: list[str]) -> None:
    assert [change.for_handlers for change in correcting.changes(talk(said, **facts), filed())] == named


def test_what_was_never_told_has_no_old_value_and_an_addition_corrects_nothing() -> None:
    bare = filed(address={}, contact_phone="", occurred_at=None)
    told = correcting.changes(talk("写错了 是3单元 电话尾号0377", **place(unit="3"), **phone("0377", "tail")), bare)
    assert [change.for_handlers for change in told] == ["单元:3单元", "电话:后4位0377"]
    adds = talk("补充一下 是21号楼", "provide_info", **place(building="21"))
    assert correcting.changes(adds, filed()) == []
    assert correcting.note_of(adds, adds.text, []) == "居民补充:补充一下 是21号楼"


async def test_the_note_says_what_is_right_now_and_keeps_the_residents_words() -> None:
    said = "楼号错了 是21号楼"
    async with running(own(filed())) as fake:
        text, _, _ = await run("action_add_note", heard(said, "correct_previous_detail", parsed={"facts": place(building="21")}))
    body = fake.bodies(f"POST work-orders/{FIRST}/note")[0]
    assert (body["note"], body["corrects"]) == ("居民更正 楼号:12号楼 → 21号楼。原话:楼号错了 是21号楼", True)
    assert text in said_of("note_corrected", what="21号楼", number=FIRST)


async def test_a_correction_of_the_story_alone_is_marked_as_one() -> None:
    async with running(own(filed())) as fake:
        text, _, _ = await run("action_add_note", heard("说错了 是渗水 不是漏水", "correct_previous_detail"))
    body = fake.bodies(f"POST work-orders/{FIRST}/note")[0]
    assert (body["note"], body["corrects"]) == ("居民更正:说错了 是渗水 不是漏水", True)
    assert text in said_of("note_added", number=FIRST)


async def test_what_is_added_is_no_correction() -> None:
    async with running(own(filed())) as fake:
        await run("action_add_note", heard("补充一下 边上还有个沙发", "provide_info"))
    assert "corrects" not in fake.bodies(f"POST work-orders/{FIRST}/note")[0]


async def test_a_new_telephone_is_one_for_everything_that_is_being_done() -> None:
    said = heard("电话换了 打17000008899", "correct_previous_detail", parsed={"facts": phone("17000008899")})
    async with running(own(filed(), filed(SECOND, **LAMP))) as fake:
        text, _, slots = await run("action_add_note", said)
    assert done(fake, "note") == [FIRST, SECOND]
    assert text in said_of("note_corrected_all", what="电话17000008899", count="2")
    assert slots.get("pending") is None


async def test_a_place_that_is_put_right_names_the_order_where_there_are_several() -> None:
    said = heard("楼号错了 是21号楼", "correct_previous_detail", parsed={"facts": place(building="21")})
    async with running(own(filed(), filed(SECOND, **LAMP))) as fake:
        text, _, slots = await run("action_add_note", said)
    assert done(fake, "note") == [FIRST]
    assert text in said_of("note_corrected_of", what="垃圾清运", new="21号楼", number=FIRST)
    assert slots["pending"]["said"].startswith("居民更正 楼号")


@pytest.mark.parametrize("said", ["都给我改过来没", "楼号改了没有", "记上没", "写上了吗"])
async def test_who_asks_whether_it_was_written_down_hears_where_it_stands(said: str) -> None:
    assert intent(said, "", ("query_status", 0.8)) == "provide_info"
    noted = filed(events=[{"type": "noted", "actor": "resident"}])
    async with running(own(noted)) as fake:
        text, _, _ = await run("action_add_note", heard(said, "provide_info"))
    assert text in said_of("noted_there", number=FIRST)
    assert done(fake, "note") == []


@pytest.mark.parametrize(
    ("said", "facts", "named"),
    [
        ("忘说了 是3单元不是1单元", place(unit="3"), ["单元:1单元 → 3单元"]),
        ("忘说了 是3单元", place(unit="3"), []),
        ("忘说了 是在南门不是北门", place(landmark="南门"), []),
    ],
)
def test_what_is_added_in_the_place_of_something_known_puts_it_right(said: str, facts: dict[str, Any], named: list[str]) -> None:
    assert [change.for_handlers for change in correcting.changes(talk(said, "provide_info", **facts), filed())] == named


def test_a_span_is_no_time_that_something_began() -> None:
    assert correcting.changes(talk("不是天天 是隔一天", **when("一天")), filed()) == []


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("地址不对 是北门不是南门", ["位置:南门 → 北门"]),
        ("再就是收的不是停车费 是卫生费", ["内容:停车费 → 卫生费"]),
        ("说错了 不是东门 是西门", []),
    ],
)
def test_a_word_of_the_place_or_the_matter_is_put_right_where_it_was_told(said: str, named: list[str]) -> None:
    known = filed(address={"text": "翠园小区南门"}, description="物业乱收停车费")
    assert [change.for_handlers for change in correcting.changes(talk(said), known)] == named


@pytest.mark.parametrize(
    ("said", "facts", "sent"),
    [
        ("电话换了 打17000008899", phone("17000008899"), "17000008899"),
        ("电话后四位说错了,是0377", phone("0377", "tail"), "17000000377"),
        ("楼号错了 是21号楼", place(building="21"), None),
    ],
)
async def test_a_phone_that_is_put_right_is_sent_along(said: str, facts: dict[str, Any], sent: str | None) -> None:
    async with running(own(filed())) as fake:
        await run("action_add_note", heard(said, "correct_previous_detail", parsed={"facts": facts}))
    assert fake.bodies(f"POST work-orders/{FIRST}/note")[0].get("contact_phone") == sent


def test_only_the_end_of_an_unknown_phone_is_no_phone() -> None:
    told = correcting.changes(talk("电话尾号0377", **phone("0377", "tail")), filed(contact_phone=""))
    assert correcting.new_phone(told) == {}
