"""Secrets that one installation makes for itself and its programs share: `{home_dir}/secrets.json`, for the owner only."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

NAMES = ("service_token", "sms_callback_token")


def load_or_make_secrets(home_dir: Path) -> dict[str, str]:
    """Return the secrets, made on first use. Raises OSError when the folder cannot be written."""
    home_dir.mkdir(parents=True, exist_ok=True)
    path = home_dir / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in NAMES if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(24) for name in missing}
        draft = path.with_suffix(".tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file)
        draft.replace(path)
    return known
