"""Who asks over HTTP: a client that sends no history is asked "Open the garage door?" all the same."""

from __future__ import annotations

from starlette.requests import Request

from assistant.access import asked_by
from assistant.channels.json import Json
from assistant.channels.web.http.errors import text_field
from knowledge.collections import Collections

Caller = tuple[str, str, Collections]


def caller_of(request: Request, body: Json) -> Caller:
    """Return who asks: an address, the name that its client gives the person (`user`), and what they may ask."""
    user = text_field(body, "user", longest=200, default="")
    return request.client.host if request.client else "", user, asked_by(request.scope)
