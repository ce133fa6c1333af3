"""Commands that need only the backend: migrations, users, the directory's import, the audit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from backend.contracts.people import Role
from backend.domain.errors import DomainError
from backend.services import audit, auth, importer, review
from backend.services.review_file import write_review
from backend.settings import BadSettings, load_settings
from backend.storage.database import Database
from backend.storage.migrate import alembic_config, migrate

console = Console(highlight=False)
user_app = typer.Typer(help="accounts of caseworkers", no_args_is_help=True)
audit_app = typer.Typer(help="the log of events", no_args_is_help=True)
directory_app = typer.Typer(help="streets, communities, grids, units and routes", no_args_is_help=True)
review_app = typer.Typer(help="real conversations, for labelling", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Hang the backend's commands into the program's command line."""
    app.add_typer(user_app, name="user")
    app.add_typer(audit_app, name="audit")
    app.add_typer(directory_app, name="directory")
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
                name=name or username,
                role=role,
                password=password,
                unit_id=unit or None,
                now=datetime.now(UTC),
            )

    _with_database(add)
    console.print(f"已添加 {username}({role.value})")


@user_app.command("password")
def set_password(username: str) -> None:
    """Give an account a new password, asked for; its sign-ins end."""
    password = typer.prompt("新密码", hide_input=True, confirmation_prompt=True)

    async def change(database: Database) -> None:
        async with database.transaction() as session:
            await auth.set_password(session, username=username, password=password)

    _with_database(change)
    console.print(f"{username} 的密码已改,原来的登录已失效")


@user_app.command("deactivate")
def deactivate_user(username: str) -> None:
    """Close an account: it cannot sign in any more and its sign-ins end; what it did stays on record."""

    async def close(database: Database) -> None:
        async with database.transaction() as session:
            await auth.deactivate(session, username=username)

    _with_database(close)
    console.print(f"{username} 已停用")


@audit_app.command("verify")
def verify_audit() -> None:
    """Recompute the hash chains of all orders; ends with 1 and names the first broken event when one was tampered with."""

    async def verify(database: Database) -> audit.AuditReport:
        async with database.reading() as session:
            return await audit.verify(session)

    report = _with_database(verify)
    console.print(report.summary())
    raise typer.Exit(0 if report.is_sound else 1)


@directory_app.command("template")
def write_template(path: Path) -> None:
    """Write an empty workbook to fill in."""
    try:
        importer.write_template(path)
    except OSError as error:
        console.print(f"[red]写不了 {escape(str(path))}:{error.strerror}[/red]")
        raise typer.Exit(1) from error
    console.print(f"模板已写到 {path}")


@directory_app.command("import")
def import_directory(
    path: Path,
    keep_good_rows: Annotated[bool, typer.Option(help="import the good rows even when others have errors")] = False,
) -> None:
    """Import a filled-in workbook; errors are listed row by row, and nothing is imported when there are any."""

    async def run(database: Database) -> importer.ImportReport:
        with Progress(console=console) as progress:
            bar = progress.add_task("导入", total=None)
            async with database.transaction() as session:
                return await importer.import_workbook(
                    session,
                    path,
                    now=datetime.now(UTC),
                    progress=lambda done, total: progress.update(bar, completed=done, total=total),
                    strict=not keep_good_rows,
                )

    report = _with_database(run)
    for error in report.errors:
        console.print(f"[red]{error}[/red]")
    console.print(f"导入 {report.imported} 行,{len(report.errors)} 处错误")
    raise typer.Exit(1 if report.errors else 0)


@review_app.command("export")
def export_review(
    path: Path,
    since: Annotated[str, typer.Option(help="how far back: 12h, 7d, 2w")] = "7d",
    below: Annotated[float, typer.Option(help="show what the assistant was less sure of than this", min=0.0, max=1.0)] = 0.6,
    limit: Annotated[int, typer.Option(help="at most this many, the least sure ones", min=1)] = 500,
) -> None:
    """Write the turns that the assistant was unsure of to a workbook (.xlsx) or .csv, without personal data, for labelling."""

    async def collect(database: Database) -> int:
        start = datetime.now(UTC) - review.span_of(since)
        async with database.reading() as session:
            turns = await review.turns_to_review(session, since=start, below=below, limit=limit)
            leaves = await review.leaves(session)
        write_review(path, turns, leaves=leaves)
        return len(turns)

    count = _with_database(collect)
    console.print(f"{count} 条待标注,已写到 {path}")


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
        console.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(1) from error
    try:
        return work(url)
    except DomainError as error:
        console.print(f"[red]{escape(error.detail)}[/red]")
        raise typer.Exit(1) from error
    except (SQLAlchemyError, OSError) as error:
        where = escape(make_url(url).render_as_string(hide_password=True))
        console.print(f"[red]数据库 {where} 用不了({type(error).__name__}):确认它已启动;新库先运行 youshi migrate[/red]")
        raise typer.Exit(1) from error
