"""Settings from the environment (prefix `YOUSHI_`); every program reads the same ones (docs/configuration.md)."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadSettings(ValueError):
    """A variable has a value that cannot be; the text names it, never its value, which may be a secret."""


def _address(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        found = urlsplit(value)
        if value and (found.scheme not in schemes or not (found.netloc or found.path)):
            raise ValueError(f"give an address that begins with {' or '.join(f'{each}://' for each in schemes)}")
        return value

    return AfterValidator(check)


def _log_level(value: str) -> str:
    if value.upper() not in _LOG_LEVELS:
        raise ValueError(f"use {', '.join(_LOG_LEVELS)}")
    return value.upper()


_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
Address = Annotated[str, _address("http", "https")]
SmsProvider = Literal["simulator", "kannel", "cmcc_mas", "aliyun"]

DRIVERS = {"postgres": "postgresql+asyncpg", "postgresql": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}


class Settings(BaseSettings):
    """One class for all programs."""

    model_config = SettingsConfigDict(env_prefix="YOUSHI_", env_file=None, env_ignore_empty=True, extra="ignore")

    home_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65529)
    public_url: Address = ""
    database_url: Annotated[str, _address("sqlite", "sqlite+aiosqlite", "postgres", "postgresql", "postgresql+asyncpg")] = ""
    redis_url: Annotated[str, _address("redis", "rediss", "unix")] = ""
    rasa_url: Address = ""
    actions_url: Address = ""
    backend_url: Address = ""
    simulator_url: Address = ""
    clock: Literal["system", "simulated"] = "system"
    admin_password: SecretStr = SecretStr("")
    service_token: SecretStr = SecretStr("")
    metrics_port: int = Field(default=0, ge=0, le=65535)
    keep_personal_days: int = Field(default=0, ge=0, le=36500)
    log_megabytes: int = Field(default=100, ge=1, le=100_000)
    log_level: Annotated[str, AfterValidator(_log_level)] = "INFO"
    district: str = "tiedong"
    open311_api_keys: SecretStr = SecretStr("")

    wechat_api_base: Address = ""
    wechat_oa_appid: str = ""
    wechat_oa_secret: SecretStr = SecretStr("")
    wechat_oa_token: SecretStr = SecretStr("")
    wechat_oa_aes_key: SecretStr = SecretStr("")
    wechat_mp_appid: str = ""
    wechat_mp_secret: SecretStr = SecretStr("")
    wechat_mp_token: SecretStr = SecretStr("")
    wechat_mp_aes_key: SecretStr = SecretStr("")
    wechat_safe_only: bool = False
    wechat_template_progress: str = ""
    wechat_template_rating: str = ""

    sms_provider: SmsProvider = "simulator"
    sms_callback_token: SecretStr = SecretStr("")
    sms_signature: str = ""
    sms_kannel_sendsms_url: Address = ""
    sms_kannel_username: str = ""
    sms_kannel_password: SecretStr = SecretStr("")
    sms_kannel_from: str = ""
    sms_kannel_dlr_url: Address = ""
    sms_cmcc_mas_url: Address = ""
    sms_cmcc_mas_ec_name: str = ""
    sms_cmcc_mas_ap_id: str = ""
    sms_cmcc_mas_secret_key: SecretStr = SecretStr("")
    sms_cmcc_mas_sign: str = ""
    sms_cmcc_mas_add_serial: str = ""
    sms_aliyun_endpoint: Address = ""
    sms_aliyun_access_key_id: str = ""
    sms_aliyun_access_key_secret: SecretStr = SecretStr("")
    sms_aliyun_sign_name: str = ""
    sms_aliyun_template_code: str = ""

    @cached_property
    def is_demo(self) -> bool:
        """No platform is configured: the simulator plays WeChat and the SMS carrier."""
        return not self.has_wechat and self.sms_provider == "simulator"

    @property
    def keep_personal(self) -> timedelta | None:
        """How long what residents said and who they were is kept after their orders are finished; None: for ever."""
        return timedelta(days=self.keep_personal_days) if self.keep_personal_days else None

    @property
    def has_wechat(self) -> bool:
        return bool(self.wechat_oa_appid or self.wechat_mp_appid)

    @cached_property
    def is_live(self) -> bool:
        """Messages can reach real people: some configured platform is not on this machine."""
        wechat = self.has_wechat and not _is_loopback(self.wechat_api_base)
        sms = {
            "simulator": "http://127.0.0.1",
            "kannel": self.sms_kannel_sendsms_url,
            "cmcc_mas": self.sms_cmcc_mas_url,
            "aliyun": self.sms_aliyun_endpoint,
        }[self.sms_provider]
        return wechat or not _is_loopback(sms)

    @property
    def open311_keys(self) -> tuple[str, ...]:
        """Keys that may file orders over Open311; a demo without any has one that is no secret."""
        given = tuple(key.strip() for key in self.open311_api_keys.get_secret_value().split(",") if key.strip())
        return given or (("youshi-demo",) if self.is_demo else ())

    @property
    def base_url(self) -> str:
        """Where this installation's web program is reached from this machine."""
        return self.backend_url or f"http://{self.host}:{self.port}"

    @property
    def simulator_base(self) -> str:
        """Where the simulated platforms are reached: inside our web program unless `YOUSHI_SIMULATOR_URL` names another one."""
        return (self.simulator_url or f"{self.base_url}/simulator").rstrip("/")

    @property
    def bracketed_signature(self) -> str:
        """What stands before every SMS: 【name】, or "" without a name."""
        name = self.sms_signature.strip().strip("【】").strip()
        return f"【{name}】" if name else ""

    @property
    def effective_database_url(self) -> str:
        """The SQLAlchemy URL; a plain `postgresql://` or `sqlite:///` gets the driver that we use."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{(self.home_dir / 'youshi.db').absolute()}"
        scheme, separator, rest = self.database_url.partition("://")
        return DRIVERS.get(scheme, scheme) + separator + rest


def load_settings() -> Settings:
    """The settings of the environment. Raises BadSettings with one line for every variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = (_told(each["loc"], each["msg"]) for each in error.errors())
        raise BadSettings("\n".join(wrong)) from None


def _told(where: tuple[int | str, ...], what: str) -> str:
    name = "_".join(str(part) for part in where).upper()
    return f"YOUSHI_{name}: {what.removeprefix('Value error, ')}"


def _is_loopback(url: str) -> bool:
    """Whether a platform address stays on this machine; "" is the platform's real address."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
