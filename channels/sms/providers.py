"""From the settings to the provider that carries our texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import aiohttp

from backend.services.ports import Clock
from backend.settings import Settings
from channels.sms.aliyun import ENDPOINT, AliyunProvider, Credentials
from channels.sms.cmcc_mas import MasProvider
from channels.sms.fields import BadMessage
from channels.sms.kannel import KannelProvider
from channels.sms.numbers import national
from channels.sms.provider import Provider

# What the simulated carrier of a demo knows us by; it speaks Kannel's protocol.
SIMULATOR_USERNAME = "demo"
SIMULATOR_PASSWORD = "demo"  # noqa: S105 - opens nothing but the simulator
SIMULATOR_SENDER = "106900001"

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "simulator": (),
    "kannel": ("sms_kannel_sendsms_url", "sms_kannel_username", "sms_kannel_password", "sms_kannel_from"),
    "cmcc_mas": (
        "sms_cmcc_mas_url",
        "sms_cmcc_mas_ec_name",
        "sms_cmcc_mas_ap_id",
        "sms_cmcc_mas_secret_key",
        "sms_cmcc_mas_sign",
    ),
    "aliyun": (
        "sms_aliyun_access_key_id",
        "sms_aliyun_access_key_secret",
        "sms_aliyun_sign_name",
        "sms_aliyun_template_code",
    ),
}


def make_provider(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Provider:
    """Return the configured provider. Raises ValueError naming the environment variables that are missing."""
    require_settings(settings)
    return _MAKERS[settings.sms_provider](settings, session, clock)


def require_settings(settings: Settings) -> None:
    """Raise ValueError naming the environment variables of the chosen provider that are missing."""
    missing = [name for name in _REQUIRED[settings.sms_provider] if not _value(settings, name)]
    if missing:
        names = ", ".join(f"YOUSHI_{name.upper()}" for name in missing)
        raise ValueError(f"YOUSHI_SMS_PROVIDER={settings.sms_provider} needs {names}")


def _value(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return value if isinstance(value, str) else value.get_secret_value()


def signature_of(settings: Settings) -> str:
    """Return the 【signature】 with its brackets, "" when none is set."""
    return settings.bracketed_signature


def service_number(settings: Settings) -> str:
    """Return the number that residents text, as the `account` of their messages shows it; "" where only the provider knows it.

    Raises ValueError when it is configured and is no number.
    """
    number = settings.sms_kannel_from
    if settings.sms_provider == "simulator":
        number = number or SIMULATOR_SENDER
    elif settings.sms_provider != "kannel":
        return ""
    try:
        return national(number)
    except BadMessage as error:
        raise ValueError("YOUSHI_SMS_KANNEL_FROM is not a telephone number") from error


def _simulator(settings: Settings, session: aiohttp.ClientSession, _clock: Clock) -> Provider:
    return KannelProvider(
        session=session,
        sendsms_url=f"{settings.simulator_base}/sms/sendsms",
        username=SIMULATOR_USERNAME,
        password=SIMULATOR_PASSWORD,
        sender=service_number(settings),
        dlr_url=_report_url(settings),
        signature=signature_of(settings),
    )


def _kannel(settings: Settings, session: aiohttp.ClientSession, _clock: Clock) -> Provider:
    return KannelProvider(
        session=session,
        sendsms_url=settings.sms_kannel_sendsms_url,
        username=settings.sms_kannel_username,
        password=settings.sms_kannel_password.get_secret_value(),
        sender=service_number(settings),
        dlr_url=settings.sms_kannel_dlr_url or _report_url(settings),
        signature=signature_of(settings),
    )


def _report_url(settings: Settings) -> str:
    return f"{settings.base_url}/sms/{settings.sms_callback_token.get_secret_value()}/kannel/dlr"


def _mas(settings: Settings, session: aiohttp.ClientSession, _clock: Clock) -> Provider:
    return MasProvider(
        session=session,
        url=settings.sms_cmcc_mas_url,
        ec_name=settings.sms_cmcc_mas_ec_name,
        ap_id=settings.sms_cmcc_mas_ap_id,
        secret_key=settings.sms_cmcc_mas_secret_key.get_secret_value(),
        sign=settings.sms_cmcc_mas_sign,
        add_serial=settings.sms_cmcc_mas_add_serial,
    )


def _aliyun(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> Provider:
    return AliyunProvider(
        session=session,
        clock=clock,
        credentials=Credentials(settings.sms_aliyun_access_key_id, settings.sms_aliyun_access_key_secret.get_secret_value()),
        sign_name=settings.sms_aliyun_sign_name.strip("【】"),
        template_code=settings.sms_aliyun_template_code,
        endpoint=settings.sms_aliyun_endpoint or ENDPOINT,
    )


_MAKERS: Mapping[str, Callable[[Settings, aiohttp.ClientSession, Clock], Provider]] = {
    "simulator": _simulator,
    "kannel": _kannel,
    "cmcc_mas": _mas,
    "aliyun": _aliyun,
}
