"""Passwords that are hashed with as little work as the library allows: the tests hash hundreds of them.

Imported by the conftest of the folders whose tests sign people in.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from backend.services import auth

REAL = auth._hasher
_QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_hasher", _QUICK)
        patch.setattr(auth, "_NOBODY", _QUICK.hash("nobody"))
        yield
