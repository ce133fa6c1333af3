"""The resident's verdict: stored once a round, revisable for a day, and a bad one goes back to the unit."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.contracts.people import Role
from backend.domain.errors import Forbidden, IllegalTransition, InvalidField, NotFound
from backend.services.assessment import assessment
from backend.services.audit import verify
from backend.services.casework import Caller, Resident
from backend.services.clocks import raise_due_alarms
from backend.services.lookup import look_up
from backend.services.ratings import AlreadyRated, VerdictStands, rate, take_back
from backend.storage.tables.work_orders import RatingRow
from backend.storage.work_orders import events_of, get_order

from .conftest import NOW

GOOD = {"contacted": True, "resolved": "yes", "satisfaction": 5, "comment": "五星好评"}
BAD = {"contacted": False, "resolved": "no", "satisfaction": 2, "comment": "压根没人来"}


@pytest.fixture
async def finished(desk):
    return await desk.work_through(await desk.file())


async def give(desk, order, answers, caller=None, **more):
    async with desk.database.transaction() as session:
        rating = await rate(session, number=order.number, **answers, actor="resident", now=desk.now, caller=caller, **more)
        return rating, await get_order(session, order.number)


async def types_of(database, order):
    async with database.reading() as session:
        return [event.type for event in await events_of(session, order.id)]


async def test_a_good_verdict_closes_the_order(desk, database, finished):
    rating, order = await give(desk, finished, GOOD)
    assert (order.state, order.round) == ("closed", 1)
    assert (rating.unit_id, rating.satisfaction) == ("heating", 5)
    assert (await types_of(database, order))[-2:] == ["rated", "closed"]


@pytest.mark.parametrize("answers", [BAD, {**GOOD, "satisfaction": 2}, {**GOOD, "satisfaction": 1}, {**GOOD, "resolved": "no"}])
async def test_a_bad_verdict_reopens_for_the_same_unit_with_the_reason_told(desk, database, finished, answers):
    _, order = await give(desk.at(days=1), finished, answers)
    assert (order.state, order.unit_id, order.round) == ("dispatched", "heating", 2)
    assert order.clock_started_at == desk.now
    async with database.reading() as session:
        reopened = (await events_of(session, order.id))[-1]
    assert reopened.type == "reopened"
    assert answers["comment"] in reopened.note
    assert reopened.data["by"] == "rating"


async def test_partly_solved_and_content_closes_the_order(desk, finished):
    _, order = await give(desk, finished, {**GOOD, "resolved": "partly", "satisfaction": 3})
    assert order.state == "closed"


async def test_there_is_one_rating_a_round_and_it_can_be_revised_for_a_day(desk, database, finished):
    await give(desk, finished, GOOD)
    await give(desk.at(hours=23), finished, {**GOOD, "satisfaction": 4})
    with pytest.raises(AlreadyRated):
        await give(desk.at(hours=25), finished, GOOD)
    async with database.reading() as session:
        [rating] = (await session.execute(select(RatingRow))).scalars()
    assert (rating.satisfaction, rating.rated_at, rating.revised_at) == (4, NOW, NOW + timedelta(hours=23))


async def test_two_ratings_at_the_same_time_are_one(desk, database, finished):
    results = await asyncio.gather(*(give(desk, finished, GOOD) for _ in range(3)), return_exceptions=True)
    assert not [result for result in results if isinstance(result, Exception)]
    async with database.reading() as session:
        assert len((await session.execute(select(RatingRow))).scalars().all()) == 1
        assert (await verify(session)).is_sound


async def test_a_good_rating_revised_to_a_bad_one_reopens_the_closed_order(desk, finished):
    await give(desk, finished, GOOD)
    _, order = await give(desk.at(hours=2), finished, BAD)
    assert (order.state, order.round) == ("dispatched", 2)


async def test_after_a_reopening_the_old_verdict_can_be_put_right_without_moving_the_order(desk, database, finished):
    await give(desk, finished, BAD)
    rating, order = await give(desk.at(hours=1), finished, GOOD)
    assert (rating.round, rating.satisfaction) == (1, 5)
    assert (order.state, order.round) == ("dispatched", 2)


async def test_each_round_is_rated_on_its_own(desk, database, finished):
    _, order = await give(desk, finished, BAD)
    order = await desk.at(hours=3).work_through(order)
    _, order = await give(desk, order, GOOD)
    assert order.state == "closed"
    async with database.reading() as session:
        ratings = (await session.execute(select(RatingRow).order_by(RatingRow.round))).scalars().all()
    assert [(row.round, row.satisfaction) for row in ratings] == [(1, 2), (2, 5)]


async def test_an_order_that_is_not_finished_cannot_be_rated(desk):
    order = await desk.file()
    with pytest.raises(IllegalTransition):
        await give(desk, order, GOOD)


async def test_a_wrong_answer_is_named_before_anything_is_looked_up(desk, finished):
    with pytest.raises(InvalidField) as caught:
        await give(desk, finished, {**GOOD, "satisfaction": 9})
    assert caught.value.field == "satisfaction"


async def test_only_the_own_order_can_be_rated(desk, finished):
    with pytest.raises(NotFound):
        await give(desk, finished, GOOD, Caller(Role.SERVICE, resident=Resident("other")))
    _, order = await give(desk, finished, GOOD, Caller(Role.SERVICE, resident=Resident("conversation-li")))
    assert order.state == "closed"


async def test_who_only_joined_does_not_rate(desk):
    order = await desk.file()
    neighbour = Caller(Role.SERVICE, resident=Resident("", "sms", "17000009999"))
    await desk.do(order, "join", channel="sms", channel_user_id="17000009999")
    order = await desk.work_through(order)
    with pytest.raises(Forbidden):
        await give(desk, order, BAD, neighbour)


async def test_the_figures_of_a_period_come_from_what_happened(desk, database):
    for index in range(6):
        order = await desk.work_through(await desk.file())
        await give(desk, order, GOOD if index else BAD)
    late = await desk.file()
    withdrawn = await desk.file()
    await desk.do(withdrawn, "withdraw", reason="自己好了")
    await desk.do(await desk.file(category="绿化", subcategory="毁绿"), "return", reason="不归我们管")
    later = NOW + timedelta(days=2)
    async with database.reading() as session:
        result = await assessment(session, start=NOW - timedelta(days=1), end=later, by="unit", now=later)
    units = {each.group: each for each in result.figures}
    heating = units["heating"]
    assert (heating.response.numerator, heating.response.denominator) == (5, 6)
    assert (heating.resolved.numerator, heating.satisfied.numerator) == (5, 5)
    # round one of six orders in time; the reopened round and the late order are due and open: 6 of 8, the withdrawn one is void
    assert (heating.on_time.numerator, heating.on_time.denominator) == (6, 8)
    assert heating.rank == 1
    assert (units["greening"].returned.numerator, units["greening"].returned.denominator) == (1, 1)
    assert late.state == "dispatched"


async def test_an_order_that_was_done_and_rated_twice_was_not_followed_up_twice_as_often_as_it_was_done(desk, database, finished):
    _, reopened = await give(desk, finished, BAD)
    await give(desk, await desk.work_through(reopened), GOOD)
    await desk.work_through(await desk.file())  # nobody rates this one
    async with database.reading() as session:
        period = {"start": NOW - timedelta(days=1), "end": NOW + timedelta(days=30)}
        result = await assessment(session, **period, by="unit", now=NOW + timedelta(days=30))
    [heating] = [each for each in result.figures if each.group == "heating"]
    assert (heating.followed_up.numerator, heating.followed_up.denominator) == (2, 3)


@pytest.mark.parametrize(("by", "group"), [("street", "210302004"), ("category", "供暖")])
async def test_figures_can_be_grouped_by_street_and_category(desk, database, finished, by, group):
    await give(desk, finished, GOOD)
    async with database.reading() as session:
        result = await assessment(
            session, start=NOW - timedelta(days=1), end=NOW + timedelta(days=1), by=by, now=NOW + timedelta(days=1)
        )
    [figures] = result.figures
    assert (figures.group, figures.volume.received, figures.volume.finished, figures.score) == (group, 1, 1, 100.0)
    assert (figures.ranked, figures.rank) == (False, None)


async def test_what_is_not_due_yet_is_left_out(desk, database):
    await desk.file(category="绿化", subcategory="毁绿")
    async with database.reading() as session:
        result = await assessment(
            session, start=NOW - timedelta(days=1), end=NOW + timedelta(days=30), by="unit", now=NOW + timedelta(days=1)
        )
    assert [each.on_time.denominator for each in result.figures] == [0]


TAPPED = {"contacted": None, "resolved": "partly", "satisfaction": 1, "comment": ""}
MINE = Caller(Role.SERVICE, resident=Resident("conversation-li"))


async def tick(desk):
    async with desk.database.transaction() as session:
        return await raise_due_alarms(session, now=desk.now)


async def forget(desk, order, caller=MINE):
    async with desk.database.transaction() as session:
        await take_back(session, number=order.number, actor="resident", now=desk.now, caller=caller)


async def state_of(desk, order):
    async with desk.database.reading() as session:
        return (await get_order(session, order.number)).state


async def test_a_bad_verdict_whose_reason_follows_is_stored_and_moves_nothing_yet(desk, database, finished):
    rating, order = await give(desk, finished, TAPPED, reason_follows=True)
    assert (rating.satisfaction, order.state) == (1, "resolved")
    assert (await types_of(database, order))[-1] == "rated"
    assert await tick(desk.at(minutes=29)) == 0


async def test_a_good_verdict_waits_for_nothing(desk, finished):
    rating, order = await give(desk, finished, GOOD, reason_follows=True)
    assert (order.state, rating.reopens_at) == ("closed", None)


async def test_the_reason_reopens_with_it_and_time_does_not_reopen_again(desk, database, finished):
    await give(desk, finished, TAPPED, reason_follows=True)
    rating, order = await give(desk.at(minutes=5), finished, {**TAPPED, "comment": "屋里还是冷"})
    assert (order.state, order.round, rating.reopens_at) == ("dispatched", 2, None)
    await tick(desk.at(minutes=40))
    async with database.reading() as session:
        reopened = [event for event in await events_of(session, order.id) if event.type == "reopened"]
    assert [event.note for event in reopened] == ["居民不满意(满意度1分):屋里还是冷"]


async def test_without_a_reason_half_an_hour_reopens_once(desk, database, finished):
    _, order = await give(desk, finished, TAPPED, reason_follows=True)
    assert [await tick(desk.at(minutes=30)), await tick(desk.at(minutes=31))] == [1, 0]
    assert await state_of(desk, order) == "dispatched"
    assert (await types_of(database, order)).count("reopened") == 1
    async with database.reading() as session:
        assert (await verify(session)).is_sound


async def test_a_better_score_in_time_closes_and_nothing_reopens(desk, finished):
    await give(desk, finished, TAPPED, reason_follows=True)
    _, order = await give(desk.at(minutes=3), finished, GOOD)
    assert order.state == "closed"
    assert await tick(desk.at(hours=2)) == 0


async def test_what_the_desk_reopened_meanwhile_is_not_reopened_again(desk, database, finished):
    _, order = await give(desk, finished, TAPPED, reason_follows=True)
    await desk.at(minutes=10).do(order, "reopen", reason="居民来电说没好")
    await tick(desk.at(minutes=31))
    assert (await types_of(database, order)).count("reopened") == 1


async def test_a_slip_is_forgotten_and_the_order_waits_for_a_verdict(desk, database, finished):
    await give(desk, finished, TAPPED, reason_follows=True)
    await forget(desk.at(minutes=2), finished)
    assert await state_of(desk, finished) == "resolved"
    async with database.reading() as session:
        assert (await session.execute(select(RatingRow))).scalars().all() == []
        last = (await events_of(session, finished.id))[-1]
    assert (last.type, last.data["rating_taken_back"]) == ("noted", 1)
    assert await tick(desk.at(hours=1)) == 0
    rating, order = await give(desk.at(hours=2), finished, GOOD)
    assert (order.state, rating.satisfaction) == ("closed", 5)


async def test_a_verdict_that_waits_for_nothing_cannot_be_taken_back(desk, finished):
    for answers in (None, GOOD):
        if answers is not None:
            await give(desk, finished, answers)
        with pytest.raises(VerdictStands):
            await forget(desk, finished)


async def test_nobody_takes_back_the_verdict_of_another(desk, finished):
    await give(desk, finished, TAPPED, reason_follows=True)
    with pytest.raises(NotFound):
        await forget(desk, finished, Caller(Role.SERVICE, resident=Resident("other")))


async def test_a_dispute_may_come_with_a_photo_or_a_voice(desk, database, finished):
    files = [{"kind": "voice", "media_id": "v1"}]
    order = await desk.do(finished, "reopen", reason="暖气咋还不热", attachments=files)
    async with database.reading() as session:
        assert (await events_of(session, order.id))[-1].data["attachments"] == files


@pytest.mark.parametrize(("answers", "waits"), [(TAPPED, True), ({**BAD}, False)])
async def test_who_asks_after_an_order_whose_bad_score_waits_is_asked_for_the_reason(desk, finished, answers, waits):
    await give(desk, finished, answers, reason_follows=waits)
    async with desk.database.transaction() as session:
        asked = {
            "number": finished.number,
            "phone_tail": "",
            "resident": Resident("conversation-li"),
            "client": "c",
            "now": desk.now,
        }
        status = await look_up(session, **asked)
    assert ("哪儿没弄好" in status.text) is waits
    assert "打个1到5分" not in status.text
