"""What only reports: sensors, binary sensors, events, trackers, and updates (which can be installed)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from assistant.home.devices.announcement import AnnouncementError, Keys, clean
from assistant.home.devices.components.component import (
    MAX_STATE,
    UNKNOWN,
    Component,
    Report,
    chooses,
    number_of,
    object_of,
    puts_number,
)

#: Classes of sensors whose states are texts.
_TEXT_CLASSES = frozenset(("date", "enum", "timestamp", "uptime"))
_MOMENTS = frozenset(("date", "timestamp", "uptime"))  # those of them that are ISO 8601


class Sensor(Component):
    """A sensor: a number where it announces what it measures, else a number or a text."""

    domain = "sensor"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        keys.needed_topic("state_topic")
        self.unit = keys.name("unit_of_measurement")
        self.lists["options"] = options = keys.texts("options")
        numeric = self.device_class not in _TEXT_CLASSES and not options
        self.numeric = numeric and (self.unit is not None or "state_class" in keys or self.device_class is not None)
        self.text = self.device_class in _TEXT_CLASSES or bool(options)
        self.listen("state_topic", self._state, "value_template", strict=True)

    def _state(self, report: Report, text: str) -> None:
        number = None if self.text else _number(text, strict=not self.numeric)
        if text in (UNKNOWN, "unknown", "unavailable"):
            report.set(None)
        elif number is not None:
            report.set(number)
        elif self._is_text(text):
            report.set(clean(text, MAX_STATE))

    def _is_text(self, text: str) -> bool:
        """Return whether a text is one that the sensor may say."""
        options = self.lists["options"]
        if self.numeric or (options and text not in options):
            return False
        return self.device_class not in _MOMENTS or _is_moment(text)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(text: str, *, strict: bool) -> float | None:
    """Return the number of a state. `strict`: only one written as a number would be, so that "007" stays a text."""
    number = number_of(text)
    if number is None:
        return None
    if "." not in text and "e" not in text.lower():
        whole = int(number) if abs(number) < 1e15 else number
        return whole if not strict or str(whole) == text else None
    return number if not strict or str(number) == text else None


class BinarySensor(Component):
    """A sensor that is on or off: a door that is open, a motion that is seen."""

    domain = "binary_sensor"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        keys.needed_topic("state_topic")
        self.off_delay = keys.number("off_delay", 0)
        states: dict[str, str | None] = {keys.text("payload_on", "ON"): "on", keys.text("payload_off", "OFF"): "off"}
        self.listen("state_topic", chooses(states), "value_template")


class Event(Component):
    """Something that happens: the state is the kind of the last event."""

    domain = "event"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        keys.needed_topic("state_topic")
        self.lists["options"] = keys.texts("event_types")
        if not self.lists["options"]:
            raise AnnouncementError("event_types", "is missing")
        self.listen("state_topic", self._event, "value_template", live=True)

    def _event(self, report: Report, text: str) -> None:
        kind = (object_of(text) or {}).get("event_type")
        if kind in self.lists["options"]:
            report.set(str(kind))
            report.changed = True  # the same again is another event


class DeviceTracker(Component):
    """Where somebody is: "home", "not_home" or the name of a place."""

    domain = "device_tracker"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        if "json_attributes_topic" not in keys:
            keys.needed_topic("state_topic")
        known = {
            keys.text("payload_home", "home"): "home",
            keys.text("payload_not_home", "not_home"): "not_home",
            keys.text("payload_reset", UNKNOWN): None,
        }
        self.listen(
            "state_topic", lambda report, text: report.set(known.get(text, clean(text, MAX_STATE))), "value_template"
        )


class Update(Component):
    """Firmware: on while there is a newer version."""

    domain = "update"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.listen("state_topic", self._state, "value_template")
        self.listen(
            "latest_version_topic", lambda report, text: self._versions(report, latest=text), "latest_version_template"
        )
        topic, payload = keys.topic("command_topic"), keys.text_or_none("payload_install", None)
        if topic and payload is not None:
            self.sends("install", topic, payload)

    def _state(self, report: Report, text: str) -> None:
        told: dict[str, Any] | None = object_of(text)
        if told is None:
            self._versions(report, installed=text)
            return
        self._versions(report, installed=told.get("installed_version"), latest=told.get("latest_version"))
        puts_number("progress")(report, str(told.get("update_percentage")))

    @staticmethod
    def _versions(report: Report, installed: Any = None, latest: Any = None) -> None:
        for name, version in (("installed_version", installed), ("latest_version", latest)):
            if version is not None:
                report.put(name, clean(str(version)))
        known = [report.attributes.get(name) for name in ("installed_version", "latest_version")]
        if None not in known:
            report.set("on" if _is_newer(str(known[1]), str(known[0])) else "off")


def _is_newer(latest: str, installed: str) -> bool:
    """Return whether a version is newer than another; of versions that are not numbers, whether it is another one."""
    versions = [re.sub("^[vV](?=[0-9])", "", version).split(".") for version in (latest, installed)]
    if all(re.fullmatch("[0-9]{1,9}", part) for version in versions for part in version):
        one, other = ([int(part) for part in version] for version in versions)
        return one > other
    return latest != installed
