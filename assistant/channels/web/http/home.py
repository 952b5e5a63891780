"""The devices over HTTP: listed as `repartee home list --json` prints them, watched as they change, and commanded.

A command goes through the same door as one that was said: it is sent once, confirmed by the device's own state, and
asked back first where it lets people in, water out or wakes the street.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.channels.json import ApiError, Json, checked, clean
from assistant.channels.web.http.errors import json_body, text_field
from assistant.channels.web.http.presence import Stream
from assistant.home.entities import Act, Entity, Value
from assistant.home.home import NO_BROKER, Home
from assistant.home.listing import live
from assistant.service import Service
from engines.errors import ReparteeError

MOST_WATCHERS = 200  #: streams of changes at the same time
AT_ONCE = 200  #: devices in one event
EVERY_S = 0.1  #: changes that come sooner after others are told together
MAX_VALUES, MAX_TEXT = 16, 255
#: What an Act may be given, as assistant/home/entities.py describes it.
VALUES = frozenset(
    "brightness kelvin rgb effect transition flash percentage preset tone volume duration position tilt code "
    "temperature temperature_low temperature_high mode fan_mode swing_mode swing_horizontal_mode humidity direction "
    "oscillating value option fan_speed command message".split()
)


async def devices(request: Request) -> Response:
    """Every device with its state, an empty list where none has announced itself; `detail=1` for all there is."""
    return JSONResponse(_home(request).devices(detail=request.query_params.get("detail") == "1"))


async def command(request: Request) -> Response:
    """Have one device do {"service", "values"}; a risky one needs "confirmed": true. Answers what became of it."""
    home, name = _home(request), request.path_params["name"]
    body = await json_body(request)
    entity = home.entity(name)
    if entity is None:
        raise ApiError("device_not_found", f"There is no device '{name[:100]}'.", status=404)
    service = text_field(body, "service", longest=50)
    values = {key: _value(key, value) for key, value in _bounded(body).items()}
    confirmed = body.get("confirmed") is not None and checked(body["confirmed"], bool, "confirmed")
    if not home.connected:
        raise ApiError("home_unreachable", f"The devices cannot be reached: {home.problem}.", status=503)
    intent = home.intend(Act(entity.id, service, values))
    if intent.pending is not None:
        if not confirmed:
            sentence = f'{intent.question} Send it again with "confirmed": true.'
            raise ApiError("confirmation_required", sentence, param="confirmed", status=409)
        intent = intent.pending
    outcome = await home.carry_out(intent)
    now = home.entity(entity.id)  # None where it was removed meanwhile
    return JSONResponse(
        {
            "at": time.monotonic(),  # which of this and an event is newer
            "outcome": outcome.kind,
            "spoken": outcome.spoken,
            "action": dict(outcome.action),
            "device": home.device(now) if now is not None else None,
        }
    )


async def events(request: Request) -> Response:
    """The devices as server-sent events: first all of them, then what changes, until the client leaves.

    204, which tells a client not to come back, where no broker is set up.
    """
    service: Service = request.app.state.service
    home = service.parts.home
    if home is None:
        return Response(status_code=204)
    watching: asyncio.Semaphore = request.app.state.watching
    if watching.locked():
        raise ApiError("watchers_exhausted", "Too many watch the devices; try again later.", status=503)
    return Stream(_watched(home, service, watching), "text/event-stream")


def _home(request: Request) -> Home:
    service: Service = request.app.state.service
    if service.parts.home is None:
        raise ReparteeError(NO_BROKER)
    return service.parts.home


def _bounded(body: Json) -> Json:
    given = body.get("values")
    values: Json = {} if given is None else checked(given, dict, "values")
    if len(values) > MAX_VALUES:
        raise ApiError("invalid_value", f"'values' holds at most {MAX_VALUES} keys.", param="values")
    return values


def _value(key: str, value: object) -> Value:
    where = f"values.{key[:50]}"
    if key not in VALUES:
        raise ApiError(
            "unknown_parameter", f"There is no '{where}'; {', '.join(sorted(VALUES))} are known.", param=where
        )
    if isinstance(value, list):
        if len(value) != 3:
            raise ApiError("invalid_value", f"'{where}' must be a value, or a colour of three numbers.", param=where)
        red, green, blue = (checked(channel, int, where) for channel in value)
        return red, green, blue
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ApiError("invalid_value", f"'{where}' is longer than {MAX_TEXT} characters.", param=where)
        return clean(value)
    if value is None or isinstance(value, bool | int):
        return value
    number: float = checked(value, float, where)
    return number


async def _watched(home: Home, service: Service, watching: asyncio.Semaphore) -> AsyncGenerator[str, None]:
    """Yield the events of one client. What it has not read yet is remembered as ids, never as events."""
    changed: set[str] = set()
    woken = asyncio.Event()

    def note(ids: frozenset[str]) -> None:
        changed.update(ids)
        woken.set()

    async with watching:
        forget = home.on_change(note)
        ending = asyncio.create_task(service.stopping.wait())
        ending.add_done_callback(lambda _: woken.set())
        told: dict[str, Entity] = {}
        changed.update(entity.id for entity in home.entities())
        whole = True
        try:
            while not service.stopping.is_set():
                woken.clear()
                if not changed:  # the connection to the broker came or went, or there are no devices
                    yield _event(home, [], [], whole=whole)
                while changed:
                    some = [changed.pop() for _ in range(min(len(changed), AT_ONCE))]
                    yield _event(home, *_news(home, some, told), whole=whole, more=bool(changed))
                    whole = False
                whole = False
                await asyncio.sleep(EVERY_S)
                while not await _within(woken, service.parts.config.serve.ping_s):
                    yield ": still here\n\n"  # who does not read it is found to be gone
        finally:
            ending.cancel()
            forget()


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Return whether the event is set, at the latest after so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


def _news(home: Home, ids: list[str], told: dict[str, Entity]) -> tuple[list[dict[str, object]], list[str]]:
    """Return what to tell of these, and which are gone; in full only what was not told so before, as `told` has it."""
    devices: list[dict[str, object]] = []
    gone: list[str] = []
    for name in sorted(ids):
        entity, state = home.entity(name), home.state(name)
        if entity is None or state is None:
            if told.pop(name, None) is not None:
                gone.append(name)
        elif told.get(name) is entity:
            devices.append(live(entity, state))
        else:
            told[name] = entity
            devices.append(home.device(entity))
    return devices, gone


def _event(home: Home, devices: list[dict[str, object]], removed: list[str], *, whole: bool, more: bool = False) -> str:
    """Return one event. `whole`: forget what was told before; `more`: the next event belongs to this one."""
    data = {
        "whole": whole,
        "more": more,
        "at": time.monotonic(),
        "connected": home.connected,
        "problem": "" if home.connected else home.problem,
        "devices": devices,
        "removed": removed,
    }
    return f"event: home\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
