"""Static files of the console: style, script, icon, and the library that `frontend/build` fetched."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from backend.console.page_route import PageRoute
from backend.console.rendering import STATIC

router = APIRouter(prefix="/console", route_class=PageRoute)
_FOR_EVER = "public, max-age=31536000, immutable"
_files = StaticFiles(directory=STATIC)


@router.get("/static/{path:path}")
async def static_file(request: Request, path: str) -> Response:
    """One file; addresses carry a digest (`asset`), so browsers may keep it for ever. 404 for anything else."""
    response = await _files.get_response(path, request.scope)
    if response.status_code >= 400:
        raise HTTPException(response.status_code)
    response.headers["Cache-Control"] = _FOR_EVER if request.query_params.get("v") else "no-cache"
    return response
