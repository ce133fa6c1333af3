"""The clocks of the programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.settings import Settings
from channels.clock import SimulatedClock, SystemClock, make_clock


def test_the_system_clock_is_aware_and_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_two_programs_with_the_same_file_see_the_same_time_move(tmp_path: Path) -> None:
    mine, theirs = SimulatedClock(tmp_path / "clock.json"), SimulatedClock(tmp_path / "clock.json")
    before = theirs.now()
    mine.advance(timedelta(hours=5))
    assert timedelta(hours=5) <= theirs.now() - before < timedelta(hours=5, minutes=1)
    mine.advance(timedelta(days=2))
    assert theirs.now() - before >= timedelta(days=2, hours=5)


def test_a_moment_can_be_set(tmp_path: Path) -> None:
    clock = SimulatedClock(tmp_path / "clock.json")
    moment = datetime.now(UTC) + timedelta(days=30)
    clock.set(moment)
    assert abs(clock.now() - moment) < timedelta(seconds=5)


def test_the_clock_never_goes_back(tmp_path: Path) -> None:
    clock = SimulatedClock(tmp_path / "clock.json")
    clock.advance(timedelta(days=1))
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="forward"):
        clock.set(datetime.now(UTC))


@pytest.mark.parametrize("years", [101, 3000, 270_000])
def test_a_time_that_nothing_can_be_computed_with_is_refused_and_not_kept(tmp_path: Path, years: int) -> None:
    clock = SimulatedClock(tmp_path / "clock.json")
    clock.advance(timedelta(days=1))
    with pytest.raises(ValueError, match="ahead"):
        clock.advance(timedelta(days=365 * years))
    with pytest.raises(ValueError, match="ahead"):
        clock.set(datetime(9999, 12, 31, tzinfo=UTC))
    assert clock.now() - datetime.now(UTC) < timedelta(days=2)


@pytest.mark.parametrize(
    ("given", "live"),
    [
        ({}, False),
        ({"wechat_oa_appid": "wx1"}, True),
        ({"wechat_oa_appid": "wx1", "wechat_api_base": "http://127.0.0.1:9000"}, False),
        ({"wechat_oa_appid": "wx1", "wechat_api_base": "http://localhost:9000"}, False),
        ({"wechat_mp_appid": "wx1", "wechat_api_base": "https://platform.example"}, True),
        ({"sms_provider": "kannel", "sms_kannel_sendsms_url": "http://127.0.0.1:13013/cgi-bin/sendsms"}, False),
        ({"sms_provider": "kannel", "sms_kannel_sendsms_url": "http://10.0.0.5:13013/cgi-bin/sendsms"}, True),
        ({"sms_provider": "aliyun"}, True),
    ],
)
def test_an_installation_is_live_when_a_platform_is_not_on_this_machine(given: dict[str, str], live: bool) -> None:
    assert Settings(**given).is_live is live


def test_a_simulated_clock_is_refused_where_real_people_are_reached(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="refused"):
        make_clock(Settings(clock="simulated", wechat_oa_appid="wx1", home_dir=tmp_path))
    assert isinstance(make_clock(Settings(clock="simulated", home_dir=tmp_path)), SimulatedClock)
    local = Settings(clock="simulated", wechat_oa_appid="wx1", wechat_api_base="http://127.0.0.1:9000", home_dir=tmp_path)
    assert isinstance(make_clock(local), SimulatedClock)
