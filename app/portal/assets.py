"""Style, script and logo, served under names that change with their content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Response

from app.errors import NotFound

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
VERSION_LENGTH = 12
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str
    version: str


def _load(path: Path) -> Asset:
    content = path.read_bytes()
    version = hashlib.sha256(content).hexdigest()[:VERSION_LENGTH]
    return Asset(content, _MEDIA_TYPES[path.suffix], version)


ASSETS = {path.name: _load(path) for path in STATIC.iterdir() if path.suffix in _MEDIA_TYPES}


def asset_path(name: str) -> str:
    """Return the path of an asset in its present version."""
    return f"/static/{ASSETS[name].version}/{name}"


@router.get("/static/{version}/{name}")
async def static(version: str, name: str) -> Response:
    """Serve one asset; browsers may keep it, since another content has another path."""
    asset = ASSETS.get(name)
    if asset is None or asset.version != version:
        raise NotFound("There is no such file.")
    return Response(asset.content, media_type=asset.media_type, headers={"Cache-Control": FOR_EVER})
