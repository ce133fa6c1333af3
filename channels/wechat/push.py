"""What one push amounts to."""

from __future__ import annotations

from dataclasses import dataclass

from backend.contracts.messages import DeliveryReceipt, InboundMessage


@dataclass(frozen=True)
class Push:
    """Messages for the inbox, and receipts about messages that we sent; either may be empty."""

    messages: tuple[InboundMessage, ...] = ()
    receipts: tuple[DeliveryReceipt, ...] = ()
