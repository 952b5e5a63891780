"""From what is published under the discovery prefix to announcements, as Home Assistant's MQTT discovery describes it.

`<prefix>/<component>/[<node_id>/]<object_id>/config` announces one entity, `<prefix>/device/[<node_id>/]<object_id>/
config` a device with all its entities. Nothing here knows what a component's keys mean.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.home.devices import abbreviations as short
from assistant.home.devices.announcement import AnnouncementError, Keys
from assistant.home.devices.components.alarm import AlarmControlPanel
from assistant.home.devices.components.climate import Climate, Humidifier, WaterHeater
from assistant.home.devices.components.component import Component
from assistant.home.devices.components.controls import Button, Date, DateTime, Notify, Number, Scene, Select, Text, Time
from assistant.home.devices.components.cover import Cover, Valve
from assistant.home.devices.components.light import light
from assistant.home.devices.components.sensor import BinarySensor, DeviceTracker, Event, Sensor, Update
from assistant.home.devices.components.switch import Fan, Lock, Siren, Switch
from assistant.home.devices.components.vacuum import LawnMower, Vacuum

MAX_ANNOUNCEMENT = 262_144  #: bytes of an announcement
MAX_COMPONENTS = 1000  #: entities in the announcement of one device

_log = logging.getLogger(__name__)

#: Every component that becomes an entity.
COMPONENTS: dict[str, Callable[[Keys], Component]] = {
    "alarm_control_panel": AlarmControlPanel,
    "binary_sensor": BinarySensor,
    "button": Button,
    "climate": Climate,
    "cover": Cover,
    "date": Date,
    "datetime": DateTime,
    "device_tracker": DeviceTracker,
    "event": Event,
    "fan": Fan,
    "humidifier": Humidifier,
    "lawn_mower": LawnMower,
    "light": light,
    "lock": Lock,
    "notify": Notify,
    "number": Number,
    "scene": Scene,
    "select": Select,
    "sensor": Sensor,
    "siren": Siren,
    "switch": Switch,
    "text": Text,
    "time": Time,
    "update": Update,
    "vacuum": Vacuum,
    "valve": Valve,
    "water_heater": WaterHeater,
}

#: Components that are announced but are nothing in a house that one could ask for or move.
_SILENT = frozenset(("camera", "device_automation", "image", "infrared", "remote", "tag"))

#: What the root of a device's announcement says for all its components.
_SHARED = (
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "command_topic",
    "encoding",
    "payload_available",
    "payload_not_available",
    "qos",
    "state_topic",
)

_TOPIC = re.compile(r"(\w+)/(?:([\w-]+)/)?([\w-]+)/config", re.ASCII)


@dataclass(frozen=True, slots=True)
class Announcement:
    """One entity as it was announced: `key` tells it from every other, `values` are its keys, in long spelling."""

    key: tuple[str, str]  #: the topic, and the component's id inside a device's announcement
    component: str
    object_id: str
    values: Mapping[str, Any]
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: topics that say the same as a topic

    def read(self) -> Announcement:
        """Return this without its keys: what a device sent is not kept once it was read."""
        return Announcement(self.key, self.component, self.object_id, {}, self.also)


@dataclass(slots=True)
class Found:
    """What one message on a discovery topic says.

    `everything`: what the topic announced before and is not in `announcements` is gone. `released`: it lets go of
    its entities without removing them (`migrate_discovery`).
    """

    announcements: list[Announcement] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    everything: bool = False
    released: bool = False


def filters(prefix: str) -> tuple[str, ...]:
    """Return the topics to subscribe to for announcements under `prefix`."""
    return f"{prefix}/+/+/config", f"{prefix}/+/+/+/config"


def read(topic: str, prefix: str, payload: bytes) -> Found | None:
    """Return what a message says, or None where `topic` announces nothing. Logs what it cannot use: one line each."""
    parts = _TOPIC.fullmatch(topic[len(prefix) + 1 :])
    if not parts:
        if topic.endswith("/config"):
            log_refused(topic, "topic", "has characters other than letters, digits, - and _")
        return None
    component, _, object_id = parts.groups()
    if component in _SILENT:
        return None
    if component != "device" and component not in COMPONENTS:
        if payload:
            log_refused(topic, "component", f"{component} is not known")
        return None
    if not payload:
        return Found(everything=True)
    try:
        values = _object(payload)
        if values.get("migrate_discovery") is True:
            return Found(released=True)
        if component == "device":
            return _device(topic, object_id, values)
        return Found([Announcement((topic, ""), component, object_id, _single(values))], everything=True)
    except AnnouncementError as error:
        log_refused(topic, error.key, str(error).removeprefix(f"{error.key} "))
        return Found()


def build(announcement: Announcement) -> Component:
    """Return the component of an announcement. Raises AnnouncementError."""
    component = COMPONENTS[announcement.component](Keys(announcement.values))
    component.keys = Keys({})  # read: what a device sent is not kept
    return component


def refuse(announcement: Announcement, error: AnnouncementError) -> None:
    """Log that an announcement is skipped, and why."""
    topic, part = announcement.key
    key = f"{part}.{error.key}" if part else error.key
    log_refused(topic, key, str(error).removeprefix(f"{error.key} "))


def log_refused(topic: str, key: str, why: str) -> None:
    """Log that what a topic announces is skipped: one line with the topic, the key and what is wrong with it."""
    _log.warning("Announcement skipped: %.200s: %.100s %.200s", ascii(topic)[1:-1], key, why)


def _object(payload: bytes) -> dict[str, Any]:
    if len(payload) > MAX_ANNOUNCEMENT:
        raise AnnouncementError("payload", f"has {len(payload)} bytes; at most {MAX_ANNOUNCEMENT} are read")
    try:
        values = json.loads(payload)
    except (ValueError, RecursionError):
        raise AnnouncementError("payload", "is not JSON") from None
    if not isinstance(values, dict):
        raise AnnouncementError("payload", "is not a JSON object")
    return short.expand(values, short.ABBREVIATIONS)


def _single(values: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of one entity, with `~` and the abbreviations inside its keys written out."""
    _with_device(values)
    if isinstance(values.get("availability"), dict):
        values["availability"] = [values["availability"]]
    if isinstance(values.get("availability"), list):
        values["availability"] = [
            short.expand(one, short.ABBREVIATIONS) if isinstance(one, dict) else one for one in values["availability"]
        ]
    base = values.pop("~", None)
    if isinstance(base, str):
        _with_base(values, base)
    return values


def _with_device(values: dict[str, Any]) -> None:
    for key, names in (("device", short.DEVICE_ABBREVIATIONS), ("origin", short.ORIGIN_ABBREVIATIONS)):
        if isinstance(values.get(key), dict):
            values[key] = short.expand(values[key], names)


def _with_base(values: dict[str, Any], base: str) -> None:
    for key, value in values.items():
        if key.endswith("topic") and isinstance(value, str):
            values[key] = _based(value, base)
    for one in values["availability"] if isinstance(values.get("availability"), list) else ():
        if isinstance(one, dict) and isinstance(one.get("topic"), str):
            one["topic"] = _based(one["topic"], base)


def _based(topic: str, base: str) -> str:
    if topic.startswith("~"):
        return base + topic[1:]
    return topic[:-1] + base if topic.endswith("~") else topic


def _device(topic: str, object_id: str, root: dict[str, Any]) -> Found:
    _with_device(root)
    device, origin, components = root.get("device"), root.get("origin"), root.get("components")
    if not isinstance(device, dict) or not (device.get("identifiers") or device.get("connections")):
        raise AnnouncementError("device", "must have identifiers or connections")
    if not isinstance(origin, dict) or not origin.get("name"):
        raise AnnouncementError("origin", "must have a name")
    if not isinstance(components, dict):
        raise AnnouncementError("components", "must be an object")
    if len(components) > MAX_COMPONENTS:
        raise AnnouncementError("components", f"has {len(components)} entities; at most {MAX_COMPONENTS} are read")
    base = {"~": root["~"]} if "~" in root else {}
    shared = _single({key: root[key] for key in _SHARED if root.get(key) is not None} | base)
    found = Found()
    for part, keys in components.items():
        try:
            one = _component(topic, object_id, part, keys, shared | {"device": device}, base)
        except AnnouncementError as error:
            log_refused(topic, f"{part}.{error.key}", str(error).removeprefix(f"{error.key} "))
            continue
        if isinstance(one, Announcement):
            found.announcements.append(one)
        elif one:
            found.removed.append((topic, part))
    return found


def _component(
    topic: str, object_id: str, part: str, keys: Any, shared: dict[str, Any], base: dict[str, Any]
) -> Announcement | bool:
    """Return one component of a device, True where it is removed, False where it is nothing to us."""
    if not isinstance(keys, dict):
        raise AnnouncementError("components", "must hold objects")
    own = short.expand(keys, short.ABBREVIATIONS)
    platform = own.pop("platform", None)
    if not own:
        return True
    if not isinstance(platform, str):
        raise AnnouncementError("platform", "is missing or no text")
    if platform in _SILENT:
        return False
    if platform not in COMPONENTS:
        raise AnnouncementError("platform", f"{platform!r} is not known")
    if not own.get("unique_id"):
        raise AnnouncementError("unique_id", "is missing")
    return Announcement((topic, part), platform, f"{object_id}_{part}", shared | _single(base | own))
