"""Kept media as a browser may get them: of the type that was kept, never guessed, never run, never stored by a proxy."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import NotFound
from backend.storage.media import UNKNOWN_TYPE, MediaFiles

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class MediaFile:
    """A file, its media type, and the headers that must go with it."""

    path: Path
    content_type: str
    headers: dict[str, str]


async def media_file(home_dir: Path, sha256: str) -> MediaFile:
    """The file with these contents. Raises NotFound."""
    found = await asyncio.to_thread(MediaFiles(home_dir).find, sha256)
    if found is None:
        raise NotFound("没有这个附件", field="sha256")
    path, content_type = found
    shown = "attachment" if content_type == UNKNOWN_TYPE else "inline"
    return MediaFile(path, content_type, {**_HEADERS, "Content-Disposition": f'{shown}; filename="{path.name}"'})
