"""Our pipeline against Rasa's neural one (DIET), trained on the same data: time and memory of reading one message."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from rich.console import Console

from channels.programs import BOT_PYTHON, MODEL, QUIET, ROOT
from tests.bench.load import Latencies
from tests.bench.processes import cpu_seconds, resident_mb
from tests.installation import free_port

console = Console(highlight=False)

CONFIG = ROOT / "tests" / "bench" / "diet.yml"
KEPT_IN = ROOT / "var" / "bench"
TIMES = 50
TEXTS = ("屋里暖气冰凉 从前天夜里起的 园林街道翠园小区6号楼2单元301", "不对 是3单元", "你们管不管路灯", "17000001234")
_READY_S, _TRAIN_S = 90.0, 600.0


async def bench_diet() -> None:
    """Read the same texts with both models; DIET is trained on first use and kept in `var/bench`."""
    console.print("\n[bold]reading one message[/bold]")
    diet = trained()
    for name, model in (("our pipeline", MODEL.resolve()), ("DIET on the same data", diet)):
        async with serving(model, tensorflow=model == diet) as (url, pid):
            before = cpu_seconds(pid)
            waits = await _read(url)
            spent = (cpu_seconds(pid) - before) / len(waits.seconds) * 1000
            memory = resident_mb(pid)
        console.print(f"  {name}: {waits}; processor time {spent:.1f} ms; memory {memory} MB")


def trained() -> Path:
    """The DIET model of the present data and configuration. Raises CalledProcessError when training fails."""
    data = sorted([*(ROOT / "nlu_data" / "intents").rglob("*.yml"), *(ROOT / "nlu_data" / "categories").rglob("*.yml"), CONFIG])
    path = KEPT_IN / f"diet-{hashlib.sha256(b''.join(each.read_bytes() for each in data)).hexdigest()[:16]}.tar.gz"
    if path.exists():
        return path
    console.print("  training DIET once (some minutes) ...")
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    where = (
        "--config",
        str(CONFIG),
        "--nlu",
        "nlu_data",
        "--out",
        str(KEPT_IN),
        "--fixed-model-name",
        path.name.removesuffix(".tar.gz"),
    )
    command = (str(BOT_PYTHON), "-m", "rasa", "train", "nlu", *where)
    subprocess.run(command, cwd=ROOT, env=_environment(), check=True, capture_output=True, timeout=_TRAIN_S)
    return path


@contextlib.asynccontextmanager
async def serving(model: Path, *, tensorflow: bool) -> AsyncIterator[tuple[str, int]]:
    """Rasa's server with this model: its parse address and process id. Raises TimeoutError when it does not come up."""
    port = free_port()
    env = {**_environment(), "YOUSHI_RASA_TENSORFLOW": "yes" if tensorflow else "no", "YOUSHI_ACTIONS_URL": "http://127.0.0.1:1"}
    options = ("run", "--enable-api", "--model", str(model), "--interface", "127.0.0.1", "--port", str(port))
    process = subprocess.Popen(
        (str(BOT_PYTHON), "-m", "bot.without_tensorflow", *options),
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await _until_ready(f"http://127.0.0.1:{port}/status")
        yield f"http://127.0.0.1:{port}/model/parse", process.pid
    finally:
        process.terminate()
        process.wait()


async def _until_ready(url: str) -> None:
    async with asyncio.timeout(_READY_S), aiohttp.ClientSession() as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.2)


async def _read(url: str) -> Latencies:
    waits = []
    async with aiohttp.ClientSession() as http:
        for turn in range(TIMES + 1):
            for text in TEXTS:
                started = time.perf_counter()
                async with http.post(url, json={"text": text}) as answer:
                    await answer.json()
                if turn:  # the first time loads things
                    waits.append(time.perf_counter() - started)
    return Latencies(sorted(waits))


def _environment() -> dict[str, str]:
    return {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
