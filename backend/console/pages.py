"""The console, put together."""

from __future__ import annotations

from fastapi import APIRouter

from backend.console import assets, events, faqs, intake, limits, media, orders, review, sign_in, talks, tasks


def console_router() -> APIRouter:
    """All pages under `/console`."""
    router = APIRouter(include_in_schema=False)
    # intake before orders: /orders/new is a page, not an order number
    for module in (sign_in, assets, events, media, talks, intake, orders, tasks, review, faqs, limits):
        router.include_router(module.router)
    return router
