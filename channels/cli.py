"""The command line: `youshi …`."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

import backend.cli
from backend.settings import BadSettings, Settings, load_settings
from channels import logs
from channels.programs import CannotStart, check_ports, endpoints_of, programs_of, shared_environment
from channels.secrets_file import load_or_make_secrets
from channels.setup import DEMO_ACCOUNTS, DEMO_PASSWORD, check_settings, fill_database, migrate_database
from channels.simulator import demo as story
from channels.supervisor import Supervisor

# a traceback that shows variables shows passwords
app = typer.Typer(
    help="有事请找我: from a resident's message to a finished job", no_args_is_help=True, pretty_exceptions_show_locals=False
)
backend.cli.register(app)
console = Console(highlight=False)


@app.command()
def run() -> None:
    """Start everything and keep it running; Ctrl-C stops it."""
    started = time.monotonic()
    try:
        settings = load_settings()
        logs.configure(settings.log_level)
        supervisor, env = _prepare(settings)
    except (CannotStart, BadSettings) as problem:
        console.print(f"[red]启动不了:[/red]{escape(str(problem))}")
        raise typer.Exit(1) from problem
    asyncio.run(_supervise(supervisor, settings, env, started))


@app.command()
def demo(
    channel: Annotated[str, typer.Option(help="wechat, sms or both")] = "both",
    slow: Annotated[bool, typer.Option(help="pause between the steps, for watching")] = False,
) -> None:
    """Play the whole story against the running system; ends with 1 at the first step that does not happen."""
    settings = load_settings()
    raise typer.Exit(asyncio.run(story.play(settings, channel=channel, slow=slow, console=console)))


def _prepare(settings: Settings) -> tuple[Supervisor, dict[str, str]]:
    check_settings(settings)
    endpoints = endpoints_of(settings)
    check_ports(settings, endpoints)
    home = settings.home_dir.absolute()
    env = shared_environment(settings, endpoints, load_or_make_secrets(home))
    with console.status("准备数据库"):
        logging.getLogger("alembic").setLevel(logging.WARNING)
        migrate_database(settings)
        fill_database(settings)
    programs = programs_of(settings, endpoints, env)
    return Supervisor(programs, home, on_ready=_tell_ready), env


def _tell_ready(name: str, seconds: float) -> None:
    console.print(f"  [green]✓[/green] {name:<8} {seconds:4.1f} s")


async def _supervise(supervisor: Supervisor, settings: Settings, env: dict[str, str], started: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    console.print("启动程序:")
    running = asyncio.create_task(supervisor.run(stop))
    ready = asyncio.create_task(supervisor.wait_until_ready())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    if ready.done() and not stop.is_set():
        _print_addresses(settings, env, time.monotonic() - started)
    await running
    ready.cancel()
    console.print("已全部停止。")


def _print_addresses(settings: Settings, env: dict[str, str], seconds: float) -> None:
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    token = env["YOUSHI_SMS_CALLBACK_TOKEN"]
    console.print(f"\n[bold]有事请找我[/bold] 已就绪({seconds:.0f} s)")
    console.print(f"  居民页面   {base}/")
    console.print(f"  坐席控制台 {base}/console")
    console.print(f"  接口文档   {base}/docs")
    console.print(f"  微信推送   {base}/wechat/oa  {base}/wechat/mp")
    console.print(f"  短信推送   {base}/sms/{token}/…")
    if settings.is_demo:
        names = "、".join(["admin", *(account[0] for account in DEMO_ACCOUNTS)])
        console.print(f"  模拟手机   {base}/simulator")
        console.print(f"  演示账号   {names}  密码 {settings.admin_password.get_secret_value() or DEMO_PASSWORD}")
        console.print(f"  Open311    {base}/open311/discovery.json  密钥 {'、'.join(sorted(settings.open311_keys))}")
    console.print(f"  日志       {Path(env['YOUSHI_HOME_DIR']) / 'log'}\n按 Ctrl-C 停止。")


if __name__ == "__main__":
    app()
