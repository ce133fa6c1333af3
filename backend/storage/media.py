"""Photos, voices and videos of residents on disk, named by what is in them: the same photo is kept once."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

# Only what residents' phones send; anything else is kept without a telling suffix, and never shown in a browser.
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "audio/amr": ".amr",
    "audio/mpeg": ".mp3",
    "audio/x-speex": ".speex",
    "video/mp4": ".mp4",
    "video/mpeg4": ".mp4",  # what WeChat calls it
}
_TYPES = {suffix: kind for kind, suffix in reversed(_SUFFIXES.items())}
UNKNOWN_TYPE = "application/octet-stream"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredMedia:
    """`path` is relative to the home directory; `sha256` in hexadecimal; `size` in bytes."""

    path: str
    content_type: str
    size: int
    sha256: str


class MediaFiles:
    """`{home_dir}/media/ab/abcdef….jpg`. Blocking: call it in a thread."""

    def __init__(self, home_dir: Path) -> None:
        self._home = home_dir

    def keep(self, body: bytes, content_type: str) -> StoredMedia:
        """Write it down, durable when this returns. Raises OSError."""
        digest = hashlib.sha256(body).hexdigest()
        relative = Path("media") / digest[:2] / (digest + _SUFFIXES.get(content_type, ".bin"))
        target = self._home / relative
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=target.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(target)
        return StoredMedia(str(relative), content_type, len(body), digest)

    def find(self, sha256: str) -> tuple[Path, str] | None:
        """The file with these contents and its media type; None when it is not here."""
        if not _DIGEST.fullmatch(sha256):
            return None
        found = sorted((self._home / "media" / sha256[:2]).glob(f"{sha256}.*"))
        return (found[0], _TYPES.get(found[0].suffix, UNKNOWN_TYPE)) if found else None

    def remove(self, sha256: str) -> None:
        """Remove what has these contents, if it is here. Raises OSError."""
        found = self.find(sha256)
        if found is not None:
            found[0].unlink(missing_ok=True)
