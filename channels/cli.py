"""The command line: `youshi …`."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup
from typer.main import get_group

from backend.settings import BadSettings, Settings, load_settings
from channels import logs
from channels.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from channels.programs import ROOT, CannotStart, check_ports, endpoints_of, programs_of, shared_environment
from channels.secrets_file import load_or_make_secrets
from channels.supervisor import Supervisor


class _Commands(TyperGroup):
    """The backend's commands are loaded when one is asked for: `run` stays for as long as the installation does, and would keep
    all that they import."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *_commands_of_backend()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or _commands_of_backend().get(cmd_name)


@cache
def _commands_of_backend() -> Mapping[str, Any]:
    import backend.cli

    others = typer.Typer()
    backend.cli.register(others)
    return get_group(others).commands


# a traceback that shows variables shows passwords
app = typer.Typer(
    cls=_Commands,
    help="有事请找我: from a resident's message to a finished job",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
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
    from channels.simulator import demo as story

    try:
        settings = load_settings()
    except BadSettings as problem:
        console.print(f"[red]{escape(str(problem))}[/red]")
        raise typer.Exit(1) from problem
    raise typer.Exit(asyncio.run(story.play(settings, channel=channel, slow=slow, console=console)))


def _prepare(settings: Settings) -> tuple[Supervisor, dict[str, str]]:
    endpoints = endpoints_of(settings)
    check_ports(settings, endpoints)
    with console.status("准备数据库"):
        _make_ready()
    home = settings.home_dir.absolute()
    env = shared_environment(settings, endpoints, load_or_make_secrets(home))
    programs = programs_of(settings, endpoints, env)
    return Supervisor(programs, home, on_ready=_tell_ready, log_bytes=settings.log_megabytes * 1_000_000), env


def _make_ready() -> None:
    """Settings checked, database migrated and filled, by a program that ends. Raises CannotStart with what it says."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", "channels.setup"], env=env, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CannotStart(done.stdout.strip() or "准备数据库时程序出错,见上面的输出")


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
