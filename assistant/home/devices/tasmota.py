"""Tasmota's native discovery: from what a device says of itself to the announcements that Home Assistant would read.

`tasmota/discovery/<MAC>/config` (retained) holds its names, its topics and what its relays are;
`tasmota/discovery/<MAC>/sensors` one sample of every sensor (Tasmota, "SetOption19 0", file support_tasmota.ino).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.home.devices.discovery import MAX_ANNOUNCEMENT, Announcement, Found
from assistant.home.devices.discovery import log_refused as refuse
from assistant.home.entities import Message

#: What to subscribe to.
FILTERS = ("tasmota/discovery/+/config", "tasmota/discovery/+/sensors")

MAX_DEVICES = 2000  #: Tasmota devices
_MAX_RELAYS = 32
_MAX_SENSORS = 100  # values of one device

_TOPIC = re.compile(r"tasmota/discovery/([0-9A-Za-z]{4,32})/(config|sensors)", re.ASCII)

#: Kinds of relays in `rl`.
_RELAY, _LIGHT, _SHUTTER = 1, 2, 3

#: Class and unit of a sensor's value, by its key.
_SENSORS: dict[str, tuple[str | None, str | None]] = {
    "ApparentPower": ("apparent_power", "VA"),
    "Battery": ("battery", "%"),
    "CarbonDioxide": ("carbon_dioxide", "ppm"),
    "Current": ("current", "A"),
    "DewPoint": ("temperature", None),
    "Distance": ("distance", "cm"),
    "Factor": ("power_factor", None),
    "Frequency": ("frequency", "Hz"),
    "Humidity": ("humidity", "%"),
    "Illuminance": ("illuminance", "lx"),
    "PM10": ("pm10", "µg/m³"),
    "PM2.5": ("pm25", "µg/m³"),
    "Power": ("power", "W"),
    "Pressure": ("pressure", None),
    "ReactivePower": ("reactive_power", "var"),
    "Temperature": ("temperature", None),
    "Today": ("energy", "kWh"),
    "Total": ("energy", "kWh"),
    "Voltage": ("voltage", "V"),
    "Yesterday": ("energy", "kWh"),
    "eCO2": ("carbon_dioxide", "ppm"),
}
_NOT_SENSORS = frozenset(("Id", "TotalStartTime"))


@dataclass(slots=True)
class _Device:
    config: dict[str, Any] | None = None
    sensors: dict[str, Any] = field(default_factory=dict)
    query: Message | None = None


class Tasmota:
    """The Tasmota devices seen, by their MAC: what they announce comes in two messages, in any order."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}

    def query(self, key: str) -> Message | None:
        """Return what makes the device announced under `key` publish all its states at once."""
        parts = _TOPIC.fullmatch(key)
        device = self._devices.get(parts[1]) if parts else None
        return device.query if device else None

    def read(self, topic: str, payload: bytes) -> tuple[str, Found] | None:
        """Return under which key a device is announced, and what is; None where it is none.

        Logs what it cannot use, one line each.
        """
        parts = _TOPIC.fullmatch(topic)
        if not parts:
            return None
        mac, kind = parts.groups()
        key = f"tasmota/discovery/{mac}/config"
        if mac not in self._devices and len(self._devices) >= MAX_DEVICES:
            refuse(topic, "topic", f"is one device too many; at most {MAX_DEVICES} are kept")
            return None
        told: dict[str, Any] | None = None
        if payload:
            told = _object(topic, payload)
            if told is None:
                return None
        device = self._devices.setdefault(mac, _Device())
        if kind == "sensors":
            sample = (told or {}).get("sn")
            device.sensors = sample if isinstance(sample, dict) else {}
        else:
            device.config = told
        if device.config is None:
            if kind == "config":
                del self._devices[mac]
            return key, Found(everything=True)
        try:
            settings = _Settings(mac, device.config)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            refuse(topic, str(error).strip("'\"")[:50], "is missing or not as Tasmota announces it")
            return key, Found(everything=True)
        device.query = Message(f"{settings.command}/TelePeriod", "")
        announced = [
            Announcement((key, part), component, f"{settings.topic}_{part}", settings.common(part) | values, also)
            for component, part, values, also in _parts(settings, device.sensors)
        ]
        return key, Found(announced, everything=True)


def _object(topic: str, payload: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(payload) if len(payload) <= MAX_ANNOUNCEMENT else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        refuse(topic, "payload", "is not a JSON object of a size that is read")
        return None
    return told


def _list(config: Mapping[str, Any], key: str) -> list[Any]:
    value = config.get(key)
    return value if isinstance(value, list) else []


class _Settings:
    """What the config of a device says."""

    def __init__(self, mac: str, config: Mapping[str, Any]) -> None:
        self.mac = mac
        self.topic = str(config["t"])
        pattern = str(config["ft"])
        prefixes = list(config["tp"])
        command, status, telemetry = (
            pattern.replace("%prefix%", str(prefix)).replace("%topic%", self.topic).rstrip("/") for prefix in prefixes
        )
        self.command, self.status, self.telemetry = command, status, telemetry
        self.name = str(config.get("dn") or self.topic)
        self.relays = [int(relay) for relay in list(config["rl"])[:_MAX_RELAYS]]
        self.names = _list(config, "fn")
        self.on_off = tuple(str(state) for state in (_list(config, "state") or ["OFF", "ON"])[:2])[::-1]
        self.switches = [int(mode) for mode in _list(config, "swc")[:_MAX_RELAYS]]
        self.switch_names = _list(config, "swn")
        options = config.get("so")
        self.numbered = (isinstance(options, dict) and bool(options.get("26"))) or sum(
            relay > 0 for relay in self.relays
        ) > 1
        self.light_kind = int(config.get("lt_st") or 0)
        self.offline, self.online = str(config.get("ofln", "Offline")), str(config.get("onln", "Online"))
        self.device = {
            "connections": [["mac", mac]],
            "name": self.name,
            "manufacturer": "Tasmota",
            "model": config.get("md"),
            "sw_version": config.get("sw"),
        }

    def common(self, part: str) -> dict[str, Any]:
        return {
            "unique_id": f"{self.mac}_{part}",
            "device": self.device,
            "availability_topic": f"{self.telemetry}/LWT",
            "payload_available": self.online,
            "payload_not_available": self.offline,
        }

    def power(self, index: int) -> str:
        return f"POWER{index + 1}" if self.numbered else "POWER"

    def friendly(self, names: list[Any], index: int) -> str | None:
        name = names[index] if index < len(names) else None
        return str(name) if name and str(name) != self.name else None


_Part = tuple[str, str, dict[str, Any], dict[str, tuple[str, ...]]]


def _parts(settings: _Settings, sensors: Mapping[str, Any]) -> Iterator[_Part]:
    state, result = f"{settings.telemetry}/STATE", f"{settings.status}/RESULT"
    also: dict[str, tuple[str, ...]] = {state: (result,)}
    on, off = settings.on_off if len(settings.on_off) == 2 else ("ON", "OFF")
    shutters = 0
    for index, kind in enumerate(settings.relays):
        power = settings.power(index)
        switched: dict[str, Any] = {
            "name": settings.friendly(settings.names, index),
            "command_topic": f"{settings.command}/{power}",
            "state_topic": state,
            "payload_on": on,
            "payload_off": off,
        }
        template = _template(power)
        if kind == _RELAY:
            yield "switch", f"relay_{index + 1}", switched | {"value_template": template}, also
        elif kind == _LIGHT:
            light = switched | {"state_value_template": template} | _light(settings, state)
            yield "light", f"light_{index + 1}", light, also
        elif kind == _SHUTTER:
            shutters += 1
            if shutters % 2:  # a shutter has two relays
                yield "cover", f"shutter_{shutters // 2 + 1}", _shutter(settings, index, shutters // 2 + 1), {}
    for index, mode in enumerate(settings.switches):
        if mode in (1, 2):  # follows what is attached; the other modes are buttons
            yield "binary_sensor", f"switch_{index + 1}", _input(settings, index), {}
    yield from _sensors(settings, sensors)


def _template(*keys: str | int) -> str:
    steps = "".join(f"[{key}]" if isinstance(key, int) else f"['{key}']" for key in keys)
    return "{{ value_json" + steps + " }}"


def _light(settings: _Settings, state: str) -> dict[str, Any]:
    """Return the keys of a light of kind 1 (dimmer), 2 (white), 3 (colour), 4 (colour and white), 5 (all)."""
    keys: dict[str, Any] = {"on_command_type": "first"}
    if settings.light_kind:
        keys |= {
            "brightness_command_topic": f"{settings.command}/Dimmer",
            "brightness_state_topic": state,
            "brightness_scale": 100,
            "brightness_value_template": _template("Dimmer"),
        }
    if settings.light_kind in (2, 5):
        keys |= {
            "color_temp_command_topic": f"{settings.command}/CT",
            "color_temp_state_topic": state,
            "color_temp_value_template": _template("CT"),
            "min_mireds": 153,
            "max_mireds": 500,
        }
    if settings.light_kind >= 3:
        keys |= {
            "rgb_command_topic": f"{settings.command}/Color2",  # the colour at the brightness it has
            "hs_state_topic": state,
            "hs_value_template": "{{ value_json.HSBColor.split(',')[:2] | join(',') }}",
        }
    return keys


def _shutter(settings: _Settings, index: int, number: int) -> dict[str, Any]:
    state = f"{settings.status}/RESULT"
    return {
        "name": settings.friendly(settings.names, index),
        "device_class": "shutter",
        "command_topic": f"{settings.command}/Backlog",
        "payload_open": f"ShutterOpen{number}",
        "payload_close": f"ShutterClose{number}",
        "payload_stop": f"ShutterStop{number}",
        "position_topic": state,
        "position_template": _template(f"Shutter{number}", "Position"),
        "set_position_topic": f"{settings.command}/ShutterPosition{number}",
    }


def _input(settings: _Settings, index: int) -> dict[str, Any]:
    return {
        "name": settings.friendly(settings.switch_names, index) or f"Switch {index + 1}",
        "state_topic": f"{settings.status}/SWITCH{index + 1}",
        "value_template": _template("STATE"),
    }


def _sensors(settings: _Settings, sample: Mapping[str, Any]) -> Iterator[_Part]:
    units = {"Temperature": f"°{sample.get('TempUnit', 'C')}", "Pressure": sample.get("PressureUnit", "hPa")}
    units["DewPoint"] = units["Temperature"]
    count = 0
    for group, values in sample.items():
        if not isinstance(values, dict) or not _plain(group):
            continue
        for key, value in values.items():
            if key in _NOT_SENSORS or not _plain(key) or isinstance(value, dict):
                continue
            cells: list[tuple[str | int, ...]] = (
                [(group, key, cell) for cell in range(min(len(value), 6))]
                if isinstance(value, list)
                else [(group, key)]
            )
            for cell in cells:
                count += 1
                if count > _MAX_SENSORS:
                    return
                device_class, unit = _SENSORS.get(key, (None, None))
                suffix = f" {cell[2] + 1}" if len(cell) > 2 and isinstance(cell[2], int) else ""
                keys = {
                    "name": f"{group.title() if group.isalpha() else group} {key}{suffix}",
                    "state_topic": f"{settings.telemetry}/SENSOR",
                    "value_template": _template(*cell),
                    "device_class": device_class,
                    "unit_of_measurement": unit or units.get(key),
                }
                yield "sensor", "_".join(map(str, cell)).lower(), keys, {}


def _plain(key: object) -> bool:
    return isinstance(key, str) and re.fullmatch(r"[\w .:+-]{1,50}", key) is not None
