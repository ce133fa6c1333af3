"""The console, put together."""

from __future__ import annotations

from fastapi import APIRouter

from backend.console import assets, events, intake, media, orders, sign_in, talks, tasks


def console_router() -> APIRouter:
    """All pages under `/console`."""
    router = APIRouter(include_in_schema=False)
    # intake before orders: /orders/new is a page, not an order number
    for module in (sign_in, assets, events, media, talks, intake, orders, tasks):
        router.include_router(module.router)
    return router
