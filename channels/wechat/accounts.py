"""The WeChat accounts of this installation, from the settings or, in a demo, invented once and kept."""

from __future__ import annotations

import base64
import json
import os
import secrets
import string
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from backend.contracts.messages import Channel
from backend.settings import Settings
from channels.wechat.crypto import MessageCrypto
from channels.wechat.templates import Template, templates_for

AccountName = Literal["oa", "mp"]
CHANNELS: dict[AccountName, Channel] = {"oa": Channel.WECHAT_OA, "mp": Channel.WECHAT_MP}
REAL_API_BASE = "https://api.weixin.qq.com"
SIMULATOR_PATH = "/wechat"

_DEMO_FILE = "demo-wechat.json"
_SECRETS = ("appid", "secret", "token", "aes_key")


@dataclass(frozen=True)
class WechatAccount:
    """One account. Without `aes_key` only plain pushes can be read; `safe_only` refuses pushes that are not encrypted.

    Raises ValueError when the AES key is not an EncodingAESKey of 43 characters.
    """

    name: AccountName
    appid: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(default="", repr=False)
    templates: tuple[Template, ...] = ()
    safe_only: bool = False
    crypto: MessageCrypto | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.aes_key:
            crypto = MessageCrypto(token=self.token, aes_key=self.aes_key, appid=self.appid)
            object.__setattr__(self, "crypto", crypto)

    @property
    def channel(self) -> Channel:
        """The channel name of this account."""
        return CHANNELS[self.name]

    def template_of_kind(self, kind: str) -> Template | None:
        """Return the template that we call `kind` (progress, rating), if this account has it."""
        return next((template for template in self.templates if template.kind == kind), None)

    def template_of_id(self, template_id: str) -> Template | None:
        """Return the template with the platform's id, if it is one of ours."""
        return next((template for template in self.templates if template.id == template_id), None)


def accounts_from(settings: Settings) -> dict[str, WechatAccount]:
    """Return the configured accounts by name; in a demo, both, invented.

    Raises ValueError naming the environment variable when an account is configured by half.
    """
    if settings.is_demo:
        for name in CHANNELS:
            _configured(name, settings)  # a secret without its appid would start a demo where real residents are expected
        return demo_accounts(settings.home_dir)
    return {name: account for name in CHANNELS if (account := _configured(name, settings)) is not None}


def api_base_of(settings: Settings) -> str:
    """Return the root of the WeChat API without a final slash: `YOUSHI_WECHAT_API_BASE`, else the simulator in a demo,
    else the real one.
    """
    default = settings.simulator_base + SIMULATOR_PATH if settings.is_demo else REAL_API_BASE
    return (settings.wechat_api_base or default).rstrip("/")


def _configured(name: AccountName, settings: Settings) -> WechatAccount | None:
    prefix = f"wechat_{name}_"
    appid: str = getattr(settings, prefix + "appid")
    values = {key: getattr(settings, prefix + key).get_secret_value() for key in _SECRETS[1:]}
    if not appid:
        _refuse_half(prefix, values)
        return None
    for key in ("secret", "token"):
        if not values[key]:
            raise ValueError(f"YOUSHI_{(prefix + key).upper()} is missing while YOUSHI_{(prefix + 'appid').upper()} is set")
    if settings.wechat_safe_only and not values["aes_key"]:
        raise ValueError(f"YOUSHI_{(prefix + 'aes_key').upper()} is missing while YOUSHI_WECHAT_SAFE_ONLY is set")
    configured = {"progress": settings.wechat_template_progress, "rating": settings.wechat_template_rating}
    templates = templates_for(name, configured)
    try:
        return WechatAccount(name=name, appid=appid, templates=templates, safe_only=settings.wechat_safe_only, **values)
    except ValueError as error:
        raise ValueError(f"YOUSHI_{(prefix + 'aes_key').upper()}: {error}") from error


def _refuse_half(prefix: str, values: Mapping[str, str]) -> None:
    given = next((key for key, value in values.items() if value), None)
    if given is not None:
        raise ValueError(f"YOUSHI_{(prefix + 'appid').upper()} is missing while YOUSHI_{(prefix + given).upper()} is set")


def demo_accounts(home_dir: Path) -> dict[str, WechatAccount]:
    """Return invented accounts, the same for every program and every start that shares `home_dir`.

    They are written once to `demo-wechat.json`, readable by the owner only. Raises ValueError when that file is damaged.
    """
    path = home_dir / _DEMO_FILE
    if not path.exists():
        home_dir.mkdir(parents=True, exist_ok=True)
        _write_once(path, {name: _invent(name) for name in CHANNELS})
    try:
        stored: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text("utf-8"))
        return {name: _demo_account(name, stored[name]) for name in CHANNELS}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"{path} is damaged; remove it and start again") from error


def _demo_account(name: AccountName, stored: Mapping[str, Any]) -> WechatAccount:
    templates = templates_for(name, stored["templates"])
    return WechatAccount(name=name, templates=templates, **{key: stored[key] for key in _SECRETS})


def _invent(name: AccountName) -> dict[str, Any]:
    letters = string.ascii_letters + string.digits
    return {
        "appid": "wx" + secrets.token_hex(8),
        "secret": secrets.token_hex(16),
        "token": "".join(secrets.choice(letters) for _ in range(24)),
        "aes_key": base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
        "templates": {kind: f"demo-{name}-{kind}" for kind in ("progress", "rating")},
    }


def _write_once(path: Path, content: Mapping[str, Any]) -> None:
    """Two programs may start together: the file appears complete, and the first one wins."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mkstemp creates with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        Path(draft).unlink()
