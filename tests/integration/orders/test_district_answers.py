"""The district's answers and limits: what is heard, what a change means for open orders, and what proves that nobody cheated."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.domain.errors import InvalidField, NotFound, StaleVersion
from backend.services import time_limits
from backend.services.audit import verify
from backend.services.faq_answers import answer_to, answers
from backend.services.faqs import Edit, FaqText, add_faq, edit_faq, find_faqs, get_faq, set_told
from backend.services.order_terms import terms_of
from backend.services.seeding import seed_directory
from backend.services.time_limits import LimitForm
from backend.storage.tables.directory import CategoryRow, DirectoryChangeRow, FaqRow

from .conftest import NOW

BY = Edit("admin:chen", NOW, "【有事】")


async def change(session, code, form, *, now=NOW, version=1, **more):
    return await time_limits.change_limit(session, code, form, expected_version=version, actor="admin:chen", now=now, **more)


async def heard(session, text="", key="", service_code=""):
    found = await answer_to(session, text=text, key=key, service_code=service_code)
    return (found.key, found.answer) if found else None


@pytest.mark.parametrize(
    ("text", "key", "code", "answered", "words"),
    [
        ("多久能来", "time_limit", "0101", "heating_time", "二十分钟内到场"),
        ("多久能来", "time_limit", "0202", "leak_time", "三十分钟内到场"),
        ("多久能来", "time_limit", "0104", "time_limit", "这类事三个工作日内办好。"),
        ("多久能来", "time_limit", "0103", "time_limit", "这类事三十分钟内到场,二十四小时内办好。"),
        ("多久能来", "time_limit", "1202", "time_limit", "三个工作日"),
        ("多久能来", "time_limit", "", "time_limit", "一般三个工作日"),
        ("多久能来", "time_limit", "2299", "time_limit", "一般三个工作日"),
        ("多久能来", "time_limit", "9999", "time_limit", "一般三个工作日"),
        ("多久能来", "", "0301", "power_time", "四十分钟内到场"),
        ("漏水多久来人啊", "time_limit", "0101", "leak_time", "三十分钟内到场"),
        ("要钱不", "fee", "0101", "fee", "不要钱"),
        ("打分有用吗", "fee", "", "rating", "考核"),
    ],
)
async def test_what_is_heard_depends_on_the_words_then_the_key_then_the_matter(session, text, key, code, answered, words):
    found = await heard(session, text, key, code)
    assert found is not None
    assert found[0] == answered
    assert words in found[1]


async def test_what_the_table_does_not_know_has_no_answer(session):
    assert await heard(session, "能养猪吗", "pigs") is None
    assert await heard(session) is None


async def test_every_seeded_answer_is_told_without_blanks_and_could_be_saved_as_it_is(session):
    told = {row.key: answer for row, answer in await answers(session)}
    rows = await find_faqs(session)
    assert set(told) == {row.key for row in rows}
    assert not any("{" in answer for answer in told.values())
    for row in rows:
        text = FaqText(row.question, row.answer, tuple(row.synonyms), row.service_prefix)
        await edit_faq(session, row.key, text, BY, expected_version=1)
        assert row.version == 1


async def test_a_limit_without_an_arrival_leaves_no_answer_with_a_hole(session):
    row = await session.get_one(CategoryRow, "0301")
    row.clock = {"finish": "working_days", "amount": 1}
    assert await heard(session, key="time_limit", service_code="0301") == ("time_limit", "这类事一个工作日内办好。")
    assert await heard(session, "停电多久来人") is None
    assert "power_time" not in {row.key for row, _ in await answers(session)}


async def test_a_category_wide_answer_is_told_for_its_leaves_that_have_none_of_their_own(session):
    await add_faq(session, FaqText("供水多久能好", "自来水公司马上安排。", (), "02"), BY)
    assert (await heard(session, key="time_limit", service_code="0201"))[1] == "自来水公司马上安排。"
    assert (await heard(session, key="time_limit", service_code="0202"))[0] == "leak_time"


async def test_seeding_again_brings_no_withdrawn_or_changed_answer_back(session):
    await set_told(session, "fee", False, BY, expected_version=1)
    await edit_faq(session, "hours", FaqText("人工几点上班", "全天都在。"), BY, expected_version=1)
    await seed_directory(session, NOW)
    assert await heard(session, key="fee") is None
    assert await heard(session, key="hours") == ("hours", "全天都在。")


async def test_a_wording_of_a_withdrawn_question_is_free_and_then_taken(session):
    await set_told(session, "fee", False, BY, expected_version=1)
    await add_faq(session, FaqText("办事要钱吗", "不要。"), BY)
    with pytest.raises(InvalidField, match="已经写在"):
        await set_told(session, "fee", True, BY, expected_version=2)


async def test_wordings_are_kept_once_and_tidy(session):
    row = await add_faq(session, FaqText(" 居住证  在哪办 ", " 街道办。\n", ("居住证在哪办?", "暂住证", "暂住证 ", "")), BY)
    assert (row.question, row.answer, row.synonyms) == ("居住证 在哪办", "街道办。", ["暂住证"])


async def test_a_stale_or_unknown_question_is_not_changed(session):
    with pytest.raises(StaleVersion):
        await edit_faq(session, "fee", FaqText("办事要钱吗", "要。"), BY, expected_version=7)
    with pytest.raises(NotFound):
        await set_told(session, "nothing", False, BY, expected_version=1)
    assert (await get_faq(session, "fee")).version == 1


async def test_telling_what_is_told_already_leaves_no_record(session):
    await set_told(session, "fee", True, BY, expected_version=1)
    assert (await verify(session)).subjects == 0


async def test_a_new_limit_counts_for_new_orders_and_old_promises_stay(desk):
    before = await desk.file(service_code="0101")
    desk.at(hours=1)
    async with desk.database.transaction() as session:
        await change(session, "0101", LimitForm("hours", "12", "15"), now=desk.now)
    desk.at(hours=2)
    after = await desk.file(service_code="0101", requested_at=desk.now)
    assert before.on_site_due_at - before.clock_started_at == timedelta(minutes=20)
    assert after.on_site_due_at - after.clock_started_at == timedelta(minutes=15)
    assert after.due_at - after.clock_started_at == timedelta(hours=12)
    await desk.do(before, "suspend", reason="等配件", resume_at=(desk.now + timedelta(hours=3)).isoformat())
    resumed = await desk.do(before, "resume")
    assert resumed.due_at == before.due_at


async def test_what_was_in_force_is_known_for_every_moment_between_changes(session):
    await change(session, "0201", LimitForm("hours", "12"), now=NOW)
    await change(session, "0201", LimitForm("hours", "6"), now=NOW + timedelta(days=2), version=2)
    moments = [NOW - timedelta(seconds=1), NOW, NOW + timedelta(days=1), NOW + timedelta(days=2), NOW + timedelta(days=9)]
    found = [(await terms_of(session, "0201", moment)).spec.amount for moment in moments]
    assert found == [1440, 720, 720, 360, 360]


async def test_the_same_limit_again_changes_nothing(session):
    assert await change(session, "0101", LimitForm("same_night", "", "20")) == 0
    assert (await session.get_one(CategoryRow, "0101")).version == 1


async def test_the_chain_of_changes_is_sound_until_somebody_goes_behind_it(database):
    async with database.transaction() as session:
        await edit_faq(session, "fee", FaqText("办事要钱吗", "不要。"), BY, expected_version=1)
        await set_told(session, "fee", False, BY, expected_version=2)
        await change(session, "0101", LimitForm("hours", "12", "15"))
    async with database.transaction() as session:
        report = await verify(session)
        assert (report.is_sound, report.subjects) == (True, 2)
        assert "2项问答和时限的改动" in report.summary()


@pytest.mark.parametrize(
    ("meddle", "seq", "reason"),
    [
        (update(DirectoryChangeRow).where(DirectoryChangeRow.seq == 1).values(actor="admin:other"), 1, "hash"),
        (update(DirectoryChangeRow).where(DirectoryChangeRow.seq == 1).values(seq=5), 1, "missing"),
        (update(FaqRow).where(FaqRow.key == "fee").values(answer="要钱。"), 0, "row"),
    ],
)
async def test_whoever_goes_behind_the_record_is_found_out(database, meddle, seq, reason):
    async with database.transaction() as session:
        await edit_faq(session, "fee", FaqText("办事要钱吗", "不要。"), BY, expected_version=1)
        await set_told(session, "fee", False, BY, expected_version=2)
    async with database.transaction() as session:
        await session.execute(meddle)
    async with database.transaction() as session:
        report = await verify(session)
    assert [(broken.number, broken.seq, broken.reason) for broken in report.breaks] == [("faq:fee", seq, reason)]
    assert "问答和时限faq:fee" in report.summary()
