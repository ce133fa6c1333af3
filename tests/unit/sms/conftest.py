from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.unit.sms.helpers import Gateway, RecordingInbox, running_gateway


@pytest.fixture
def inbox() -> RecordingInbox:
    return RecordingInbox()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened
