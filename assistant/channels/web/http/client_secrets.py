"""POST /v1/realtime/client_secrets: a short-lived key for a browser, bound to the settings of its session."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.access import asked_by
from assistant.channels.json import ApiError, checked
from assistant.channels.keys import ClientKeys
from assistant.channels.web.http.errors import json_body
from assistant.channels.web.realtime.beta import refuse_headers
from assistant.channels.web.realtime.protocol import Protocol
from assistant.dialogue.settings import ConversationSettings
from assistant.parts import Parts

SECONDS = (10, 7200)  # as the API has it
USUAL_S = 600


async def client_secret(request: Request) -> Response:
    """Return a key, until when it is good, and the session as it will begin."""
    parts: Parts = request.app.state.service.parts
    keys: ClientKeys = request.app.state.keys
    refuse_headers(request.headers)
    body = await json_body(request)
    after = checked(body.get("expires_after") or {}, dict, "expires_after")
    seconds = checked(after.get("seconds", USUAL_S), int, "expires_after.seconds")
    if not SECONDS[0] <= seconds <= SECONDS[1]:
        raise ApiError(
            "invalid_value",
            f"'expires_after.seconds' must be {SECONDS[0]} to {SECONDS[1]}, not {seconds}.",
            param="expires_after.seconds",
        )
    wanted = checked(body.get("session") or {}, dict, "session")
    protocol = Protocol(
        voice=(await parts.synthesizer()).name,
        voices=await parts.voices(),
        settings=ConversationSettings.for_client(parts.config),
        wanted=[wanted],
    )
    key = keys.make(wanted, seconds, asked_by(request.scope))
    return JSONResponse({"value": key.value, "expires_at": key.expires_at, "session": protocol.session.to_json()})
