from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from backend.contracts.messages import Channel
from backend.settings import Settings
from channels.wechat.accounts import accounts_from, api_base_of, demo_accounts
from channels.wechat.masking import mask_openid
from tests.unit.wechat.pushes import AES_KEY, OPENID, account

REAL: dict[str, Any] = {
    "wechat_oa_appid": "wx00000000000000aa",
    "wechat_oa_secret": SecretStr("oa-secret"),
    "wechat_oa_token": SecretStr("oa-token"),
    "wechat_oa_aes_key": SecretStr(AES_KEY),
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("YOUSHI_")]:
        monkeypatch.delenv(name)


def settings(home: Path, **values: Any) -> Settings:
    return Settings(home_dir=home, **values)


def test_a_configured_account_is_read_from_the_settings(tmp_path: Path) -> None:
    found = accounts_from(settings(tmp_path, **REAL, wechat_template_progress="TPL-1", wechat_template_rating="TPL-2"))
    assert list(found) == ["oa"]
    oa = found["oa"]
    assert (oa.name, oa.channel, oa.appid) == ("oa", Channel.WECHAT_OA, "wx00000000000000aa")
    assert (oa.secret, oa.token, oa.aes_key) == ("oa-secret", "oa-token", AES_KEY)
    assert [(template.kind, template.id) for template in oa.templates] == [("progress", "TPL-1"), ("rating", "TPL-2")]
    assert not (tmp_path / "demo-wechat.json").exists()


def test_without_an_aes_key_only_plain_pushes_can_be_read(tmp_path: Path) -> None:
    found = accounts_from(settings(tmp_path, **{**REAL, "wechat_oa_aes_key": SecretStr("")}))
    assert found["oa"].crypto is None


@pytest.mark.parametrize(
    ("missing", "variable"), [("wechat_oa_secret", "YOUSHI_WECHAT_OA_SECRET"), ("wechat_oa_token", "YOUSHI_WECHAT_OA_TOKEN")]
)
def test_an_account_configured_by_half_is_an_error_that_names_the_variable(tmp_path: Path, missing: str, variable: str) -> None:
    with pytest.raises(ValueError, match=variable):
        accounts_from(settings(tmp_path, **{**REAL, missing: SecretStr("")}))


@pytest.mark.parametrize("given", ["wechat_oa_secret", "wechat_oa_token", "wechat_oa_aes_key", "wechat_mp_secret"])
def test_a_secret_without_its_appid_does_not_start_a_demo(tmp_path: Path, given: str) -> None:
    variable = "YOUSHI_WECHAT_" + given.split("_")[1].upper() + "_APPID"
    with pytest.raises(ValueError, match=variable) as caught:
        accounts_from(settings(tmp_path, **{given: SecretStr("hidden-word")}))
    assert "hidden-word" not in str(caught.value)


def test_a_wrong_aes_key_is_an_error_that_names_the_variable_and_not_the_key(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="YOUSHI_WECHAT_OA_AES_KEY") as caught:
        accounts_from(settings(tmp_path, **{**REAL, "wechat_oa_aes_key": SecretStr("not-a-key")}))
    assert "not-a-key" not in str(caught.value)


@pytest.mark.parametrize("safe_only", [True, False])
def test_an_installation_says_whether_pushes_in_clear_are_taken(tmp_path: Path, safe_only: bool) -> None:
    assert accounts_from(settings(tmp_path, **REAL, wechat_safe_only=safe_only))["oa"].safe_only is safe_only


def test_safe_mode_alone_without_an_aes_key_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="YOUSHI_WECHAT_OA_AES_KEY"):
        accounts_from(settings(tmp_path, **{**REAL, "wechat_oa_aes_key": SecretStr("")}, wechat_safe_only=True))


def test_a_demo_invents_both_accounts(tmp_path: Path) -> None:
    found = accounts_from(settings(tmp_path))
    assert sorted(found) == ["mp", "oa"]
    assert {one.channel for one in found.values()} == {Channel.WECHAT_OA, Channel.WECHAT_MP}
    assert all(one.crypto is not None and one.template_of_kind("progress") for one in found.values())
    assert found["oa"].token != found["mp"].token


def test_no_account_is_invented_outside_a_demo(tmp_path: Path) -> None:
    assert accounts_from(settings(tmp_path, sms_provider="kannel")) == {}


def test_every_program_and_every_start_sees_the_same_demo_accounts(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: demo_accounts(home), range(8)))
    assert all(one == found[0] for one in found)
    assert [path.name for path in home.iterdir()] == ["demo-wechat.json"]


def test_the_demo_secrets_are_readable_by_the_owner_only(tmp_path: Path) -> None:
    demo_accounts(tmp_path)
    assert stat.S_IMODE((tmp_path / "demo-wechat.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"oa": {}, "mp": {}}', '{"oa": 1, "mp": 2}'])
def test_a_damaged_demo_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "demo-wechat.json").write_text(content, "utf-8")
    with pytest.raises(ValueError, match=r"demo-wechat\.json is damaged"):
        demo_accounts(tmp_path)


def test_the_demo_file_holds_no_more_than_it_needs(tmp_path: Path) -> None:
    demo_accounts(tmp_path)
    stored = json.loads((tmp_path / "demo-wechat.json").read_text("utf-8"))
    assert {name: sorted(values) for name, values in stored.items()} == {
        name: ["aes_key", "appid", "secret", "templates", "token"] for name in ("oa", "mp")
    }


def test_an_account_never_shows_its_secrets() -> None:
    shown = repr(account(secret="hidden-secret", token="hidden-token"))
    assert "hidden" not in shown
    assert AES_KEY not in shown


def test_templates_are_found_by_our_name_and_by_the_platforms() -> None:
    who = account()
    by_kind, by_id = who.template_of_kind("rating"), who.template_of_id("TPL-RATING")
    assert by_kind is not None
    assert by_kind is by_id
    assert who.template_of_kind("unknown") is None
    assert who.template_of_id("unknown") is None


def test_the_api_base_is_the_configured_one_everywhere(tmp_path: Path) -> None:
    assert api_base_of(settings(tmp_path, wechat_api_base="http://127.0.0.1:9/wx/", **REAL)) == "http://127.0.0.1:9/wx"
    assert api_base_of(settings(tmp_path, wechat_api_base="http://127.0.0.1:9")) == "http://127.0.0.1:9"


def test_the_api_base_is_the_real_one_for_real_accounts_and_the_simulator_for_invented_ones(tmp_path: Path) -> None:
    assert api_base_of(settings(tmp_path, **REAL)) == "https://api.weixin.qq.com"
    assert api_base_of(settings(tmp_path, port=8123)) == "http://127.0.0.1:8123/simulator/wechat"


def test_an_openid_in_a_log_tells_residents_apart_but_is_not_usable() -> None:
    assert mask_openid(OPENID) == "oTe…01"
    assert mask_openid("short") == mask_openid("") == "…"
