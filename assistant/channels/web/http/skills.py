"""Timers, alarms, reminders and lists over HTTP, for a page to show. They are changed by what is said."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.service import Service


async def timers(request: Request) -> Response:
    """Every timer, alarm and reminder, the next one first, and whether something rings."""
    service: Service = request.app.state.service
    agenda = service.parts.own_skills.agenda
    entries = agenda.entries("timer", "alarm", "reminder", states=("waiting", "paused", "ringing"))
    return JSONResponse(
        {
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
                }
                for entry in entries
            ],
        }
    )


async def lists(request: Request) -> Response:
    """Every list by its name, with its items in the order in which they were added."""
    service: Service = request.app.state.service
    return JSONResponse({"lists": service.parts.own_skills.lists.all()})
