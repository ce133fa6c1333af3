"""What simulated phones send instead of photos and voices: small, valid files, different for each media id."""

from __future__ import annotations

import hashlib
import struct
import zlib

_SIDE = 48
_SILENCE = bytes([0x3C]) + bytes(31)  # one AMR-NB frame of 20 ms at 12.2 kbit/s


def photo(seed: str) -> bytes:
    """A PNG of 48 × 48 pixels in two colours."""
    colours = hashlib.sha256(seed.encode()).digest()
    one, other = colours[:3], colours[3:6]
    row = b"\x00" + one * (_SIDE // 2) + other * (_SIDE // 2)
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * _SIDE)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def voice(seed: str) -> bytes:
    """A second of AMR silence; the seed decides how much longer it is."""
    return b"#!AMR\n" + _SILENCE * (50 + hashlib.sha256(seed.encode()).digest()[0])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
