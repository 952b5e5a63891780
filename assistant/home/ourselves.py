"""Repartee as one device among the others: what it announces, what it reports of each turn, what it takes.

No I/O: messages are returned for Home to publish, and what comes is handed in. Home Assistant's device-based discovery
(MQTT integration, "Device discovery payload").
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from assistant.home.entities import Message
from assistant.home.shown_skills import ShownSkills
from engines.errors import ReparteeError
from engines.files import private_folder, write_whole

MAX_TEXT = 255  #: of a state in Home Assistant, characters; the whole text is in the attributes
MAX_ATTRIBUTE = 4000
#: Outcomes of a turn that its event reports.
OUTCOMES = ("answered", "abstained", "acted", "asked_back", "failed", "command")
_NODE_FILE = "home-device-id"

#: What a dashboard may ask for, and with which words.
Wish = Literal["say", "ask", "mute", "unmute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnReport:
    """What is told of a turn; `stages` are the milliseconds that each stage spent."""

    transcript: str
    spoken: str
    outcome: str
    stages: Mapping[str, float]
    total_ms: float


class Ourselves:
    """The assistant's own device. `stages` are the names of the stages whose latency is told."""

    def __init__(
        self,
        name: str,
        node: str,
        prefix: str,
        *,
        stages: Iterable[str],
        area: str = "",
        wished: Callable[[Wish, str], None] = lambda *_: None,
    ) -> None:
        """`wished` is called with "say" or "ask" and the words, and with "mute" or "unmute"."""
        self.node = node
        self.wished = wished
        self.muted = False
        self._name, self._area, self._stages = name, area, tuple(stages)
        self._base = f"repartee/{node}"
        self.skills = ShownSkills(node, self._base)
        self.skill_wished: Callable[[str, list[str]], None] = lambda *_: None  # a list's name and items
        self.discovery_topic = discovery_topic(prefix, node)
        self.will = Message(f"{self._base}/availability", "offline", 1)
        self._wishes: dict[str, Literal["say", "ask", "mute"]] = {
            f"{self._base}/say/set": "say",
            f"{self._base}/ask/set": "ask",
            f"{self._base}/mute/set": "mute",
        }

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The topics on which wishes come."""
        return (*self._wishes, self.skills.subscription)

    def owns(self, topic: str) -> bool:
        """Say whether a topic is one of ours, and no device's."""
        return topic == self.discovery_topic or topic.startswith(f"{self._base}/")

    def announcement(self) -> list[Message]:
        """Return what is published, retained, when a connection begins or somebody asks who is there."""
        return [
            Message(self.discovery_topic, json.dumps(self._config()), 1),
            Message(f"{self._base}/mute", "ON" if self.muted else "OFF", 1),
            *self.skills.states(),
            Message(self.will.topic, "online", 1),
        ]

    def removal(self) -> list[Message]:
        """Return what makes the device disappear from every dashboard, retained."""
        return [Message(self.discovery_topic, "", 1), Message(self.will.topic, "", 1)]

    def turn(self, report: TurnReport) -> list[tuple[Message, bool]]:
        """Return what is published after a turn, each with whether it is retained."""
        spent = {_slug(name): round(ms, 1) for name, ms in report.stages.items()} | {"total": round(report.total_ms, 1)}
        event = {
            "event_type": report.outcome if report.outcome in OUTCOMES else "failed",
            "transcript": report.transcript[:MAX_ATTRIBUTE],
            "answer": report.spoken[:MAX_ATTRIBUTE],
            "total_ms": spent["total"],
        }
        return [
            (Message(f"{self._base}/transcript", _text(report.transcript)), True),
            (Message(f"{self._base}/answer", _text(report.spoken)), True),
            (Message(f"{self._base}/stages", json.dumps(spent)), True),
            (Message(f"{self._base}/turn", json.dumps(event)), False),
        ]

    def mute(self, muted: bool) -> list[Message]:
        """Take a new position of the switch; return what is published, retained."""
        self.muted = muted
        return [Message(f"{self._base}/mute", "ON" if muted else "OFF", 1)]

    def receive(self, topic: str, payload: bytes, retained: bool) -> bool:
        """Take a message; return whether it was for us. A wish that is retained is an old one and is left alone."""
        wish = self._wishes.get(topic)
        if wish is None and not (topic.startswith(f"{self._base}/skills/") and topic.endswith("/set")):
            return self.owns(topic)
        words = " ".join(payload[: 4 * MAX_ATTRIBUTE].decode(errors="replace").split())[:MAX_ATTRIBUTE]
        if wish is None:
            wished = None if retained else self.skills.wished(topic, words)
            if wished is not None:
                self.skill_wished(*wished)
            return True
        if retained or not words:
            return True
        if wish != "mute":
            self.wished(wish, words)
        elif words in ("ON", "OFF"):
            self.wished("mute" if words == "ON" else "unmute", "")
        return True

    def _config(self) -> dict[str, object]:
        device: dict[str, object] = {
            "identifiers": [self.node],
            "name": self._name,
            "manufacturer": "Repartee",
            "model": "Voice assistant",
            "sw_version": metadata.version("repartee"),
        }
        if self._area:
            device["suggested_area"] = self._area
        return {
            "device": device,
            "origin": {"name": "Repartee", "sw": metadata.version("repartee")},
            "availability_topic": self.will.topic,
            "components": {
                "transcript": self._reports("Last transcript", "transcript"),
                "answer": self._reports("Last answer", "answer"),
                **{f"{_slug(stage)}_ms": self._latency(stage) for stage in (*self._stages, "total")},
                "mute": {
                    "platform": "switch",
                    "name": "Mute",
                    "unique_id": f"{self.node}_mute",
                    "icon": "mdi:microphone-off",
                    "state_topic": f"{self._base}/mute",
                    "command_topic": f"{self._base}/mute/set",
                },
                "say": self._takes("Say this", "say"),
                "ask": self._takes("Ask this", "ask"),
                "turn": {
                    "platform": "event",
                    "name": "Turn",
                    "unique_id": f"{self.node}_turn",
                    "state_topic": f"{self._base}/turn",
                    "event_types": list(OUTCOMES),
                },
                **self.skills.components(),
            },
        }

    def _reports(self, name: str, key: str) -> dict[str, object]:
        return {
            "platform": "sensor",
            "name": name,
            "unique_id": f"{self.node}_{key}",
            "state_topic": f"{self._base}/{key}",
            "value_template": "{{ value_json.text }}",
            "json_attributes_topic": f"{self._base}/{key}",
        }

    def _latency(self, stage: str) -> dict[str, object]:
        slug = _slug(stage)
        return {
            "platform": "sensor",
            "name": f"Latency {stage.replace('_', ' ')}",
            "unique_id": f"{self.node}_{slug}_ms",
            "state_topic": f"{self._base}/stages",
            "value_template": f"{{{{ value_json.{slug} | default(none) }}}}",
            "unit_of_measurement": "ms",
            "device_class": "duration",
            "state_class": "measurement",
            "entity_category": "diagnostic",
        }

    def _takes(self, name: str, key: str) -> dict[str, object]:
        return {
            "platform": "text",
            "name": name,
            "unique_id": f"{self.node}_{key}",
            "command_topic": f"{self._base}/{key}/set",
            "max": MAX_TEXT,
            "entity_category": "config",
        }


def node_id(folder: Path) -> str:
    """Return the name of this assistant among devices, made once and kept in the home folder."""
    file = folder / _NODE_FILE
    if (kept := known_node(folder)) is not None:
        return kept
    try:
        private_folder(folder)
        made = f"repartee_{secrets.token_hex(4)}"
        write_whole(file, f"{made}\n".encode(), private=True)
    except OSError as error:
        raise ReparteeError(f"{file}: cannot be written ({error.strerror}); check the folder.") from error
    return made


def known_node(folder: Path) -> str | None:
    """Return the name that was made before, None where none was."""
    try:
        kept = (folder / _NODE_FILE).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
    return kept if re.fullmatch(r"repartee_[0-9a-f]{8}", kept) else None


def discovery_topic(prefix: str, node: str) -> str:
    """Return where an assistant announces itself."""
    return f"{prefix}/device/{node}/config"


def _text(text: str) -> str:
    return json.dumps({"text": text[:MAX_TEXT], "full": text[:MAX_ATTRIBUTE]}, ensure_ascii=False)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "stage"
