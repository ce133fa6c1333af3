from __future__ import annotations

import aiohttp
import pytest

from backend.settings import Settings
from channels.sms.aliyun import ENDPOINT, AliyunProvider
from channels.sms.cmcc_mas import MasProvider
from channels.sms.kannel import KannelProvider
from channels.sms.providers import (
    SIMULATOR_PASSWORD,
    SIMULATOR_SENDER,
    SIMULATOR_USERNAME,
    make_provider,
    service_number,
    signature_of,
)
from tests.clocks import HandClock
from tests.unit.sms.helpers import NOW, TOKEN, settings

KANNEL = {
    "sms_provider": "kannel",
    "sms_kannel_sendsms_url": "http://127.0.0.1:13013/cgi-bin/sendsms",
    "sms_kannel_username": "youshi",
    "sms_kannel_password": "p",
    "sms_kannel_from": "106900000001",
}
MAS = {
    "sms_provider": "cmcc_mas",
    "sms_cmcc_mas_url": "http://127.0.0.1:1992/sms/norsubmit",
    "sms_cmcc_mas_ec_name": "示例",
    "sms_cmcc_mas_ap_id": "youshi",
    "sms_cmcc_mas_secret_key": "k",
    "sms_cmcc_mas_sign": "SIGN9",
}
ALIYUN = {
    "sms_provider": "aliyun",
    "sms_aliyun_access_key_id": "id",
    "sms_aliyun_access_key_secret": "s",
    "sms_aliyun_sign_name": "【示例社区】",
    "sms_aliyun_template_code": "SMS_1",
}


def make(session: aiohttp.ClientSession, **values: object) -> object:
    return make_provider(settings(**values), session, HandClock(NOW))


async def test_a_demo_talks_to_the_simulator_of_this_installation(session: aiohttp.ClientSession) -> None:
    provider = make(session, sms_provider="simulator", port=8123)
    assert isinstance(provider, KannelProvider)
    assert provider.sendsms_url == "http://127.0.0.1:8123/simulator/sms/sendsms"
    assert (provider.username, provider.password, provider.sender) == (SIMULATOR_USERNAME, SIMULATOR_PASSWORD, SIMULATOR_SENDER)
    assert provider.dlr_url == f"http://127.0.0.1:8123/sms/{TOKEN}/kannel/dlr"


async def test_kannel_reports_to_this_machine_unless_told_otherwise(session: aiohttp.ClientSession) -> None:
    provider = make(session, **KANNEL, sms_signature="示例")
    assert isinstance(provider, KannelProvider)
    assert provider.dlr_url == f"http://127.0.0.1:8000/sms/{TOKEN}/kannel/dlr"
    assert provider.signature == "【示例】"
    told = make(session, **KANNEL, sms_kannel_dlr_url="http://web.internal/sms/t/kannel/dlr")
    assert isinstance(told, KannelProvider)
    assert told.dlr_url == "http://web.internal/sms/t/kannel/dlr"


async def test_providers_that_put_the_signature_themselves_get_none_from_us(session: aiohttp.ClientSession) -> None:
    mas, aliyun = make(session, **MAS, sms_signature="示例"), make(session, **ALIYUN, sms_signature="示例")
    assert isinstance(mas, MasProvider)
    assert isinstance(aliyun, AliyunProvider)
    assert mas.signature == aliyun.signature == ""
    assert aliyun.sign_name == "示例社区"
    assert aliyun.endpoint == ENDPOINT


@pytest.mark.parametrize("complete", [KANNEL, MAS, ALIYUN])
async def test_every_missing_setting_is_named(session: aiohttp.ClientSession, complete: dict[str, str]) -> None:
    for name in complete:
        if name == "sms_provider":
            continue
        with pytest.raises(ValueError, match=f"YOUSHI_{name.upper()}"):
            make(session, **complete | {name: ""})


@pytest.mark.parametrize(
    ("given", "shown"), [("", ""), ("示例", "【示例】"), ("【示例】", "【示例】"), (" 示例 ", "【示例】"), ("【】", "")]
)
def test_the_signature_has_its_brackets_once(given: str, shown: str) -> None:
    configured: Settings = settings(sms_signature=given)
    assert signature_of(configured) == shown


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"sms_provider": "simulator"}, SIMULATOR_SENDER),
        ({"sms_provider": "simulator", "sms_kannel_from": "106900009"}, "106900009"),
        (KANNEL, "106900000001"),
        (KANNEL | {"sms_kannel_from": "+86106900000001"}, "106900000001"),
        (MAS, ""),
        (ALIYUN, ""),
    ],
)
def test_our_number_is_written_as_in_the_messages_that_come_in(values: dict[str, str], number: str) -> None:
    assert service_number(settings(**values)) == number


def test_a_service_number_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="YOUSHI_SMS_KANNEL_FROM"):
        service_number(settings(**KANNEL | {"sms_kannel_from": "有事请找我"}))


async def test_a_simulator_elsewhere_is_found(session: aiohttp.ClientSession) -> None:
    provider = make(session, sms_provider="simulator", simulator_url="http://127.0.0.1:9000/simulator")
    assert isinstance(provider, KannelProvider)
    assert provider.sendsms_url == "http://127.0.0.1:9000/simulator/sms/sendsms"
