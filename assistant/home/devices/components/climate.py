"""What keeps a temperature or a humidity: climate, water heater, humidifier."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.home.devices.announcement import AnnouncementError, Keys
from assistant.home.devices.components.component import (
    UNKNOWN,
    CommandError,
    Component,
    Decoder,
    Plan,
    Report,
    Service,
    chooses,
    one_of,
    puts_choice,
    puts_number,
    within,
)
from assistant.home.entities import Value

_CLIMATE_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")
_HEATER_MODES = ("off", "eco", "electric", "gas", "heat_pump", "high_demand", "performance")
_ACTIONS = ("off", "heating", "cooling", "drying", "idle", "fan", "preheating", "defrosting", "humidifying")

#: The modes that "turn on" means, most general first.
_ON_MODES = ("heat_cool", "heat", "cool", "auto", "dry", "fan_only", "performance", "eco", "electric", "gas")


def _chooses_mode(modes: tuple[str, ...]) -> Decoder:
    return chooses({mode: mode for mode in modes})


class _Thermostat(Component):
    """What climates and water heaters share: the mode is the value, temperatures are attributes."""

    default_modes: tuple[str, ...]
    default_limits: tuple[float, float]  # °C
    default_initial: float  # °C

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        fahrenheit = keys.choice("temperature_unit", "C", ("C", "F", "°C", "°F")).endswith("F")
        self.unit = "°F" if fahrenheit else "°C"
        low, high = (limit * 1.8 + 32 if fahrenheit else limit for limit in self.default_limits)
        self.minimum, self.maximum = low, high = keys.number("min_temp", low), keys.number("max_temp", high)
        if low > high:
            raise AnnouncementError("min_temp", "is above max_temp")
        self.accepts = within(low, high, self.unit, float)
        self.step = keys.number("temp_step", 1.0)
        self.lists["modes"] = keys.texts("modes", self.default_modes)
        heard = self.listen("mode_state_topic", _chooses_mode(self.lists["modes"]), *_templates("mode_state_template"))
        self.optimistic |= not heard
        self._temperatures()
        self._modes()
        self._power()

    def _temperatures(self) -> None:
        current = puts_number("current_temperature")
        self.listen("current_temperature_topic", current, *_templates("current_temperature_template"))
        topics: dict[str, Service] = {}
        for name in ("temperature", "temperature_low", "temperature_high"):
            self.listen(f"{name}_state_topic", puts_number(name), *_templates(f"{name}_state_template"))
            if self.sets(name, name, f"{name}_command_topic", f"{name}_command_template", self.accepts):
                topics[name] = self.services.pop(name)
        if "temperature" in topics:
            self.features.add("temperature")
            if "temperature" in self.unreported:
                self.initial["temperature"] = self.keys.number("initial", self.default_initial)
        if {"temperature_low", "temperature_high"} & topics.keys():
            self.features.add("temperature_range")
        if not topics:
            return

        def set_temperature(values: Mapping[str, Value], report: Report) -> Plan:
            plan = Plan()
            if values.get("mode") is not None and "set_mode" in self.services:
                plan = self.services["set_mode"](values, report)
            wanted = [name for name in topics if values.get(name) is not None]
            if not wanted:
                raise CommandError("it needs to be told the temperature")
            for name in wanted:
                one = topics[name](values, report)
                plan.messages += one.messages
                plan.expects |= one.expects
            return plan

        self.services["set_temperature"] = set_temperature

    def _modes(self) -> None:
        if self.sets(
            "set_mode",
            "mode",
            "mode_command_topic",
            "mode_command_template",
            one_of(self.lists["modes"]),
            expects="value",
        ):
            self.features.add("mode")

    def _power(self) -> None:
        """Add turn_on and turn_off: by the power topic where there is one, else by the mode."""
        keys = self.keys
        topic, template = keys.topic("power_command_topic"), keys.template("power_command_template")
        modes = self.lists["modes"]
        if topic:
            on, off = keys.text("payload_on", "ON"), keys.text("payload_off", "OFF")
            self.sends("turn_on", topic, on, template)
            self.sends("turn_off", topic, off, template, {"value": "off"})
            self.features.add("power")
        elif "set_mode" in self.services:
            set_mode = self.services["set_mode"]
            usual = next((mode for mode in _ON_MODES if mode in modes), None)
            if usual is not None:
                self.services["turn_on"] = lambda _values, report: set_mode({"mode": usual}, report)
            if "off" in modes:
                self.services["turn_off"] = lambda _values, report: set_mode({"mode": "off"}, report)


def _templates(key: str) -> tuple[str, str]:
    """Return the keys of a state's template: its own, else the one for all states."""
    return key, "value_template"


class Climate(_Thermostat):
    """Heating, cooling or both."""

    domain = "climate"
    default_modes = _CLIMATE_MODES
    default_limits = (7.0, 35.0)
    default_initial = 21.0

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.listen("action_topic", puts_choice("action", _ACTIONS), *_templates("action_template"))
        self.listen(
            "current_humidity_topic", puts_number("current_humidity", 0, 100), *_templates("current_humidity_template")
        )
        self._humidity()
        self._chosen("fan_mode", "fan_modes", ("auto", "low", "medium", "high"))
        self._chosen("swing_mode", "swing_modes", ("on", "off"))
        self._chosen("swing_horizontal_mode", "swing_horizontal_modes", ("on", "off"))
        self._chosen("preset_mode", "preset_modes", (), name="preset")
        if not self.listeners and not self.services:
            raise AnnouncementError("mode_command_topic", "is missing, and so is every other topic")

    def _chosen(self, key: str, list_key: str, default: tuple[str, ...], name: str | None = None) -> None:
        name = name or key
        choices = self.keys.texts(list_key, default)
        also = ("none",) if name == "preset" else ()
        own = f"{key}_value_template" if name == "preset" else f"{key}_state_template"
        self.listen(f"{key}_state_topic", puts_choice(name, (*choices, *also)), *_templates(own))
        if choices and self.sets(
            f"set_{name}", name, f"{key}_command_topic", f"{key}_command_template", one_of((*choices, *also))
        ):
            self.features.add(name)
            self.lists["presets" if name == "preset" else list_key] = choices

    def _humidity(self) -> None:
        low, high = self.keys.number("min_humidity", 30), self.keys.number("max_humidity", 99)
        self.listen(
            "target_humidity_state_topic",
            puts_number("humidity", low, high),
            *_templates("target_humidity_state_template"),
        )
        if self.sets(
            "set_humidity",
            "humidity",
            "target_humidity_command_topic",
            "target_humidity_command_template",
            within(low, high),
        ):
            self.features.add("humidity")


class WaterHeater(_Thermostat):
    """A boiler."""

    domain = "water_heater"
    default_modes = _HEATER_MODES
    default_limits = (43.3, 60.0)
    default_initial = 43.3


class Humidifier(Component):
    """A humidifier or dehumidifier: it is on or off, and keeps a humidity."""

    domain = "humidifier"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        on, off = keys.text("payload_on", "ON"), keys.text("payload_off", "OFF")
        self.minimum, self.maximum = keys.number("min_humidity", 0), keys.number("max_humidity", 100)
        if self.minimum >= self.maximum:
            raise AnnouncementError("min_humidity", "is not below max_humidity")
        self.switchable(keys.needed_topic("command_topic"), on, off, keys.template("command_template"))
        keys.needed_topic("target_humidity_command_topic")
        self.sets(
            "set_humidity",
            "humidity",
            "target_humidity_command_topic",
            "target_humidity_command_template",
            within(self.minimum, self.maximum),
        )
        self.features.add("humidity")
        heard = self.listen("state_topic", chooses({on: "on", off: "off"}), "state_value_template", "value_template")
        self.optimistic |= not heard
        reset = keys.text("payload_reset_humidity", UNKNOWN)
        self.listen(
            "current_humidity_topic", puts_number("current_humidity", 0, 100, reset), "current_humidity_template"
        )
        self.listen(
            "target_humidity_state_topic",
            puts_number("humidity", self.minimum, self.maximum, reset),
            "target_humidity_state_template",
        )
        self.listen("action_topic", puts_choice("action", _ACTIONS), "action_template")
        modes = keys.texts("modes")
        mode_reset = keys.text("payload_reset_mode", UNKNOWN)
        self.listen("mode_state_topic", puts_choice("mode", modes, mode_reset), "mode_state_template")
        if modes and self.sets("set_mode", "mode", "mode_command_topic", "mode_command_template", one_of(modes)):
            self.features.add("mode")
            self.lists["modes"] = modes
