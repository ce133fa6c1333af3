"""Photos, voices and videos of residents, fetched from the platform before it forgets them (three days) and kept by content."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from channels.wechat.client import WechatClient

MEDIA_LIMIT_BYTES = 20 * 1024 * 1024  # WeChat's own limits: pictures and videos 10 MB, voices 2 MB

# Only what residents' phones send; anything else is kept without a telling suffix.
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/amr": ".amr",
    "audio/mpeg": ".mp3",
    "audio/x-speex": ".speex",
    "video/mp4": ".mp4",
}


@dataclass(frozen=True)
class StoredMedia:
    """`path` is relative to the media folder's parent, the home directory; `size` in bytes."""

    path: str
    content_type: str
    size: int


class MediaStore:
    """Keeps media under `{home_dir}/media/ab/abcdef….jpg`, named by the SHA-256 of the contents: the same photo once."""

    def __init__(self, home_dir: Path) -> None:
        self._home = home_dir

    async def fetch(self, client: WechatClient, media_id: str, limit: int = MEDIA_LIMIT_BYTES) -> StoredMedia:
        """Download and keep one piece of media. Raises what `WechatClient.media` raises, and OSError."""
        answer = await client.media(media_id, limit)
        return await asyncio.to_thread(self._keep, answer.body, answer.content_type)

    def _keep(self, body: bytes, content_type: str) -> StoredMedia:
        digest = hashlib.sha256(body).hexdigest()
        relative = Path("media") / digest[:2] / (digest + _SUFFIXES.get(content_type, ".bin"))
        target = self._home / relative
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
            Path(draft).replace(target)
        return StoredMedia(str(relative), content_type, len(body))
