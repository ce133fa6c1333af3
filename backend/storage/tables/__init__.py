"""All tables, imported here so that the metadata is complete."""

from backend.storage.tables import (
    conversations,
    deliveries,
    directory,
    leases,
    messages,
    outbox,
    people,
    understanding,
    work_orders,
)

__all__ = [
    "conversations",
    "deliveries",
    "directory",
    "leases",
    "messages",
    "outbox",
    "people",
    "understanding",
    "work_orders",
]
