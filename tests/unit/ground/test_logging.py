"""A log that cannot be written holds up nothing."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

import pytest
import structlog

from channels import logs


class Full(io.StringIO):
    """A file on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def own_configuration() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_on_a_full_disk_a_line_of_the_log_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full())
    logs.configure("INFO")
    structlog.get_logger().warning("told", number="261121000017")


def test_elsewhere_it_is_written_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure("INFO")
    structlog.get_logger().warning("told", phone="17000001234", text="屋里冷")
    assert '"event": "told"' in written.getvalue()
    assert "17000001234" not in written.getvalue()
    assert "屋里冷" not in written.getvalue()


def test_only_a_file_that_refuses_is_forgiven() -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise TypeError

    with pytest.raises(TypeError):
        logs.Unfailing(Closed()).write("x")
