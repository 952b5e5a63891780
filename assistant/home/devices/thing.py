"""One entity of the house with what makes it work, and how a message is taken into what it reports."""

from __future__ import annotations

import logging

from assistant.home.devices.availability import Condition
from assistant.home.devices.components.component import Component, Listener, Report, object_of
from assistant.home.devices.discovery import Announcement
from assistant.home.devices.naming import Identity
from assistant.home.devices.templates.template import Payload, about
from assistant.home.entities import Entity, State

_log = logging.getLogger(__name__)


class Thing:
    """An entity with what makes it work."""

    __slots__ = (
        "announcement",
        "available",
        "changed_at",
        "component",
        "conditions",
        "entity",
        "expired",
        "identity",
        "mode",
        "released",
        "report",
        "state",
        "timers",
        "topics",
    )

    def __init__(self, identity: Identity, announcement: Announcement, component: Component, entity: Entity) -> None:
        self.identity = identity
        self.announcement = announcement.read()
        self.component = component
        self.entity = entity
        self.report = Report()
        self.conditions: list[Condition] = []
        self.mode = "latest"
        self.available = True
        self.expired = component.expire_after > 0
        self.released = False
        self.changed_at = 0.0
        self.state: State | None = None
        self.topics: list[str] = []
        self.timers: dict[str, float] = {}  # "expire" and "off": when


def decoded(payload: bytes, encoding: str, messages: dict[str, Payload | None]) -> Payload | None:
    """Return the message in an encoding, read once for all who want it so; None where it is not in that encoding."""
    if encoding not in messages:
        try:
            text = payload.decode(encoding) if encoding else payload.decode("utf-8", "surrogateescape")
            messages[encoding] = Payload(text)
        except UnicodeDecodeError:
            messages[encoding] = None
    return messages[encoding]


def take(listener: Listener, message: Payload, thing: Thing) -> bool:
    """Let a listener take a message into the report; return whether it says anything to it."""
    template = listener.template
    told: object
    if template is None:
        told = message.json_object() if listener.json else message.text
    else:
        variables = _about(thing) if template.asks_about_itself else thing.component.variables
        text = (template.value if listener.strict else template.reading)(
            message, variables, whose=thing.entity.id
        ) or ""
        told = object_of(text) if listener.json else text
    if not told:
        return False
    try:
        listener.decode(thing.report, told)
    except (ValueError, TypeError, ArithmeticError) as error:
        _log.debug("A message on %s is not understood: %s", listener.topic, error)
        return False
    return True


def _about(thing: Thing) -> dict[str, object]:
    """Return the variables of a template that asks what its own entity is doing."""
    report = thing.report
    attributes = dict(report.attributes)
    for ours, theirs in (("position", "current_position"), ("tilt", "current_tilt_position")):
        if ours in attributes:
            attributes[theirs] = attributes[ours]
    state = "unknown" if report.value is None else str(report.value)
    return thing.component.variables | about(thing.entity.id, thing.entity.name, state, attributes)
