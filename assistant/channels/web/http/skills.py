"""Timers, alarms, reminders and lists over HTTP: shown, cancelled and set, beside what is said about them."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.channels.json import ApiError, Json, checked, clean
from assistant.channels.web.http.errors import json_body
from assistant.languages.en.repeats import say_every
from assistant.service import Service
from assistant.skills.choose import OwnSkills
from assistant.skills.stopping import stop_ringing

MOST_ITEMS = 200  #: in one request; a list itself holds fewer
LONGEST = 80  #: characters of a list's name


async def timers(request: Request) -> Response:
    """Every timer, alarm and reminder, the next one first, and whether something rings."""
    return JSONResponse(shown_timers(_own(request)))


async def timer(request: Request) -> Response:
    """Cancel one of them, or silence it where it rings."""
    agenda, number = _own(request).agenda, request.path_params["number"]
    entries = agenda.entries("timer", "alarm", "reminder", states=("waiting", "paused", "ringing"))
    found = [entry for entry in entries if entry.id == number]
    if not found:
        raise ApiError("timer_not_found", f"There is no timer, alarm or reminder {number}.", status=404)
    await agenda.remove(found)
    return JSONResponse({"id": number, "cancelled": True})


async def stop(request: Request) -> Response:
    """Silence whatever rings."""
    agenda = _own(request).agenda
    count = len(agenda.ringing)
    await stop_ringing(agenda)
    return JSONResponse({"stopped": count})


async def lists(request: Request) -> Response:
    """Every list by its name, with its items in the order in which they were added."""
    return JSONResponse({"lists": _own(request).lists.all()})


async def one_list(request: Request) -> Response:
    """Let a list hold {"items": [...]} and nothing else, or (DELETE) nothing."""
    kept, name = _own(request).lists, clean(request.path_params["name"]).strip().lower()
    if not name or len(name) > LONGEST:
        raise ApiError("invalid_value", f"A list has a name of at most {LONGEST} characters.", param="name")
    items: list[str] = []
    if request.method == "PUT":
        given = checked((await json_body(request)).get("items"), list, "items")
        if len(given) > MOST_ITEMS:
            raise ApiError("invalid_value", f"'items' holds at most {MOST_ITEMS}.", param="items")
        texts = [clean(checked(item, str, f"items[{number}]")).strip().lower() for number, item in enumerate(given)]
        items = [text for text in texts if text]
    await kept.put(name, items)
    return JSONResponse({"lists": kept.all()})


def shown_timers(own: OwnSkills) -> Json:
    """Return what `timers` answers."""
    agenda = own.agenda
    entries = agenda.entries("timer", "alarm", "reminder", states=("waiting", "paused", "ringing"))
    return {
        "ringing": bool(agenda.ringing),
        "timers": [
            {
                "id": entry.id,
                "kind": entry.kind,
                "name": entry.name,
                "state": entry.state,
                "due": datetime.fromtimestamp(entry.due_at, UTC).isoformat() if entry.due_at is not None else None,
                "left_s": round(agenda.left_s(entry), 1),
                "every": entry.every,
                "repeated": say_every(entry.every) if entry.every else "",
            }
            for entry in entries
        ],
    }


def _own(request: Request) -> OwnSkills:
    service: Service = request.app.state.service
    return service.parts.own_skills
