"""Commands that need only the backend: migrations, users, the directory's import, the audit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from alembic import command
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from backend.contracts.people import Role
from backend.domain.errors import DomainError
from backend.services import audit, auth, erasing, importer, review
from backend.services.forgetting import remove_unused
from backend.services.review_file import write_review
from backend.settings import BadSettings, load_settings
from backend.storage.database import Database
from backend.storage.media import MediaFiles
from backend.storage.migrate import alembic_config, migrate

console = Console(highlight=False)
_ERRORS_SHOWN = 40  # on the screen; a report holds all
user_app = typer.Typer(help="accounts of caseworkers", no_args_is_help=True)
audit_app = typer.Typer(help="the log of events", no_args_is_help=True)
directory_app = typer.Typer(help="streets, communities, grids, units and routes", no_args_is_help=True)
resident_app = typer.Typer(help="what is kept about one resident", no_args_is_help=True)
review_app = typer.Typer(help="real conversations, for labelling", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Hang the backend's commands into the program's command line."""
    app.add_typer(user_app, name="user")
    app.add_typer(audit_app, name="audit")
    app.add_typer(directory_app, name="directory")
    app.add_typer(resident_app, name="resident")
    app.add_typer(review_app, name="review")
    app.command("migrate")(migrate_command)
    app.command("make-migration")(make_migration)


def migrate_command() -> None:
    """Bring the database to the current schema."""
    _at_database(migrate)


def make_migration(name: str) -> None:
    """Write a new revision from what the tables say and the database does not (for developers)."""

    def write(url: str) -> None:
        migrate(url)
        command.revision(alembic_config(url), message=name, autogenerate=True)

    _at_database(write)


@user_app.command("add")
def add_user(
    username: str,
    role: Role,
    name: Annotated[str, typer.Option(help="the name that colleagues see")] = "",
    unit: Annotated[str, typer.Option(help="id of the unit whose orders a handler works on")] = "",
) -> None:
    """Add an account; the password is asked for."""
    password = typer.prompt("密码", hide_input=True, confirmation_prompt=True)

    async def add(database: Database) -> None:
        async with database.transaction() as session:
            await auth.check_unit(session, role=role, unit_id=unit)
            await auth.create_user(
                session,
                username=username,
                name=name,
                role=role,
                password=password,
                unit_id=unit or None,
                now=datetime.now(UTC),
            )

    _with_database(add)
    _say(f"已添加 {username}({role.value})")


@user_app.command("password")
def set_password(username: str) -> None:
    """Give an account a new password, asked for; its sign-ins end."""
    password = _new_password()

    async def change(database: Database) -> None:
        async with database.transaction() as session:
            await auth.set_password(session, username=username, password=password)

    _with_database(change)
    _say(f"{username} 的密码已改,原来的登录已失效")


@user_app.command("deactivate")
def deactivate_user(username: str) -> None:
    """Close an account: it cannot sign in any more, its sign-ins end and its residents go back to the queue; what it did stays on
    record."""

    async def close(database: Database) -> int:
        async with database.transaction() as session:
            return await auth.deactivate(session, username=username, now=datetime.now(UTC))

    left = _with_database(close)
    _say(f"{username} 已停用" + (f",正在接的 {left} 个会话放回排队" if left else ""))


@user_app.command("activate")
def activate_user(username: str) -> None:
    """Open a closed account again, with a new password, which is asked for."""

    async def look(database: Database) -> None:
        async with database.reading() as session:
            await auth.closed_account(session, username=username)

    async def reopen(database: Database) -> None:
        async with database.transaction() as session:
            await auth.activate(session, username=username, password=password)

    _with_database(look)  # nobody should type a password twice to hear that there is no such account
    password = _new_password()
    _with_database(reopen)
    _say(f"{username} 已重新启用")


@user_app.command("list")
def list_users() -> None:
    """All accounts with role and unit, and whether they are open."""

    async def read(database: Database) -> list[str]:
        async with database.reading() as session:
            return [
                f"{user.username} {user.name} {user.role} {user.unit_id or '-'} {'' if user.active else '已停用'}".rstrip()
                for user in await auth.accounts(session)
            ]

    for line in _with_database(read):
        _say(line)


@audit_app.command("verify")
def verify_audit() -> None:
    """Recompute the hash chains of all orders; ends with 1 and names the first broken event when one was tampered with."""

    async def verify(database: Database) -> audit.AuditReport:
        async with database.reading() as session:
            return await audit.verify(session)

    report = _with_database(verify)
    _say(report.summary())
    raise typer.Exit(0 if report.is_sound else 1)


@resident_app.command("erase")
def erase_resident(
    who: Annotated[list[str], typer.Argument(help="phone, openid or the number of an order; several for one person")],
    by: Annotated[str, typer.Option(help="account of the supervisor or administrator who decided it; its password is asked for")],
    reason: Annotated[str, typer.Option(help="what it rests on, without personal data: 本人书面申请")],
) -> None:
    """Erase one resident's personal data on request: what was said, who it was, photos. Figures and the log of events stay."""
    password = typer.prompt(f"{by} 的密码", hide_input=True)
    now = datetime.now(UTC)

    async def look(database: Database) -> tuple[auth.Principal, erasing.Traces]:
        async with database.transaction() as session:
            principal = await auth.identify(session, username=by, password=password)
            erasing.require_right(principal, reason)
            return principal, await erasing.find_traces(session, who)

    principal, traces = _with_database(look)
    _say_traces(traces)
    if not typer.confirm("删除后找不回来,确定删除?"):
        raise typer.Exit(1)

    async def run(database: Database) -> erasing.Erased:
        async with database.transaction() as session:
            done = await erasing.erase(session, who=who, by=principal, reason=reason, now=now)
        await remove_unused(database, MediaFiles(load_settings().home_dir), done.attachments)
        return done

    done = _with_database(run)
    _say(f"已删除:{done.messages} 条消息、{done.orders} 个工单里的个人信息、{done.conversations} 个会话")
    if done.named:
        _say(f"别人报的 {done.named} 个工单里,只去掉了联系人和电话")
    if done.kept:
        _say(f"督办过的工单按规定整个留着:{'、'.join(done.kept)}")
    if done.conversations < len(traces.conversations):
        _say("退订短信的记录或督办工单的会话还留着")


def _say_traces(traces: erasing.Traces) -> None:
    """What will go, for the person who says yes."""
    _say(f"会话:{'、'.join(traces.accounts) or '没有'}")
    _say(f"工单:{'、'.join(order.number for order in traces.erasable) or '没有'}")
    if traces.named:
        _say(f"别人报的、留了这个电话的工单(同一个人就用工单号再删):{'、'.join(order.number for order in traces.named)}")


@directory_app.command("template")
def write_template(path: Path) -> None:
    """Write an empty workbook to fill in; one that is there already stays as it is."""
    _must_be_new(path, ".xlsx")
    with _writing(path):
        importer.write_template(path)
    _say(f"模板已写到 {path}")


@directory_app.command("import")
def import_directory(
    path: Path,
    keep_good_rows: Annotated[bool, typer.Option(help="import the good rows even when others have errors")] = False,
    report: Annotated[Path | None, typer.Option(help="write all errors to this workbook (.xlsx), row by row")] = None,
) -> None:
    """Import a filled-in workbook; errors are listed row by row, and nothing is imported when there are any."""

    async def run(database: Database) -> importer.ImportReport:
        with Progress(console=console) as progress:
            bar = progress.add_task("核对", total=None)
            # nobody who writes waits while the file is read
            async with database.reading() as session:
                checked = await importer.check_workbook(
                    session, path, progress=lambda done, total: progress.update(bar, completed=done, total=total)
                )
            progress.update(bar, description="写入")
            async with database.transaction() as session:
                rows = checked.to_store(keep_good_rows=keep_good_rows)
                return importer.ImportReport(await importer.store(session, rows, now=datetime.now(UTC)), checked.errors)

    if report is not None:
        _must_be_new(report, ".xlsx")
    done = _with_database(run)
    for error in done.errors[:_ERRORS_SHOWN]:
        _say(str(error), style="red")
    if report is not None:
        with _writing(report):
            importer.write_errors(report, done.errors)
        _say(f"全部 {len(done.errors)} 处错误已写到 {report}")
    elif len(done.errors) > _ERRORS_SHOWN:
        _say(f"还有 {len(done.errors) - _ERRORS_SHOWN} 处没有列出来,加 --report 错误.xlsx 可以把全部写成表格")
    _say(f"导入 {done.imported} 行,{len(done.errors)} 处错误")
    raise typer.Exit(1 if done.errors else 0)


@review_app.command("export")
def export_review(
    path: Path,
    since: Annotated[str, typer.Option(help="how far back: 12h, 7d, 2w")] = "7d",
    below: Annotated[float, typer.Option(help="show what the assistant was less sure of than this", min=0.0, max=1.0)] = 0.6,
    limit: Annotated[int, typer.Option(help="at most this many, the least sure ones", min=1)] = 500,
) -> None:
    """Write the turns that the assistant was unsure of to a workbook (.xlsx) or .csv, without personal data, for labelling."""

    async def collect(database: Database) -> tuple[list[review.ReviewTurn], list[str]]:
        start = datetime.now(UTC) - review.span_of(since)
        async with database.reading() as session:
            turns = await review.turns_to_review(session, since=start, below=below, limit=limit)
            return list(turns), list(await review.leaves(session))

    _must_be_new(path, ".xlsx", ".csv")
    turns, leaves = _with_database(collect)
    with _writing(path):
        write_review(path, turns, leaves=leaves)
    _say(f"{len(turns)} 条待标注,已写到 {path}")


def _must_be_new(path: Path, *suffixes: str) -> None:
    """A file that is there stays, for somebody may have filled it in."""
    if path.suffix.lower() not in suffixes:
        _fail(f"文件名请以 {' 或 '.join(suffixes)} 结尾:{path}")
    if path.exists():
        _fail(f"{path} 已经有了,不会盖掉:换个名字,或者先把它移走")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Around writing a file: what fails is one line and exit code 1."""
    try:
        yield
    except OSError as error:
        _fail(f"写不了 {path}:{error.strerror}")


def _new_password() -> str:
    return str(typer.prompt("新密码", hide_input=True, confirmation_prompt=True))


def _say(text: str, style: str = "") -> None:
    """One line, whole: what is in it may look like markup, and who searches the output wants paths unbroken."""
    console.print(text, style=style, markup=False, soft_wrap=True)


def _fail(text: str) -> NoReturn:
    """One line that says what to do, and exit code 1."""
    _say(text, style="red")
    raise typer.Exit(1)


def _with_database[Result](work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` on the configured database; what went wrong becomes one line and exit code 1."""

    async def run(database: Database) -> Result:
        try:
            return await work(database)
        finally:
            await database.close()

    return _at_database(lambda url: asyncio.run(run(Database(url))))


def _at_database[Result](work: Callable[[str], Result]) -> Result:
    """Run `work` with the address of the configured database; what went wrong becomes one line and exit code 1."""
    try:
        url = load_settings().effective_database_url
    except BadSettings as error:
        _fail(str(error))
    try:
        return work(url)
    except DomainError as error:
        _fail(error.detail)
    except (SQLAlchemyError, OSError) as error:
        where = make_url(url).render_as_string(hide_password=True)
        _fail(f"数据库 {where} 用不了({type(error).__name__}):确认它已启动;新库先运行 youshi migrate")
