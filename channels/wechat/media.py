"""Photos, voices and videos of residents, fetched from the platform before it forgets them (three days) and kept by content."""

from __future__ import annotations

import asyncio
from pathlib import Path

from backend.storage.media import MediaFiles, StoredMedia
from channels.wechat.client import WechatClient

MEDIA_LIMIT_BYTES = 20 * 1024 * 1024  # WeChat's own limits: pictures and videos 10 MB, voices 2 MB


class MediaStore:
    """Fetches into the media folder of `home_dir`."""

    def __init__(self, home_dir: Path) -> None:
        self._files = MediaFiles(home_dir)

    async def fetch(self, client: WechatClient, media_id: str, limit: int = MEDIA_LIMIT_BYTES) -> StoredMedia:
        """Download and keep one piece of media. Raises what `WechatClient.media` raises, and OSError."""
        answer = await client.media(media_id, limit)
        return await asyncio.to_thread(self._files.keep, answer.body, answer.content_type)
