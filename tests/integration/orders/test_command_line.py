"""The command line of an operator: what goes wrong is one line that says what to do, never a traceback."""

from pathlib import Path

import pytest
from click.testing import Result
from typer import Typer
from typer.testing import CliRunner

import backend.cli

PASSWORD = "secret-word\nsecret-word\n"


@pytest.fixture
def installation(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of an installation with a seeded database."""
    (tmp_path / "youshi.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("YOUSHI_HOME_DIR", str(tmp_path))
    monkeypatch.delenv("YOUSHI_DATABASE_URL", raising=False)
    return tmp_path


def run(*arguments: str, given: str = "") -> Result:
    app = Typer()
    backend.cli.register(app)
    return CliRunner().invoke(app, list(arguments), input=given)


def one_line(result: Result) -> str:
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    return " ".join(result.output.split())


def test_a_handler_works_for_a_unit_that_is_there(installation: Path) -> None:
    assert run("user", "add", "sun", "handler", "--unit", "heating", given=PASSWORD).exit_code == 0
    assert "要写明单位" in one_line(run("user", "add", "li", "handler", given=PASSWORD))
    refused = one_line(run("user", "add", "li", "handler", "--unit", "heatng", given=PASSWORD))
    assert "没有单位 heatng" in refused
    assert "heating" in refused


def test_a_short_password_and_a_taken_name_are_told(installation: Path) -> None:
    assert "至少要8位" in one_line(run("user", "add", "zhou", "dispatcher", given="short\nshort\n"))
    assert run("user", "add", "zhou", "dispatcher", given=PASSWORD).exit_code == 0
    assert "已经有人用了" in one_line(run("user", "add", "zhou", "dispatcher", given=PASSWORD))


@pytest.mark.parametrize("command", [("audit", "verify"), ("user", "deactivate", "li")])
def test_a_database_without_tables_is_told_with_what_to_do(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUSHI_HOME_DIR", str(tmp_path))
    monkeypatch.delenv("YOUSHI_DATABASE_URL", raising=False)
    assert "youshi migrate" in one_line(run(*command))


def test_an_unreachable_database_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUSHI_DATABASE_URL", "postgresql://youshi:hidden-word@127.0.0.1:9/none")
    told = one_line(run("audit", "verify"))
    assert "用不了" in told
    assert "hidden-word" not in told


def test_a_template_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert "写不了" in one_line(run("directory", "template", str(tmp_path / "nowhere" / "x.xlsx")))


@pytest.mark.parametrize("name", ["", " ", "a b", "zhou ", "周\t", "x" * 61])
def test_a_name_that_nobody_could_type_is_refused(installation: Path, name: str) -> None:
    assert "用户名" in one_line(run("user", "add", name, "dispatcher", given=PASSWORD))


def test_the_role_of_our_own_programs_is_not_for_people(installation: Path) -> None:
    assert "service" in one_line(run("user", "add", "zhou", "service", given=PASSWORD))


@pytest.mark.parametrize("command", [("migrate",), ("make-migration", "nothing")])
def test_the_schema_of_an_unreachable_database_is_one_line_too(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUSHI_DATABASE_URL", "postgresql://youshi:hidden-word@127.0.0.1:9/none")
    told = one_line(run(*command))
    assert "用不了" in told
    assert "hidden-word" not in told
