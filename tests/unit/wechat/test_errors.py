from __future__ import annotations

import pytest

from backend.contracts.messages import SendOutcome, SendResult
from channels.wechat.errors import RULES, TOKEN_CODES, result_of, rule_of

OUTCOMES = {
    -1: SendOutcome.RETRY_LATER,
    45009: SendOutcome.RETRY_LATER,
    45011: SendOutcome.RETRY_LATER,
    40001: SendOutcome.RETRY_LATER,
    40014: SendOutcome.RETRY_LATER,
    42001: SendOutcome.RETRY_LATER,
    45015: SendOutcome.WINDOW_CLOSED,
    45047: SendOutcome.QUOTA_USED,
    43101: SendOutcome.NO_CONSENT,
    43004: SendOutcome.NO_CONSENT,
    48002: SendOutcome.NO_CONSENT,
    40003: SendOutcome.REJECTED,
    40013: SendOutcome.REJECTED,
    40037: SendOutcome.REJECTED,
    41028: SendOutcome.REJECTED,
    41029: SendOutcome.REJECTED,
    41030: SendOutcome.REJECTED,
    45002: SendOutcome.REJECTED,
    45080: SendOutcome.REJECTED,
    45081: SendOutcome.REJECTED,
    47001: SendOutcome.REJECTED,
    47003: SendOutcome.REJECTED,
    48001: SendOutcome.REJECTED,
    50002: SendOutcome.REJECTED,
    61451: SendOutcome.REJECTED,
    87014: SendOutcome.REJECTED,
}


@pytest.mark.parametrize(("code", "outcome"), OUTCOMES.items())
def test_every_known_errcode_has_its_outcome(code: int, outcome: SendOutcome) -> None:
    result = result_of(code, "errmsg of the platform rid: 1")
    assert (result.outcome, result.code) == (outcome, str(code))
    assert result.reason


def test_only_zero_is_success() -> None:
    assert [code for code, rule in RULES.items() if rule.outcome is SendOutcome.ACCEPTED] == [0]
    assert result_of(0, "ok", provider_id="77") == SendResult(SendOutcome.ACCEPTED, provider_id="77", code="0")


@pytest.mark.parametrize("code", [1, -2, 99999, 4001, 450150])
def test_an_unknown_code_is_a_refusal_with_its_number_and_words(code: int) -> None:
    result = result_of(code, "something new")
    assert (result.outcome, result.code) == (SendOutcome.REJECTED, str(code))
    assert "something new" in result.reason


def test_a_refused_field_is_named() -> None:
    assert "thing5.DATA" in result_of(47003, "argument invalid! data.thing5.DATA is empty").reason


def test_a_very_long_errmsg_is_cut() -> None:
    assert len(result_of(99999, "x" * 10_000).reason) < 300


def test_nothing_is_unknown_once_the_platform_has_answered() -> None:
    assert all(rule.outcome is not SendOutcome.UNKNOWN for rule in RULES.values())


@pytest.mark.parametrize("code", sorted(TOKEN_CODES))
def test_a_token_that_stays_wrong_is_tried_again_later_because_nothing_was_sent(code: int) -> None:
    assert rule_of(code).outcome is SendOutcome.RETRY_LATER


@pytest.mark.parametrize("code", [40013, 40037, 40125, 40164, 47003, 48001])
def test_a_wrong_configuration_calls_for_the_operator(code: int) -> None:
    assert rule_of(code).needs_operator


@pytest.mark.parametrize("code", [0, -1, 40003, 43101, 45015, 45047, 99999])
def test_everyday_refusals_do_not_call_for_the_operator(code: int) -> None:
    assert not rule_of(code).needs_operator


def test_every_reason_is_in_chinese_for_the_console() -> None:
    for code, rule in RULES.items():
        assert code == 0 or any("\u4e00" <= character <= "\u9fff" for character in rule.reason)
