"""How WeChat identities appear in logs."""

from __future__ import annotations


def mask_openid(openid: str) -> str:
    """Return an openid that tells one resident from another in a log, but cannot be used: `oA1…9z`."""
    return f"{openid[:3]}…{openid[-2:]}" if len(openid) > 8 else "…"
