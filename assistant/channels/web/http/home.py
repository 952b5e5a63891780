"""GET /v1/home/devices: what the broker knows, as `repartee home list --json` prints it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.home.home import NO_BROKER
from assistant.parts import Parts
from engines.errors import ReparteeError


async def devices(request: Request) -> Response:
    """Every device with its state, an empty list where none has announced itself."""
    parts: Parts = request.app.state.service.parts
    if parts.home is None:
        raise ReparteeError(NO_BROKER)
    return JSONResponse(parts.home.devices())
