"""The console, put together."""

from __future__ import annotations

from fastapi import APIRouter

from backend.console import assets, events, faqs, intake, limits, media, orders, review, sign_in, talks, tasks
from backend.console.page_route import PageRoute
from backend.domain.errors import NotFound


def console_router() -> APIRouter:
    """All pages under `/console`."""
    router = APIRouter(include_in_schema=False)
    # intake before orders: /orders/new is a page, not an order number
    for module in (sign_in, assets, events, media, talks, intake, orders, tasks, review, faqs, limits):
        router.include_router(module.router)
    elsewhere = APIRouter(route_class=PageRoute)
    elsewhere.add_api_route("/console/{rest:path}", nothing_here, methods=["GET"])
    router.include_router(elsewhere)
    return router


async def nothing_here() -> None:
    """A page that was mistyped or is gone says so as a page."""
    raise NotFound("没有这个页面")
