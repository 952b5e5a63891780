"""Lights, in the three schemas they are announced in: basic, json and template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.home.devices import colour_spaces as colours
from assistant.home.devices.announcement import AnnouncementError, Keys
from assistant.home.devices.components.component import (
    UNKNOWN,
    CommandError,
    Component,
    Plan,
    Report,
    as_number,
    chooses,
    dump,
    number_of,
    one_of,
    percent,
)
from assistant.home.devices.templates.template import Template
from assistant.home.entities import Message, Value

_MIN_KELVIN, _MAX_KELVIN = 2000, 6535  # Home Assistant's
_WHITES = {"rgbw": 4, "rgbww": 5}
_COLOURS = ("rgb", "rgbw", "rgbww", "hs", "xy")  # in the order in which a colour is sent as one of them
_VARIABLES = {
    "rgb": ("red", "green", "blue"),
    "rgbw": ("red", "green", "blue", "white"),
    "rgbww": ("red", "green", "blue", "cold_white", "warm_white"),
    "hs": ("hue", "sat"),
    "xy": ("x", "y"),
}
_JSON_KEYS = {"rgb": "rgb", "rgbw": "rgbw", "rgbww": "rgbcw", "hs": "hs", "xy": "xy"}


def light(keys: Keys) -> Component:
    """Return the light of an announcement, in its schema."""
    schema = keys.choice("schema", "basic", ("basic", "default", "json", "template", "mqtt_json", "mqtt_template"))
    kind = {"json": JsonLight, "mqtt_json": JsonLight, "template": TemplateLight, "mqtt_template": TemplateLight}
    return kind.get(schema, BasicLight)(keys)


class Light(Component):
    """What the schemas share: units, limits, and what a command may ask for."""

    domain = "light"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.command_topic = keys.needed_topic("command_topic")
        self.kelvin = keys.flag("color_temp_kelvin", False)
        warmest, coldest = keys.number_or_none("max_mireds"), keys.number_or_none("min_mireds")
        self.min_kelvin = colours.reciprocal(warmest) if warmest else keys.number("min_kelvin", _MIN_KELVIN)
        self.max_kelvin = colours.reciprocal(coldest) if coldest else keys.number("max_kelvin", _MAX_KELVIN)
        if self.min_kelvin > self.max_kelvin:
            raise AnnouncementError(
                "max_mireds" if warmest else "min_kelvin", "is on the wrong side of the other limit"
            )
        self.lists["effects"] = keys.texts("effect_list")
        self.services["turn_on"] = self._turn_on
        self.services["turn_off"] = self._turn_off

    def _limits(self) -> None:
        if "color_temp" in self.features:
            self.minimum, self.maximum = float(self.min_kelvin), float(self.max_kelvin)

    def turn_on(self, wanted: dict[str, Any], report: Report) -> list[Message]:
        """Return the messages that turn the light on as `wanted`, whose values are checked."""
        raise NotImplementedError

    def turn_off(self, wanted: dict[str, Any]) -> list[Message]:
        """Return the messages that turn the light off."""
        raise NotImplementedError

    def _turn_on(self, values: Mapping[str, Value], report: Report) -> Plan:
        wanted: dict[str, Any] = {key: values[key] for key in ("transition", "flash") if values.get(key) is not None}
        if values.get("brightness") is not None:
            self._able("brightness", "its brightness")
            wanted["brightness"] = percent(values["brightness"])
            if wanted["brightness"] == 0:
                return self._turn_off(values, report)
        if values.get("kelvin") is not None:
            self._able("color_temp", "its colour temperature")
            wanted["kelvin"] = round(as_number(values["kelvin"]))
        elif values.get("rgb") is not None:
            self._able("rgb", "its colour")
            wanted["rgb"] = _rgb(values["rgb"])
        if values.get("effect") is not None:
            self._able("effect", "effects")
            wanted["effect"] = one_of(self.lists["effects"])(values["effect"])[0]
        expects: dict[str, Value] = {
            key: wanted[key] for key in ("brightness", "kelvin", "rgb", "effect") if key in wanted
        }
        return Plan(self.turn_on(wanted, report), {"value": "on", **expects})

    def _turn_off(self, values: Mapping[str, Value], _report: Report) -> Plan:
        wanted = {key: values[key] for key in ("transition", "flash") if values.get(key) is not None}
        return Plan(self.turn_off(wanted), {"value": "off"})

    def _able(self, feature: str, what: str) -> None:
        if feature not in self.features:
            raise CommandError(f"it cannot change {what}" if feature != "effect" else "it has no effects")

    def temperature(self, kelvin: int) -> int:
        """Return a colour temperature as the device wants it: kelvin or mireds."""
        return kelvin if self.kelvin else colours.reciprocal(kelvin)

    def put_brightness(self, report: Report, value: Any, scale: float) -> None:
        """Take a brightness of the device, 0..`scale`; 0 is said by lights that are off and is ignored."""
        number = number_of(str(value))
        if number is not None and number > 0:
            report.put("brightness", max(1, round(min(number / scale, 1.0) * 100)))

    def put_temperature(self, report: Report, value: Any) -> None:
        """Take a colour temperature of the device; the light then has no colour."""
        number = number_of(str(value))
        if number is not None and number > 0:
            report.put("kelvin", round(number) if self.kelvin else colours.reciprocal(number))
            report.put("rgb", None)
            report.put("color_mode", "color_temp")

    def put_colour(self, report: Report, mode: str, channels: Sequence[float]) -> None:
        """Take a colour of the device, in the channels of `mode`; the light then has no colour temperature."""
        if mode == "hs" and len(channels) >= 2:
            rgb = colours.hs_to_rgb(channels[0], channels[1])
        elif mode == "xy" and len(channels) >= 2:
            rgb = colours.xy_to_rgb(channels[0], channels[1])
        elif len(channels) >= 3:
            whole = tuple(round(min(max(channel, 0), 255)) for channel in channels)
            rgb = colours.white_to_rgb(whole) if mode in _WHITES else (whole[0], whole[1], whole[2])
        else:
            return
        report.put("rgb", rgb)
        report.put("kelvin", None)
        report.put("color_mode", mode)


def _rgb(value: Value) -> colours.RGB:
    assert isinstance(value, tuple | list)
    red, green, blue = (round(as_number(channel)) for channel in value)
    return red, green, blue


def _of_255(share: float) -> int:
    """Return a brightness in percent as lights count it, 0..255."""
    return round(255 * share / 100)


def _scaled(share: float, scale: int) -> int:
    """Return a brightness in percent on the scale of a device, rounded as Home Assistant does; at least 1."""
    return max(1, min(round(_of_255(share) / 255 * scale), scale))


def _level(report: Report) -> int:
    """Return how bright the light says it is, in percent; full where it does not say."""
    brightness = report.attributes.get("brightness")
    return brightness if isinstance(brightness, int) else 100


def _channels(text: str) -> list[float]:
    numbers = [number_of(part) for part in text.split(",")[:5]]
    return [number for number in numbers if number is not None] if None not in numbers else []


def _device_colour(mode: str, rgb: colours.RGB) -> tuple[float, ...]:
    """Return `rgb` in the channels of a light's colour mode."""
    if mode == "hs":
        return colours.rgb_to_hs(rgb)
    if mode == "xy":
        return colours.rgb_to_xy(rgb)
    if mode == "rgbw":
        return colours.rgb_to_rgbw(rgb)
    if mode == "rgbww":
        red, green, blue, white = colours.rgb_to_rgbw(rgb)
        return red, green, blue, white, white
    return rgb


class BasicLight(Light):
    """A light with a topic for each of its values."""

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.on = keys.text("payload_on", "ON")
        self.off = keys.text("payload_off", "OFF")
        self.scale = keys.whole("brightness_scale", 255, 1)
        self.order = keys.choice("on_command_type", "last", ("first", "last", "brightness"))
        self.topics = {
            name: topic
            for name in ("brightness", "color_temp", "effect", *_COLOURS)
            if (topic := keys.topic(f"{name}_command_topic"))
        }
        self.templates = {name: keys.template(f"{name}_command_template") for name in self.topics}
        self.modes = [mode for mode in _COLOURS if mode in self.topics]
        self.features |= set(self.topics) - set(_COLOURS)
        if self.modes:
            self.features |= {"rgb", "brightness"}
        if self.modes and self.modes[0] in ("hs", "xy") and "brightness" not in self.topics:
            self.features.discard("brightness")
        self._limits()
        states = {self.on: "on", self.off: "off"}
        heard = self.listen("state_topic", chooses(states), "state_value_template", "value_template")
        self.optimistic |= not heard
        self.reports_brightness = self.listen(
            "brightness_state_topic",
            lambda report, text: self.put_brightness(report, text, self.scale),
            "brightness_value_template",
        )
        self.listen("color_temp_state_topic", self.put_temperature, "color_temp_value_template")
        self.listen("effect_state_topic", lambda report, text: report.put("effect", text), "effect_value_template")
        self.listen("color_mode_state_topic", self._color_mode, "color_mode_value_template")
        self.unreported = {
            {"color_temp": "kelvin"}.get(name, name)
            for name in ("brightness", "color_temp", "effect")
            if f"{name}_state_topic" not in keys
        }
        if not any(f"{mode}_state_topic" in keys for mode in _COLOURS):
            self.unreported.add("rgb")
        elif any(f"{mode}_state_topic" in keys for mode in ("rgb", "rgbw", "rgbww")):
            self.unreported.discard("brightness")
        for mode in _COLOURS:
            self.listen(f"{mode}_state_topic", self._colour(mode), f"{mode}_value_template")

    def _colour(self, mode: str) -> Any:
        def decode(report: Report, text: str) -> None:
            channels = _channels(text)
            if mode not in ("hs", "xy") and len(channels) >= 3 and not self.reports_brightness:
                top = max(channels)
                if top <= 0:
                    return
                self.put_brightness(report, top, 255)
                channels = [channel / top * 255 for channel in channels]
            self.put_colour(report, mode, channels)

        return decode

    @staticmethod
    def _color_mode(report: Report, text: str) -> None:
        report.put("color_mode", text)
        report.put("rgb" if text == "color_temp" else "kelvin", None)

    def _send(self, name: str, payload: object, **variables: Any) -> Message:
        return self.message(self.topics[name], payload, self.templates[name], variables)

    def _send_colour(self, rgb: colours.RGB, brightness: float) -> Message:
        mode = self.modes[0]
        channels = _device_colour(mode, rgb)
        if mode not in ("hs", "xy") and "brightness" not in self.topics:
            channels = tuple(int(channel * _of_255(brightness) / 255) for channel in channels)
        return self._send(mode, ",".join(map(str, channels)), **dict(zip(_VARIABLES[mode], channels, strict=True)))

    def turn_on(self, wanted: dict[str, Any], report: Report) -> list[Message]:  # noqa: D102
        on = Message(self.command_topic, self.on, self.qos)
        messages = [on] if self.order == "first" else []
        brightness = wanted.get("brightness")
        if self.order == "brightness" and brightness is None:
            brightness = _level(report)
        if "rgb" in wanted:
            messages.append(self._send_colour(wanted["rgb"], _level(report) if brightness is None else brightness))
        if brightness is not None and "brightness" in self.topics:
            messages.append(self._send("brightness", _scaled(brightness, self.scale)))
        elif brightness is not None and "rgb" not in wanted and self.modes:
            rgb = report.attributes.get("rgb")
            messages.append(self._send_colour(rgb if isinstance(rgb, tuple) else (255, 255, 255), brightness))
        if "kelvin" in wanted:
            messages.append(self._send("color_temp", self.temperature(wanted["kelvin"])))
        if "effect" in wanted:
            messages.append(self._send("effect", wanted["effect"]))
        if self.order == "last" or not messages:
            messages.append(on)
        return messages

    def turn_off(self, wanted: dict[str, Any]) -> list[Message]:  # noqa: ARG002, D102
        return [Message(self.command_topic, self.off, self.qos)]


class JsonLight(Light):
    """A light that speaks JSON: zigbee2mqtt, ESPHome, ESPresense and most firmware of today."""

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.scale = keys.whole("brightness_scale", 255, 1)
        modes = keys.texts("supported_color_modes")
        if not modes:  # what firmware before 2024 announces
            modes = tuple(mode for mode in ("rgb", "hs", "xy", "color_temp") if keys.flag(mode, False))
        unknown = set(modes) - {"onoff", "brightness", "color_temp", "white", *_COLOURS}
        if unknown:
            raise AnnouncementError("supported_color_modes", f"has the unknown {min(unknown)!r}")
        self.modes = [mode for mode in _COLOURS if mode in modes]
        self.dims = keys.flag("brightness", True)
        if set(modes) - {"onoff"} or (not modes and self.dims):
            self.features.add("brightness")
        if self.modes:
            self.features.add("rgb")
        if "color_temp" in modes:
            self.features.add("color_temp")
        if keys.flag("effect", bool(self.lists["effects"])):
            self.features.add("effect")
        self._limits()
        self.flashes = {"short": keys.number("flash_time_short", 2), "long": keys.number("flash_time_long", 10)}
        heard = self.listen("state_topic", self._state, "value_template", json=True)
        self.optimistic |= not heard

    def _state(self, report: Report, values: dict[str, Any]) -> None:
        if "state" in values:
            state = values["state"]
            known = {"ON": "on", "OFF": "off"}.get(str(state).upper())
            if known or state is None or state == UNKNOWN:
                report.set(known)
        if "brightness" in self.features:
            self.put_brightness(report, values.get("brightness"), self.scale)
        mode = values.get("color_mode")
        if mode == "color_temp" or (mode is None and "color" not in values):
            self.put_temperature(report, values.get("color_temp"))
        elif isinstance(values.get("color"), dict):
            self._colour(report, mode, values["color"])
        if isinstance(values.get("effect"), str):
            report.put("effect", values["effect"][:100])

    def _colour(self, report: Report, mode: Any, colour: dict[str, Any]) -> None:
        for candidate in (mode,) if mode in _JSON_KEYS else self.modes:
            channels = [number_of(str(colour.get(key))) for key in _JSON_KEYS[candidate]]
            if None not in channels:
                self.put_colour(report, candidate, [channel for channel in channels if channel is not None])
                return

    def _timing(self, wanted: dict[str, Any]) -> dict[str, Any]:
        timing = {"transition": wanted["transition"]} if "transition" in wanted else {}
        if "flash" in wanted:
            timing["flash"] = self.flashes.get(str(wanted["flash"]), wanted["flash"])
        return timing

    def turn_on(self, wanted: dict[str, Any], report: Report) -> list[Message]:  # noqa: ARG002, D102
        payload: dict[str, Any] = {"state": "ON"}
        brightness = wanted.get("brightness")
        if "rgb" in wanted:
            mode = self.modes[0]
            channels = _device_colour(mode, wanted["rgb"])
            if not self.dims and brightness is not None and mode not in ("hs", "xy"):
                channels = tuple(round(channel / 255 * _of_255(brightness)) for channel in channels)
                brightness = None
            payload["color"] = dict(zip(_JSON_KEYS[mode], channels, strict=False))
        payload.update(self._timing(wanted))
        if brightness is not None:
            payload["brightness"] = _scaled(brightness, self.scale)
        if "kelvin" in wanted:
            payload["color_temp"] = self.temperature(wanted["kelvin"])
        if "effect" in wanted:
            payload["effect"] = wanted["effect"]
        return [Message(self.command_topic, dump(payload), self.qos)]

    def turn_off(self, wanted: dict[str, Any]) -> list[Message]:  # noqa: D102
        return [Message(self.command_topic, dump({"state": "OFF", **self._timing(wanted)}), self.qos)]


class TemplateLight(Light):
    """A light whose messages are made and read by templates."""

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.on_template: Template = keys.needed_template("command_on_template")
        self.off_template: Template = keys.needed_template("command_off_template")
        has_colour = all(f"{channel}_template" in keys for channel in ("red", "green", "blue"))
        if "brightness_template" in keys:
            self.features.add("brightness")
        if "color_temp_template" in keys:
            self.features.add("color_temp")
        if has_colour:
            self.features.add("rgb")
        if self.lists["effects"]:
            self.features.add("effect")
        self._limits()
        heard = "state_template" in keys and self.listen(
            "state_topic", chooses({"on": "on", "off": "off"}), "state_template"
        )
        self.optimistic |= not heard
        if "brightness_template" in keys:
            self.listen(
                "state_topic", lambda report, text: self.put_brightness(report, text, 255), "brightness_template"
            )
        if "color_temp_template" in keys:
            self.listen("state_topic", self.put_temperature, "color_temp_template")
        if "effect_template" in keys:
            self.listen("state_topic", lambda report, text: report.put("effect", text), "effect_template")
        if has_colour:
            for index, channel in enumerate(("red", "green", "blue")):
                self.listen("state_topic", self._channel(index), f"{channel}_template")

    def _channel(self, index: int) -> Any:
        def decode(report: Report, text: str) -> None:
            value = number_of(text)
            if value is None:
                if text == UNKNOWN:
                    report.put("rgb", None)
                return
            known = report.attributes.get("rgb")
            rgb = list(known) if isinstance(known, tuple) else [0, 0, 0]
            rgb[index] = round(min(max(value, 0), 255))
            self.put_colour(report, "rgb", rgb)

        return decode

    def turn_on(self, wanted: dict[str, Any], report: Report) -> list[Message]:
        """Return the message of the template that turns on; it knows hue and saturation too."""
        variables: dict[str, Any] = {"state": True}
        if "brightness" in wanted:
            variables["brightness"] = _of_255(wanted["brightness"])
        if "kelvin" in wanted:
            variables["color_temp"] = self.temperature(wanted["kelvin"])
        if "rgb" in wanted:
            rgb = wanted["rgb"]
            if "brightness" not in self.features:
                level = wanted.get("brightness", _level(report)) / 100
                rgb = tuple(round(channel * level) for channel in rgb)
            variables |= dict(zip(("red", "green", "blue"), rgb, strict=True))
            variables |= dict(zip(("hue", "sat"), colours.rgb_to_hs(wanted["rgb"]), strict=True))
        variables |= {key: wanted[key] for key in ("effect", "flash", "transition") if key in wanted}
        return [self.message(self.command_topic, True, self.on_template, variables)]

    def turn_off(self, wanted: dict[str, Any]) -> list[Message]:
        """Return the message of the template that turns off."""
        return [self.message(self.command_topic, False, self.off_template, {"state": False, **wanted})]
