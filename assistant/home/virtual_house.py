"""A virtual house: a dozen devices that announce themselves, take commands and behave, each in its own time.

No I/O: a house returns what it publishes, and takes what comes and the seconds that pass.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.home.entities import Message

BASE = "repartee-demo"


@dataclass(kw_only=True)
class Device:
    """One device; `state` is what it publishes as JSON, and subclasses say how it obeys and what time does to it."""

    name: str
    area: str
    component: str
    state: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)
    answers: bool = True  #: False for one that hears nothing

    @property
    def slug(self) -> str:
        """The device's part of its topics."""
        return self.name.lower().replace(" ", "_")

    @property
    def topic(self) -> str:
        """Where everything about the device is below."""
        return f"{BASE}/{self.slug}"

    def config(self) -> dict[str, Any]:
        """Return the announcement, as devices of today write it."""
        return {
            "name": None,
            "unique_id": f"{BASE}_{self.slug}",
            "availability_topic": f"{BASE}/availability",
            "device": {
                "identifiers": [f"{BASE}_{self.slug}"],
                "name": self.name,
                "manufacturer": "Repartee",
                "model": "Virtual device",
                "suggested_area": self.area,
            },
            "origin": {"name": "Repartee demo"},
        } | self.extra

    def command(self, what: str, payload: str) -> None:
        """Obey a command that came on `<topic>/<what>/set`; one that makes no sense is left alone."""

    def tick(self, seconds: float) -> None:
        """Let time pass."""

    def shown(self) -> tuple[str, float | None]:
        """Return the state in a word, and how much of it (0..1) where there is a measure."""
        return str(self.state.get("state", "")).lower(), None


class Light(Device):
    """A lamp with Home Assistant's JSON schema."""

    def config(self) -> dict[str, Any]:
        """Return the announcement of a JSON light."""
        return super().config() | {
            "schema": "json",
            "state_topic": f"{self.topic}/state",
            "command_topic": f"{self.topic}/light/set",
            "brightness": True,
            "supported_color_modes": ["rgb", "color_temp"] if "color" in self.state else ["color_temp"],
            "color_temp_kelvin": True,
            "min_kelvin": 2000,
            "max_kelvin": 6500,
        }

    def command(self, what: str, payload: str) -> None:  # noqa: ARG002
        """Obey {"state", "brightness", "color_temp", "color"}."""
        wanted = json.loads(payload)
        if wanted.get("state") in ("ON", "OFF"):
            self.state["state"] = wanted["state"]
        for key in ("brightness", "color_temp"):
            if isinstance(wanted.get(key), int | float) and math.isfinite(wanted[key]):
                self.state[key] = round(wanted[key])
        if "color_temp" in wanted:
            self.state["color_mode"] = "color_temp"
        if isinstance(wanted.get("color"), dict) and "color" in self.state:
            self.state["color"] = {key: int(wanted["color"].get(key, 0)) for key in "rgb"}
            self.state["color_mode"] = "rgb"

    def shown(self) -> tuple[str, float | None]:
        """Return on or off, and the brightness."""
        on = self.state["state"] == "ON"
        return ("on", self.state["brightness"] / 255) if on else ("off", None)


class Switch(Device):
    """What is on or off: ON and OFF on one topic."""

    def config(self) -> dict[str, Any]:
        """Return the announcement of a switch."""
        return super().config() | {
            "state_topic": f"{self.topic}/state",
            "value_template": "{{ value_json.state }}",
            "command_topic": f"{self.topic}/power/set",
        }

    def command(self, what: str, payload: str) -> None:  # noqa: ARG002
        """Obey ON and OFF."""
        if payload in ("ON", "OFF"):
            self.state["state"] = payload


class Sensor(Device):
    """What only reports. A temperature and a humidity drift."""

    def config(self) -> dict[str, Any]:
        """Return the announcement of a sensor."""
        return super().config() | {
            "state_topic": f"{self.topic}/state",
            "value_template": "{{ value_json.state }}",
        }

    def tick(self, seconds: float) -> None:
        """Let a measured value swing slowly around where it began."""
        if self.component == "sensor":
            self.state["clock"] = self.state.get("clock", 0.0) + seconds
            self.state["state"] = round(self.state["mean"] + math.sin(self.state["clock"] / 60), 1)

    def shown(self) -> tuple[str, float | None]:
        """Return the value with its unit, or open and closed."""
        if self.component == "binary_sensor":
            return ("open" if self.state["state"] == "ON" else "closed"), None
        return f"{self.state['state']} {self.extra.get('unit_of_measurement', '')}".strip(), None


class Cover(Device):
    """A blind or a garage door: it needs `seconds` from end to end and reports every step."""

    seconds = 8.0

    def config(self) -> dict[str, Any]:
        """Return the announcement of a cover with positions."""
        return super().config() | {
            "state_topic": f"{self.topic}/state",
            "value_template": "{{ value_json.state }}",
            "command_topic": f"{self.topic}/move/set",
            "position_topic": f"{self.topic}/state",
            "position_template": "{{ value_json.position }}",
            "set_position_topic": f"{self.topic}/position/set",
        }

    def command(self, what: str, payload: str) -> None:
        """Obey OPEN, CLOSE, STOP and a position."""
        target = {"OPEN": 100.0, "CLOSE": 0.0, "STOP": float(self.state["position"])}.get(payload)
        if what == "position":
            target = _number(payload, 0.0, 100.0)
        if target is not None:
            self.state["target"] = target
            self._settle()

    def tick(self, seconds: float) -> None:
        """Move towards where it was sent."""
        way = self.state["target"] - self.state["position"]
        step = 100 * seconds / self.seconds
        self.state["position"] = round(self.state["position"] + min(max(way, -step), step), 1)
        self._settle()

    def _settle(self) -> None:
        way = self.state["target"] - self.state["position"]
        if way:
            self.state["state"] = "opening" if way > 0 else "closing"
        else:
            self.state["state"] = "open" if self.state["position"] else "closed"

    def shown(self) -> tuple[str, float | None]:
        """Return the state and how far it is open."""
        return self.state["state"], self.state["position"] / 100


class Lock(Device):
    """A lock that needs two seconds to turn."""

    def config(self) -> dict[str, Any]:
        """Return the announcement of a lock."""
        return super().config() | {
            "state_topic": f"{self.topic}/state",
            "value_template": "{{ value_json.state }}",
            "command_topic": f"{self.topic}/bolt/set",
        }

    def command(self, what: str, payload: str) -> None:  # noqa: ARG002
        """Obey LOCK and UNLOCK."""
        if payload in ("LOCK", "UNLOCK"):
            self.state |= {"state": f"{payload}ING", "left": 2.0}

    def tick(self, seconds: float) -> None:
        """Turn the bolt."""
        if self.state["state"].endswith("ING"):
            self.state["left"] -= seconds
            if self.state["left"] <= 0:
                self.state |= {"state": self.state["state"].removesuffix("ING") + "ED", "left": 0.0}


class Thermostat(Device):
    """A heater: the room follows what it is set to, a tenth of a degree a second."""

    def config(self) -> dict[str, Any]:
        """Return the announcement of a climate device."""
        topic = self.topic
        return super().config() | {
            "modes": ["off", "heat", "auto"],
            "mode_state_topic": f"{topic}/state",
            "mode_state_template": "{{ value_json.state }}",
            "mode_command_topic": f"{topic}/mode/set",
            "temperature_state_topic": f"{topic}/state",
            "temperature_state_template": "{{ value_json.target }}",
            "temperature_command_topic": f"{topic}/temperature/set",
            "current_temperature_topic": f"{topic}/state",
            "current_temperature_template": "{{ value_json.current }}",
            "action_topic": f"{topic}/state",
            "action_template": "{{ value_json.action }}",
            "temperature_unit": "C",
            "min_temp": 5,
            "max_temp": 30,
            "temp_step": 0.5,
        }

    def command(self, what: str, payload: str) -> None:
        """Obey a mode and a temperature."""
        if what == "mode" and payload in ("off", "heat", "auto"):
            self.state["state"] = payload
        elif what == "temperature":
            self.state["target"] = _number(payload, 5.0, 30.0)
        self._act()

    def tick(self, seconds: float) -> None:
        """Warm the room up, or let it cool."""
        heating = self.state["state"] != "off" and self.state["current"] < self.state["target"]
        limit = self.state["target"] if heating else 17.0
        step = (0.1 if heating else -0.01) * seconds
        now = self.state["current"] + step
        self.state["current"] = round(min(now, limit) if heating else max(now, min(limit, self.state["current"])), 2)
        self._act()

    def _act(self) -> None:
        warm = self.state["current"] >= self.state["target"]
        self.state["action"] = "off" if self.state["state"] == "off" else "idle" if warm else "heating"

    def shown(self) -> tuple[str, float | None]:
        """Return the mode, what it aims at and what it measures."""
        if self.state["state"] == "off":
            return f"off, {self.state['current']:.1f} °C", None
        return f"{self.state['action']} to {self.state['target']:g}, {self.state['current']:.1f} °C", None


class Fan(Device):
    """A fan with speeds."""

    def config(self) -> dict[str, Any]:
        """Return the announcement of a fan."""
        return super().config() | {
            "state_topic": f"{self.topic}/state",
            "state_value_template": "{{ value_json.state }}",
            "command_topic": f"{self.topic}/power/set",
            "percentage_state_topic": f"{self.topic}/state",
            "percentage_value_template": "{{ value_json.percentage }}",
            "percentage_command_topic": f"{self.topic}/percentage/set",
        }

    def command(self, what: str, payload: str) -> None:
        """Obey ON, OFF and a speed."""
        if what == "power" and payload in ("ON", "OFF"):
            self.state["state"] = payload
            if payload == "ON" and not self.state["percentage"]:
                self.state["percentage"] = 50
        elif what == "percentage":
            self.state["percentage"] = round(_number(payload, 0.0, 100.0))
            self.state["state"] = "ON" if self.state["percentage"] else "OFF"

    def shown(self) -> tuple[str, float | None]:
        """Return on or off, and the speed."""
        on = self.state["state"] == "ON"
        return ("on", self.state["percentage"] / 100) if on else ("off", None)


class House:
    """The devices together, on one broker."""

    def __init__(self, prefix: str = "homeassistant", *, silent: tuple[str, ...] = ()) -> None:
        """`silent` names devices that will not answer."""
        self.prefix = prefix
        self.devices = list(_devices())
        self.will = Message(f"{BASE}/availability", "offline", 1)
        self.subscriptions = (f"{BASE}/+/+/set", f"{prefix}/status")
        self._by_slug = {device.slug: device for device in self.devices}
        self._said: dict[str, str] = {}
        for device in self.devices:
            device.answers = device.name.lower() not in {name.lower() for name in silent}

    def announcement(self) -> list[Message]:
        """Return what is published, retained, when a connection begins: announcements, states, availability."""
        self._said.clear()
        configs = [Message(self._config_topic(device), json.dumps(device.config()), 1) for device in self.devices]
        return [*configs, *self.news(), Message(self.will.topic, "online", 1)]

    def removal(self) -> list[Message]:
        """Return what takes every trace of the house off the broker, retained."""
        topics = [self._config_topic(device) for device in self.devices]
        states = [f"{device.topic}/state" for device in self.devices]
        return [Message(topic, "", 1) for topic in (*topics, *states, self.will.topic)]

    def news(self) -> list[Message]:
        """Return the states that changed since they were last asked for, to be published retained."""
        changed = []
        for device in self.devices:
            text = json.dumps({key: value for key, value in device.state.items() if key not in _INNER})
            if self._said.get(device.slug) != text:
                self._said[device.slug] = text
                changed.append(Message(f"{device.topic}/state", text, 1))
        return changed

    def receive(self, topic: str, payload: str) -> Device | None:
        """Obey a command; return the device it was for."""
        _, slug, what, _ = (topic.split("/") + [""] * 4)[:4]
        device = self._by_slug.get(slug)
        if device is not None and device.answers:
            try:
                device.command(what, payload)
            except (ValueError, TypeError, AttributeError, RecursionError):  # real devices ignore nonsense, too
                return None
        return device

    def tick(self, seconds: float) -> None:
        """Let time pass in the house."""
        for device in self.devices:
            device.tick(seconds)

    def _config_topic(self, device: Device) -> str:
        return f"{self.prefix}/{device.component}/{BASE}_{device.slug}/config"


def _number(payload: str, low: float, high: float) -> float:
    number = float(payload)
    if not math.isfinite(number):
        raise ValueError(payload)
    return min(max(number, low), high)


_INNER = frozenset({"left", "clock", "mean"})


def _devices() -> Iterator[Device]:
    white = {"state": "OFF", "brightness": 180, "color_mode": "color_temp", "color_temp": 3000}
    coloured = white | {"color": {"r": 255, "g": 180, "b": 100}}
    for name, area, state in (
        ("Ceiling Light", "Living Room", white | {"state": "ON"}),
        ("Sofa Lamp", "Living Room", coloured),
        ("Kitchen Light", "Kitchen", white | {"state": "ON"}),
        ("Bedside Lamp", "Bedroom", coloured),
        ("Landing Lamp", "Landing", white),
    ):
        yield Light(name=name, area=area, component="light", state=dict(state))
    outlet = {"device_class": "outlet"}
    yield Switch(name="Fridge", area="Kitchen", component="switch", state={"state": "ON"}, extra=outlet)
    yield Switch(name="Coffee Machine", area="Kitchen", component="switch", state={"state": "OFF"}, extra=outlet)
    blinds = {"state": "open", "position": 100.0, "target": 100.0}
    shut = {"state": "closed", "position": 0.0, "target": 0.0}
    yield Cover(
        name="Blinds", area="Living Room", component="cover", state=dict(blinds), extra={"device_class": "blind"}
    )
    yield Cover(
        name="Garage Door", area="Garage", component="cover", state=dict(shut), extra={"device_class": "garage"}
    )
    yield Lock(name="Front Door", area="Hall", component="lock", state={"state": "LOCKED", "left": 0.0})
    yield Thermostat(
        name="Bedroom Heating",
        area="Bedroom",
        component="climate",
        state={"state": "heat", "target": 19.0, "current": 19.0, "action": "idle"},
    )
    yield Fan(name="Bedroom Fan", area="Bedroom", component="fan", state={"state": "OFF", "percentage": 0})
    yield Sensor(
        name="Kitchen Window",
        area="Kitchen",
        component="binary_sensor",
        state={"state": "ON"},
        extra={"device_class": "window"},
    )
    yield Sensor(
        name="Kitchen Temperature",
        area="Kitchen",
        component="sensor",
        state={"state": 21.0, "mean": 21.0},
        extra={"device_class": "temperature", "unit_of_measurement": "°C", "state_class": "measurement"},
    )
