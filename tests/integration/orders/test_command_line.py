"""The command line of an operator: what goes wrong is one line that says what to do, never a traceback."""

from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer import Typer
from typer.testing import CliRunner

import backend.cli

from .workbooks import filled

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


def test_a_closed_account_is_opened_again_and_the_list_tells_which_are_closed(installation: Path) -> None:
    assert run("user", "add", "zhou", "dispatcher", "--name", "小周", given=PASSWORD).exit_code == 0
    assert "没有停用" in one_line(run("user", "activate", "zhou"))
    assert "已停用" in run("user", "deactivate", "zhou").output
    assert "zhou 小周 dispatcher - 已停用" in run("user", "list").output.splitlines()
    assert "至少要8位" in one_line(run("user", "activate", "zhou", given="short\nshort\n"))
    assert "已重新启用" in run("user", "activate", "zhou", given=PASSWORD).output
    assert "zhou 小周 dispatcher -" in run("user", "list").output.splitlines()


def test_nobody_types_a_password_for_an_account_that_is_not_there(installation: Path) -> None:
    told = one_line(run("user", "activate", "nobody"))
    assert "没有用户 nobody" in told
    assert "密码" not in told


def test_the_last_administrator_is_not_closed(installation: Path) -> None:
    assert run("user", "add", "zheng", "admin", given=PASSWORD).exit_code == 0
    assert "最后一个管理员" in one_line(run("user", "deactivate", "zheng"))


@pytest.mark.parametrize("command", [("directory", "template"), ("review", "export")])
def test_a_file_that_somebody_may_have_filled_in_is_not_written_over(command: tuple[str, str], installation: Path) -> None:
    path = installation / "我填的.xlsx"
    path.write_bytes(b"filled in")
    assert "已经有了" in one_line(run(*command, str(path)))
    assert path.read_bytes() == b"filled in"


@pytest.mark.parametrize("command", [("directory", "template"), ("review", "export")])
def test_where_a_file_cannot_be_written_the_database_is_not_blamed(command: tuple[str, str], installation: Path) -> None:
    told = one_line(run(*command, str(installation / "nowhere" / "x.xlsx")))
    assert "写不了" in told
    assert "数据库" not in told
    assert "结尾" in one_line(run(*command, str(installation / "x.txt")))


def test_what_is_wrong_with_a_workbook_may_look_like_markup(installation: Path) -> None:
    path = units(installation, [("u1", "甲单位", "[/b]", "")])
    told = one_line(run("directory", "import", str(path)))
    assert "单位 第2行 类别:“[/b]”不认识" in told
    assert "导入 0 行,1 处错误" in told


def test_a_long_list_of_errors_is_a_workbook_and_not_a_wall(installation: Path) -> None:
    path = units(installation, [(f"u{n}", "", "部门", "") for n in range(200)])
    told = run("directory", "import", str(path)).output
    assert told.count("不能空着") == 40
    assert "还有 160 处没有列出来" in told
    report = installation / "错误.xlsx"
    assert "全部 200 处错误已写到" in run("directory", "import", str(path), "--report", str(report)).output
    rows = list(load_workbook(report).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("表", "行", "列", "怎么改")
    assert (len(rows), rows[1], rows[200]) == (
        201,
        ("单位", 2, "名称", "不能空着,请填写"),
        ("单位", 201, "名称", "不能空着,请填写"),
    )
    assert "已经有了" in one_line(run("directory", "import", str(path), "--report", str(report)))


def units(folder: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    return filled(folder, 单位=rows)


@pytest.mark.parametrize("command", [("migrate",), ("make-migration", "nothing")])
def test_the_schema_of_an_unreachable_database_is_one_line_too(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUSHI_DATABASE_URL", "postgresql://youshi:hidden-word@127.0.0.1:9/none")
    told = one_line(run(*command))
    assert "用不了" in told
    assert "hidden-word" not in told
