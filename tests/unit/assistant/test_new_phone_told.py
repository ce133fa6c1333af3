"""After filing: a phone that is put right is sent to those who tell of progress."""

from __future__ import annotations

from typing import Any

import pytest

from actions import correcting
from tests.unit.assistant.fake_backend import running
from tests.unit.assistant.test_actions import run
from tests.unit.assistant.test_after_filing import FIRST, own
from tests.unit.assistant.test_after_in_winter import filed, phone, place, talk
from tests.unit.assistant.test_after_told import heard


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
