"""The household over HTTP: who is connected and where, what is announced, and all of it as it changes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.channels.json import ApiError, Json, checked, clean
from assistant.channels.web.http.errors import json_body, text_field
from assistant.channels.web.http.presence import Stream
from assistant.channels.web.http.skills import shown_timers
from assistant.service import Service

LONGEST = 1000  #: characters of an announcement
EVERY_S = 0.1  #: changes that come sooner after others are told together


async def satellites(request: Request) -> Response:
    """Every satellite that is set up or connected, and every other conversation that is open."""
    return JSONResponse(shown_satellites(request.app.state.service))


async def announce(request: Request) -> Response:
    """Say {"text"} in every conversation, or in those of the name or area {"to"}; answers in how many."""
    service: Service = request.app.state.service
    body = await json_body(request)
    text = clean(text_field(body, "text", longest=LONGEST)).strip()
    to = clean(text_field(body, "to", longest=100, default="")).strip()
    urgent = body.get("urgent") is not None and checked(body["urgent"], bool, "urgent")
    if not any(char.isalnum() for char in text):
        raise ApiError("invalid_value", "'text' must be words to be said.", param="text")
    reached = await service.announce(text, to=to, urgent=urgent)
    if to and not reached:
        raise ApiError("nobody_there", f"Nobody is connected in '{to}', or under that name.", param="to", status=404)
    return JSONResponse({"reached": reached})


async def events(request: Request) -> Response:
    """Timers, lists and satellites as server-sent events: all of them, and again whenever something changes."""
    service: Service = request.app.state.service
    watching: asyncio.Semaphore = request.app.state.watching
    if watching.locked():
        raise ApiError("watchers_exhausted", "Too many watch the household; try again later.", status=503)
    return Stream(_watched(service, watching), "text/event-stream")


def shown_satellites(service: Service) -> Json:
    """Return {"satellites": [{name, kind, area, connected, id}], "wake_words": [...]}."""
    config = service.parts.config
    shown: list[Json] = [
        {"name": one.name, "kind": one.kind, "area": one.area, "connected": True, "id": one.id}
        for one in service.sessions
    ]
    there = {one["name"] for one in shown if one["kind"] == "satellite"}
    away = [(name, "satellite", False) for name in config.satellites.addresses if name not in there]
    beside = [(name, "listen", True) for name in service.neighbours.others() if not name.startswith(service.name)]
    shown += [
        {"name": name, "kind": kind, "area": config.satellites.areas.get(name, ""), "connected": connected, "id": ""}
        for name, kind, connected in (*away, *beside)
    ]
    shown.sort(key=lambda one: (not one["name"], one["name"].casefold(), one["id"]))
    return {"satellites": shown, "wake_words": list(config.ear.wake_words)}


async def _watched(service: Service, watching: asyncio.Semaphore) -> AsyncGenerator[str, None]:
    """Yield what there is, at the beginning and after each change, until the client leaves."""
    woken = asyncio.Event()
    own = service.parts.own_skills
    async with watching:
        forget = [
            own.agenda.on_change(woken.set),
            own.lists.on_change(woken.set),
            service.sessions.on_change(woken.set),
        ]
        ending = asyncio.create_task(service.stopping.wait())
        ending.add_done_callback(lambda _: woken.set())
        told: Json = {}
        try:
            while not service.stopping.is_set():
                woken.clear()
                there = shown_timers(own) | {"lists": own.lists.all()} | shown_satellites(service)
                if there != told:
                    yield f"event: household\ndata: {json.dumps(there, separators=(',', ':'))}\n\n"
                    told = there
                else:
                    yield ": still here\n\n"  # who does not read it is found to be gone
                await asyncio.sleep(EVERY_S)
                with contextlib.suppress(TimeoutError):  # other processes come and go without a word
                    async with asyncio.timeout(service.parts.config.serve.ping_s):
                        await woken.wait()
        finally:
            ending.cancel()
            for each in forget:
                each()
