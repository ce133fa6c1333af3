"""Which characters no text may have: NUL, which PostgreSQL cannot store, and lone surrogates, which cannot be encoded at all.

Both can only come in through the escapes of JSON. A lone surrogate would get as far as a JSON column, and then no list with that
row could be written any more. Pure.
"""

from __future__ import annotations

import re

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether the text can be stored and written as UTF-8."""
    return UNSTORABLE.search(text) is None
