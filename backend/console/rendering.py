"""Templates and the words and times they show."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from backend.console import words
from backend.contracts.spoken_time import LOCAL, day_text
from backend.domain.masking import for_others, mask_phone, mask_text

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def local_time(at: datetime | None) -> str:
    """`11月24日(周二) 09:05`, local; "" for None."""
    if at is None:
        return ""
    local = at.astimezone(LOCAL)
    return f"{day_text(local)} {local:%H:%M}"


def short_time(at: datetime, now: datetime) -> str:
    """The time of day for today, else the date with it."""
    local = at.astimezone(LOCAL)
    clock = f"{local:%H:%M}"
    return clock if local.date() == now.astimezone(LOCAL).date() else f"{local.month}月{local.day}日 {clock}"


def span(length: timedelta) -> str:
    """How long something lasts, in the largest fitting unit: 3分钟, 2小时, 5天; below a minute 不到1分钟."""
    length = abs(length)
    for unit, word in ((_DAY, "天"), (_HOUR, "小时"), (_MINUTE, "分钟")):
        if length >= unit:
            return f"{length // unit}{word}"
    return "不到1分钟"


def resident_label(row: Any) -> str:
    """A resident without a name: the masked phone, or the end of the platform's id."""
    if row.phone:
        return mask_phone(row.phone)
    return f"{words.CHANNELS.get(row.channel, row.channel)}用户 …{row.channel_user_id[-4:]}"


def asset(name: str) -> str:
    """The address of a static file, with its content's digest so that browsers may keep it for ever."""
    return f"/console/static/{name}?v={_digest(name)}"


@lru_cache
def _digest(name: str) -> str:
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "0"


def make_environment(folder: Path) -> Environment:
    """An environment that escapes everything; `words`, filters and `asset` are the console's."""
    made = Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape(default=True), trim_blocks=True)
    made.lstrip_blocks = True
    made.filters |= {
        "local_time": local_time,
        "short_time": short_time,
        "span": span,
        "mask_phone": mask_phone,
        "mask_text": mask_text,
        "for_others": for_others,
    }
    made.globals |= {"words": words, "asset": asset, "resident_label": resident_label}
    return made


_templates = make_environment(HERE / "templates")


def part(template: str, data: Mapping[str, Any]) -> str:
    """One template as HTML text."""
    return _templates.get_template(template).render(data)


def render(request: Request, template: str, data: Mapping[str, Any], *, status: int = 200) -> Response:
    """A page. `user` in `data` is who is signed in (the navigation depends on it)."""
    shared = {"path": request.url.path, "has_htmx": (STATIC / "vendor" / "htmx.min.js").exists(), "user": None}
    return HTMLResponse(part(template, {**shared, **data}), status_code=status)


def trusted(html: str) -> Markup:
    """HTML that `part` made, for use inside another template."""
    return Markup(html)  # noqa: S704 - escaped by the template that made it
