"""What residents attached, in the browser of somebody who is signed in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from backend.console.context import ContextDep, UserDep
from backend.console.page_route import PageRoute
from backend.services.media_files import media_file

router = APIRouter(prefix="/console/media", route_class=PageRoute)


@router.get("/{sha256}")
async def show_media(sha256: str, context: ContextDep, _: UserDep) -> FileResponse:
    """A photo, voice or video; a browser's cookie is good for the console's addresses only, so it is here as well."""
    file = await media_file(context.settings.home_dir, sha256)
    return FileResponse(file.path, media_type=file.content_type, headers=file.headers)
