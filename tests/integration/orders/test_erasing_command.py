"""`youshi resident erase`: who says yes sees what will go, and only who may."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.contracts.conversations import Address
from backend.contracts.people import Role
from backend.services import auth
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.storage.database import Database
from backend.storage.tables.work_orders import WorkOrderRow
from tests.integration.orders.test_command_line import PASSWORD, installation, one_line, run

__all__ = ["installation"]
PHONE = "17000001234"
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
GIVEN = "secret-word\ny\n"


async def _file(home: Path, *, state: str, supervisions: int) -> str:
    database = Database(f"sqlite+aiosqlite:///{home / 'youshi.db'}")
    request = NewWorkOrder(
        service_code="0101",
        category="",
        subcategory="",
        description="楼上漏水",
        address=Address(text="翠园小区"),
        occurred_at=None,
        contact_phone=PHONE,
        contact_name="李秀兰",
        anonymous=False,
        confidential=False,
        attachments=(),
        channel="sms",
        channel_user_id=PHONE,
        conversation_id=None,
        requested_at=NOW,
    )
    try:
        async with database.transaction() as session:
            order = await accept_work_order(session, request=request, idempotency_key="k1", actor="test", now=NOW)
            change = update(WorkOrderRow).values(state=state, supervisions=supervisions)
            await session.execute(change.execution_options(synchronize_session=False))
            await auth.create_user(
                session, username="sun", name="", role=Role.HANDLER, password="secret-word", unit_id="heating", now=NOW
            )
        return order.number
    finally:
        await database.close()


def filed(home: Path, *, state: str = "closed", supervisions: int = 0) -> str:
    """An order of the resident, a chief who may erase and a handler who may not."""
    number = asyncio.run(_file(home, state=state, supervisions=supervisions))
    assert run("user", "add", "chief", "supervisor", given=PASSWORD).exit_code == 0
    return number


def erase(*who: str, by: str = "chief", reason: str = "本人申请", given: str = GIVEN) -> tuple[int, str]:
    result = run("resident", "erase", *who, "--by", by, "--reason", reason, given=given)
    return result.exit_code, " ".join(result.output.split())


def test_what_will_go_is_shown_and_goes_after_a_yes(installation: Path) -> None:
    number = filed(installation)
    code, told = erase(PHONE)
    assert (code, number in told) == (0, True)
    assert "已删除:0 条消息、1 个工单里的个人信息、0 个会话" in told
    assert "李秀兰" not in told
    assert "没有找到这位居民" in erase(PHONE)[1]


def test_without_a_yes_nothing_goes(installation: Path) -> None:
    filed(installation)
    assert erase(PHONE, given="secret-word\nn\n")[0] == 1
    assert "已删除" in erase(PHONE)[1]


@pytest.mark.parametrize(
    ("by", "given", "told"),
    [("chief", "wrong-word\ny\n", "用户名或密码不对"), ("nobody", GIVEN, "用户名或密码不对"), ("sun", GIVEN, "只有主管和管理员")],
)
def test_who_may_not_sees_nothing_of_the_resident(installation: Path, by: str, given: str, told: str) -> None:
    number = filed(installation)
    refused = one_line(run("resident", "erase", PHONE, "--by", by, "--reason", "本人申请", given=given))
    assert told in refused
    assert number not in refused


def test_what_is_open_and_what_is_kept_is_told(installation: Path) -> None:
    number = filed(installation, state="dispatched")
    code, told = erase(number)
    assert (code, f"工单 {number} 还没有归档" in told) == (1, True)


def test_a_supervised_order_is_named_as_kept(installation: Path) -> None:
    number = filed(installation, supervisions=1)
    assert f"督办过的工单按规定整个留着:{number}" in erase(PHONE)[1]
