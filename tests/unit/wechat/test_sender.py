from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from backend.contracts.messages import Channel, Choice, OutboundMessage, Route, SendOutcome, SendResult
from backend.services.ports import ChannelSender
from channels.wechat.http import AnswerLost, ApiDown, ApiRefused
from channels.wechat.sender import WechatSender
from channels.wechat.texts import size
from tests.unit.wechat.pushes import OPENID, account

CHOICES = (Choice("101", "满意"), Choice("102", "不满意"))


class FakeClient:
    """Stands in for WechatClient: notes the calls, answers from a script (an exception is raised)."""

    def __init__(self, name: str = "oa", answers: tuple[Any, ...] = (), **changes: Any) -> None:
        self.account = account(name, **changes)
        self.calls: list[tuple[Any, ...]] = []
        self._answers = list(answers)

    async def send_text(self, openid: str, text: str) -> str:
        return self._answer("text", openid, text)

    async def send_menu(self, openid: str, head: str, choices: Any) -> str:
        return self._answer("menu", openid, head, choices)

    async def send_subscribe(self, openid: str, template_id: str, data: Any, page: str = "") -> str:
        return self._answer("subscribe", openid, template_id, data, page)

    def _answer(self, *call: Any) -> str:
        self.calls.append(call)
        answer = self._answers.pop(0) if self._answers else ""
        if isinstance(answer, Exception):
            raise answer
        return str(answer)


def message(text: str = "您好", route: Route = Route.SESSION, **more: Any) -> OutboundMessage:
    values: dict[str, Any] = {"id": "m1", "channel": Channel.WECHAT_OA, "account": "oa", "channel_user_id": OPENID}
    return OutboundMessage(**values, route=route, text=text, **more)


def sender(client: FakeClient) -> ChannelSender:
    return WechatSender(client)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "channel"), [("oa", Channel.WECHAT_OA), ("mp", Channel.WECHAT_MP)])
def test_the_traits_say_what_wechat_can_do(name: str, channel: Channel) -> None:
    way = sender(FakeClient(name))
    assert way.channel is channel
    assert (way.traits.max_bubbles, way.traits.session_limited) == (2, True)
    assert way.traits.routes == {Route.SESSION, Route.SUBSCRIBE_LONG_TERM, Route.SUBSCRIBE_ONE_TIME}


def test_without_templates_only_the_open_window_is_offered() -> None:
    assert sender(FakeClient(templates=())).traits.routes == {Route.SESSION}


async def test_a_text_goes_out_once_and_is_accepted() -> None:
    client = FakeClient(answers=("77",))
    result = await sender(client).send(message("您好"))
    assert result == SendResult(SendOutcome.ACCEPTED, provider_id="77", code="0")
    assert client.calls == [("text", OPENID, "您好")]


async def test_choices_become_a_message_menu_on_the_official_account() -> None:
    client = FakeClient()
    await sender(client).send(message("满意吗?", choices=CHOICES))
    assert client.calls == [("menu", OPENID, "满意吗?", CHOICES)]


async def test_choices_become_a_numbered_text_in_the_mini_program() -> None:
    client = FakeClient("mp")
    await sender(client).send(message("满意吗?", choices=CHOICES))
    assert client.calls == [("text", OPENID, "满意吗?\n1. 满意\n2. 不满意\n回复前面的数字就行。")]


async def test_a_long_text_is_cut_and_the_menu_hangs_on_its_last_piece() -> None:
    client = FakeClient()
    text = "字" * 700 + "。满意吗?"
    await sender(client).send(message(text, choices=CHOICES))
    assert [call[0] for call in client.calls] == ["text", "menu"]
    assert client.calls[0][2] + client.calls[1][2] == text
    assert client.calls[1][3] == CHOICES


async def test_a_menu_that_would_not_fit_under_the_text_gets_its_own_message() -> None:
    client = FakeClient()
    await sender(client).send(message("字" * 682, choices=CHOICES))
    assert [call[:3] for call in client.calls] == [("text", OPENID, "字" * 682), ("menu", OPENID, "请选择:")]


async def test_choices_without_a_text_still_get_a_heading() -> None:
    client = FakeClient()
    await sender(client).send(message("", choices=CHOICES))
    assert client.calls == [("menu", OPENID, "请选择:", CHOICES)]


async def test_every_piece_fits_the_platform() -> None:
    client = FakeClient()
    await sender(client).send(message("好的。" * 2000))
    assert len(client.calls) == 9
    assert all(size(call[2]) <= 2048 for call in client.calls)


@pytest.mark.parametrize("name", ["oa", "mp"])
@pytest.mark.parametrize("choices", [(), CHOICES])
@pytest.mark.parametrize("text", ["好", "字" * 682, "字" * 683, "字" * 1364, "好的。" * 900, "😀" * 1100, "", "\x00"])
async def test_the_pieces_told_beforehand_are_the_calls_made(name: str, choices: tuple[Choice, ...], text: str) -> None:
    client = FakeClient(name)
    way = sender(client)
    await way.send(message(text, choices=choices))
    assert way.pieces(text, choices) == max(len(client.calls), 1)


async def test_a_residents_words_cannot_become_a_link() -> None:
    client = FakeClient()
    await sender(client).send(message('<a href="x">中奖</a>', choices=(Choice("1", "<a href=y>好</a>"),)))
    kind, _, head, [choice] = client.calls[0]
    assert (kind, head, choice) == ("menu", '<a href="x">中奖</a>', Choice("1", "<a href=y>好</a>"))


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
async def test_an_empty_message_is_rejected_without_a_call(text: str) -> None:
    client = FakeClient()
    assert (await sender(client).send(message(text))).outcome is SendOutcome.REJECTED
    assert client.calls == []


@pytest.mark.parametrize(
    ("failure", "outcome", "code"),
    [
        (ApiRefused(45015, "response out of time limit"), SendOutcome.WINDOW_CLOSED, "45015"),
        (ApiRefused(45047, "out of response count limit"), SendOutcome.QUOTA_USED, "45047"),
        (ApiRefused(-1, "system error"), SendOutcome.RETRY_LATER, "-1"),
        (ApiRefused(40003, "invalid openid"), SendOutcome.REJECTED, "40003"),
        (ApiRefused(48001, "api unauthorized"), SendOutcome.REJECTED, "48001"),
        (ApiRefused(123456, "new"), SendOutcome.REJECTED, "123456"),
        (ApiDown("refused"), SendOutcome.RETRY_LATER, ""),
        (ApiDown("HTTP 503", "http_503"), SendOutcome.RETRY_LATER, "http_503"),
        (AnswerLost("timeout"), SendOutcome.UNKNOWN, ""),
        (AnswerLost("HTTP 502", "http_502"), SendOutcome.UNKNOWN, "http_502"),
    ],
)
async def test_what_went_wrong_is_told_in_the_result(failure: Exception, outcome: SendOutcome, code: str) -> None:
    client = FakeClient(answers=(failure,))
    result = await sender(client).send(message())
    assert (result.outcome, result.code) == (outcome, code)
    assert result.reason
    assert len(client.calls) == 1


async def test_after_a_failed_piece_the_rest_is_not_sent() -> None:
    client = FakeClient(answers=("", AnswerLost("timeout")))
    result = await sender(client).send(message("字" * 1500))
    assert result.outcome is SendOutcome.UNKNOWN
    assert len(client.calls) == 2


async def test_a_half_sent_message_is_never_sent_again_from_the_start() -> None:
    client = FakeClient(answers=("", ApiRefused(-1, "system error")))
    result = await sender(client).send(message("字" * 1500))
    assert (result.outcome, result.code) == (SendOutcome.UNKNOWN, "-1")
    assert result.reason.startswith("共 3 段,已发出 1 段。")


async def test_a_half_sent_message_may_still_take_the_next_route() -> None:
    client = FakeClient(answers=("", ApiRefused(45047)))
    assert (await sender(client).send(message("字" * 1500))).outcome is SendOutcome.QUOTA_USED


@pytest.mark.parametrize("route", [Route.SUBSCRIBE_LONG_TERM, Route.SUBSCRIBE_ONE_TIME])
async def test_a_notice_goes_out_as_a_subscribe_message(route: Route) -> None:
    client = FakeClient("mp", answers=("9001",))
    notice = message(
        route=route,
        template_kind="progress",
        template_fields={"number": "261121480057", "state": "处理中", "subject": "暖气", "time": "19:30", "note": "字" * 30},
        page="pages/order?n=261121480057",
    )
    result = await sender(client).send(notice)
    assert result == SendResult(SendOutcome.ACCEPTED, provider_id="9001", code="0")
    [(kind, openid, template_id, data, page)] = client.calls
    assert (kind, openid, template_id, page) == ("subscribe", OPENID, "TPL-PROGRESS", "pages/order?n=261121480057")
    assert data["character_string1"] == {"value": "261121480057"}
    assert data["thing4"] == {"value": "字" * 19 + "…"}


async def test_a_notice_without_a_template_is_rejected_without_a_call() -> None:
    client = FakeClient()
    result = await sender(client).send(message(route=Route.SUBSCRIBE_ONE_TIME, template_kind="weather"))
    assert result.outcome is SendOutcome.REJECTED
    assert client.calls == []


async def test_no_consent_leads_to_the_next_route() -> None:
    client = FakeClient(answers=(ApiRefused(43101, "user refuse to accept the msg"),))
    result = await sender(client).send(message(route=Route.SUBSCRIBE_ONE_TIME, template_kind="progress"))
    assert (result.outcome, result.code) == (SendOutcome.NO_CONSENT, "43101")


@pytest.mark.parametrize("route", [Route.SMS, Route.CALL_BACK])
async def test_routes_of_others_are_rejected(route: Route) -> None:
    client = FakeClient()
    assert (await sender(client).send(message(route=route))).outcome is SendOutcome.REJECTED
    assert client.calls == []


async def test_a_failure_is_logged_without_the_text_and_with_a_masked_openid() -> None:
    with capture_logs() as logs:
        await sender(FakeClient(answers=(ApiRefused(48001),))).send(message("屋里暖气冰凉"))
    [entry] = logs
    assert (entry["log_level"], entry["code"], entry["openid"]) == ("error", "48001", "oTe…01")
    logged = str(entry)
    assert OPENID not in logged
    assert "暖气" not in logged
