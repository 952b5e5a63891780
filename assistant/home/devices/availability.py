"""Whether an entity can be reached: by one topic or several, all of which must say so, or any, or the latest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.home.devices.announcement import AnnouncementError, Keys
from assistant.home.devices.templates.template import Payload, Template

MAX_CONDITIONS = 20  #: topics of one entity


@dataclass(slots=True, eq=False)
class Condition:
    """One topic that says "online" or "offline"; shared by all entities that announce it alike.

    `stamp` counts the messages of the house, so that the latest of several conditions is known.
    """

    topic: str
    template: Template | None
    online: str
    offline: str
    value: bool | None = None
    stamp: int = 0
    users: set[Any] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, str | None, str, str]:
        """Return what tells this condition from others."""
        return self.topic, self.template.source if self.template else None, self.online, self.offline

    def _whose(self) -> str:
        user = next(iter(self.users), None)
        return f"the availability of {user.entity.id}" if user else "an availability"

    def hear(self, payload: Payload, stamp: int) -> bool:
        """Take a message; return whether it says anything."""
        text = payload.text if self.template is None else self.template.reading(payload, whose=self._whose())
        if text not in (self.online, self.offline):
            return False
        self.value, self.stamp = text == self.online, stamp
        return True


def conditions(keys: Keys) -> list[Condition]:
    """Return the conditions that an entity announces. Raises AnnouncementError."""
    found: list[Condition] = []
    if "availability_topic" in keys:
        found.append(_condition(keys, "availability_topic", "availability_template"))
    listed = keys.values.get("availability")
    if listed is None:
        return found
    if not isinstance(listed, list) or len(listed) > MAX_CONDITIONS:
        raise AnnouncementError("availability", f"must be a list of at most {MAX_CONDITIONS} topics")
    for one in listed:
        if not isinstance(one, dict):
            raise AnnouncementError("availability", "must hold objects with a topic")
        try:
            found.append(_condition(Keys(one), "topic", "value_template"))
        except AnnouncementError as error:
            raise AnnouncementError(f"availability.{error.key}", str(error).removeprefix(f"{error.key} ")) from None
    return found


def _condition(keys: Keys, topic: str, template: str) -> Condition:
    return Condition(
        keys.needed_topic(topic),
        keys.template(template),
        keys.text("payload_available", "online"),
        keys.text("payload_not_available", "offline"),
    )


def available(found: list[Condition], mode: str) -> bool:
    """Return whether an entity with these conditions can be reached; one that was never told of cannot."""
    if not found:
        return True
    if mode == "all":
        return all(condition.value for condition in found)
    if mode == "any":
        return any(condition.value for condition in found)
    return bool(max(found, key=lambda condition: condition.stamp).value)
