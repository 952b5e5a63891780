"""Timers and lists on a dashboard: the components of our own device that show them, and what a list is set to.

No I/O. Home Assistant's MQTT integration has no platform for to-do lists: each list is a text, its items with commas
between them, and setting the text sets the list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.home.entities import Message

MAX_TEXT = 255  #: of a state in Home Assistant, characters
MAX_SHOWN = 50  #: timers in the attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """A timer, alarm or reminder as a dashboard shows it; `due_at` is in s since 1970, None while paused."""

    kind: str
    name: str
    due_at: float | None
    state: str


class ShownSkills:
    """What is shown under the topic `base` of the device `node`."""

    def __init__(self, node: str, base: str) -> None:
        self._node, self._base = node, base
        self._lists: dict[str, Sequence[str]] = {}
        self._entries: Sequence[ShownEntry] = ()
        self._shown = False

    @property
    def subscription(self) -> str:
        """The topics on which a list is set, or what rings is stopped."""
        return f"{self._base}/skills/+/set"

    def update(self, entries: Sequence[ShownEntry], lists: Mapping[str, Sequence[str]]) -> bool:
        """Take what there is now; returns whether the device has other components than before."""
        changed = not self._shown or lists.keys() != self._lists.keys()
        self._entries, self._lists, self._shown = entries, dict(lists), True
        return changed

    def states(self) -> list[Message]:
        """Return what is published, retained."""
        if not self._shown:
            return []
        waiting = [entry for entry in self._entries if entry.due_at is not None and entry.state == "waiting"]
        told = [
            {"kind": each.kind, "name": each.name, "due": _iso(each.due_at), "state": each.state}
            for each in self._entries[:MAX_SHOWN]
        ]
        following = min((entry.due_at for entry in waiting if entry.due_at is not None), default=None)
        ringing = any(entry.state == "ringing" for entry in self._entries)
        timers = {
            "count": sum(entry.kind == "timer" for entry in self._entries),
            "next": _iso(following),
            "ringing": "ON" if ringing else "OFF",
            "entries": told,
        }
        return [
            Message(f"{self._base}/skills/timers", json.dumps(timers, ensure_ascii=False)),
            *(Message(f"{self._base}/skills/{_slug(name)}", _text(items), 1) for name, items in self._lists.items()),
        ]

    def wished(self, topic: str, text: str) -> tuple[str, list[str]] | None:
        """Return which list is set to which items ("" to stop what rings); None for a topic of nobody's."""
        slug = topic.removeprefix(f"{self._base}/skills/").removesuffix("/set")
        if slug == "stop":
            return "", []
        name = next((name for name in self._lists if _slug(name) == slug), None)
        items = [item.strip().lower() for item in text.split(",")]
        return None if name is None else (name, [item for item in items if item])

    def components(self) -> dict[str, object]:
        """Return the components of the device."""
        if not self._shown:
            return {}
        timers = f"{self._base}/skills/timers"
        return {
            "timers": {
                "platform": "sensor",
                "name": "Timers",
                "unique_id": f"{self._node}_timers",
                "icon": "mdi:timer-outline",
                "state_topic": timers,
                "value_template": "{{ value_json.count }}",
                "json_attributes_topic": timers,
            },
            "next_timer": {
                "platform": "sensor",
                "name": "Next timer",
                "unique_id": f"{self._node}_next_timer",
                "device_class": "timestamp",
                "state_topic": timers,
                "value_template": "{{ value_json.next }}",
            },
            "ringing": {
                "platform": "binary_sensor",
                "name": "Alarm ringing",
                "unique_id": f"{self._node}_ringing",
                "state_topic": timers,
                "value_template": "{{ value_json.ringing }}",
            },
            "stop_ringing": {
                "platform": "button",
                "name": "Stop the alarm",
                "unique_id": f"{self._node}_stop_ringing",
                "icon": "mdi:alarm-off",
                "command_topic": f"{self._base}/skills/stop/set",
            },
            **{
                _slug(name): {
                    "platform": "text",
                    "name": f"{name.capitalize()} list",
                    "unique_id": f"{self._node}_{_slug(name)}",
                    "icon": "mdi:format-list-checks",
                    "state_topic": f"{self._base}/skills/{_slug(name)}",
                    "command_topic": f"{self._base}/skills/{_slug(name)}/set",
                    "max": MAX_TEXT,
                }
                for name in self._lists
            },
        }


def _text(items: Sequence[str]) -> str:
    """Return a list as a text of at most MAX_TEXT characters, whole items only."""
    text = ", ".join(items)
    while len(text) > MAX_TEXT:
        items = items[:-1]
        text = ", ".join([*items, "…"])
    return text


def _iso(stamp: float | None) -> str | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC).isoformat()


def _slug(name: str) -> str:
    return "list_" + re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
