"""Who asks over HTTP: a client that sends no history is asked "Open the garage door?" all the same."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from assistant.channels.gate import given_key
from assistant.channels.json import Json
from assistant.channels.web.http.errors import text_field


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by all that a request tells of it: only who is alike in every field answers what was asked.

    `user` is the name that its client gives the person. `agent` and `forwarded`, which anybody may write, let nobody
    in: they tell those apart who come from one address, such as that of a proxy.
    """

    address: str
    token: str = field(repr=False)
    user: str
    agent: str
    forwarded: str


def caller_of(request: Request, body: Json) -> Caller:
    """Return who asks. Raises ApiError where `user` is no text or too long."""
    headers = request.headers
    return Caller(
        address=request.client.host if request.client else "",
        token=given_key(headers),
        user=text_field(body, "user", longest=200, default=""),
        agent=headers.get("user-agent", ""),
        forwarded="; ".join([*headers.getlist("x-forwarded-for"), *headers.getlist("forwarded")]),
    )
