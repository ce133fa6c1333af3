"""What `/metrics` tells. Web counts what comes in, the worker what is answered and sent: whoever looks wants both."""

from __future__ import annotations

import os

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

# The name is the library's: programs that find it set keep their counters in files of that folder (`channels.programs`), where
# they also outlive a program that was killed.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition() -> bytes:
    """The counters of all programs that share the folder and this one's process figures; without a folder, this program's."""
    folder = os.environ.get(SHARED_FOLDER, "")
    if not folder:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    ProcessCollector(registry=together)
    MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
    return generate_latest(together)
