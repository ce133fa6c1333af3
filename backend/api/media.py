"""What residents attached, for staff who are signed in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from backend.api.dependencies import SettingsDep, StaffDep
from backend.services.media_files import media_file

router = APIRouter(prefix="/api/v1/media", tags=["media"])


@router.get("/{sha256}", response_class=FileResponse)
async def get_media(sha256: str, _: StaffDep, settings: SettingsDep) -> FileResponse:
    """A photo, voice or video by the SHA-256 of its contents, as the `attachments` of messages and orders name it."""
    file = await media_file(settings.home_dir, sha256)
    return FileResponse(file.path, media_type=file.content_type, headers=file.headers)
