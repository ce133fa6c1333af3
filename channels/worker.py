"""The worker program: answers residents, relays and delivers messages, tells residents of progress, and watches the clocks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path

import structlog
import uvloop
from prometheus_client import start_http_server
from sqlalchemy.exc import SQLAlchemyError

from backend.services.clocks import calendar_warning, raise_due_alarms
from backend.services.delivery import Deliverer
from backend.services.forgetting import Forgetter
from backend.services.listening import RuleEars
from backend.services.notifications import NotificationConsumer
from backend.services.relay import Relay
from backend.services.reminders import remind
from backend.services.replaying import SpoolReplayer
from backend.services.turns import TurnWorker
from backend.settings import Settings
from backend.storage.media import MediaFiles
from backend.storage.streams import Streams
from channels import logs
from channels.media_keeper import MediaKeeper
from channels.runtime import Runtime, open_runtime
from channels.sms.providers import service_number
from channels.wechat.media import MediaStore

log = structlog.get_logger()

TICK_S = 1.0
LEASE_S = 10.0  # renewed while work goes on: this is how long residents of a killed worker wait for another one
CALENDAR_LOOK_S = 3600.0


async def main() -> None:
    """Run all loops until SIGTERM or SIGINT."""
    settings = Settings()
    logs.configure(settings.log_level)
    if settings.metrics_port:
        start_http_server(settings.metrics_port)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_runtime(settings) as runtime, asyncio.TaskGroup() as tasks:
        for loop in _loops(runtime):
            tasks.create_task(loop.run(stop))
        tasks.create_task(_tick(runtime, stop))
        tasks.create_task(_watch_calendar(runtime, stop))
        tasks.create_task(_beat(settings.home_dir / "run" / "worker.beat", stop))


Loop = TurnWorker | Relay | Deliverer | NotificationConsumer | SpoolReplayer | MediaKeeper | Forgetter


def _loops(runtime: Runtime) -> tuple[Loop, ...]:
    db, clock, wakeups, senders = runtime.database, runtime.clock, runtime.wakeups, runtime.senders
    sms_account = service_number(runtime.settings)
    # every process is a consumer of its own: what a dead one had taken is published again by the relay
    streams = Streams(runtime.redis, consumer=f"{socket.gethostname()}-{os.getpid()}")
    deliverer = Deliverer(
        db=db,
        senders=senders,
        clock=clock,
        wakeups=wakeups,
        streams=streams,
        sms_account=sms_account,
        lease_seconds=LEASE_S,
    )
    return (
        TurnWorker(
            db=db,
            assistant=runtime.assistant,
            senders=senders,
            ears=RuleEars(),
            clock=clock,
            wakeups=wakeups,
            deliverer=deliverer,
            lease_seconds=LEASE_S,
        ),
        Relay(db=db, streams=streams, clock=clock),
        deliverer,
        NotificationConsumer(db=db, streams=streams, clock=clock, wakeups=wakeups, sms_account=sms_account),
        SpoolReplayer(inbox=runtime.inbox),
        MediaKeeper(db=db, clients=runtime.wechat_clients, store=MediaStore(runtime.settings.home_dir), clock=clock),
        Forgetter(db=db, clock=clock, media=MediaFiles(runtime.settings.home_dir), keep=runtime.settings.keep_personal),
    )


async def _tick(runtime: Runtime, stop: asyncio.Event) -> None:
    """Once a second, whatever is due by the clock: alarms, resumptions, waived ratings, reminders."""
    while not stop.is_set():
        try:
            async with runtime.database.transaction() as session:
                done = await raise_due_alarms(session, now=runtime.clock.now())
            async with runtime.database.transaction() as session:
                done += await remind(session, now=runtime.clock.now())
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_away", work="clocks", error=type(error).__name__)
            done = 0
        if not done:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK_S)


async def _watch_calendar(runtime: Runtime, stop: asyncio.Event) -> None:
    """Once an hour: say loudly when the table of working days is about to end, because due times beyond it are provisional."""
    while not stop.is_set():
        with contextlib.suppress(SQLAlchemyError, OSError):
            async with runtime.database.reading() as session:
                last_day = await calendar_warning(session, now=runtime.clock.now())
            if last_day is not None:
                log.error("calendar_ends", last_day=last_day.isoformat(), do="import next year's working days (docs/runbook.md)")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), CALENDAR_LOOK_S)


async def _beat(path: Path, stop: asyncio.Event) -> None:
    """Show that the event loop turns: the supervisor and health checks look at the file's age."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while not stop.is_set():
        path.touch()  # noqa: ASYNC240 - microseconds, on a local disk
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK_S)


if __name__ == "__main__":
    uvloop.run(main())
