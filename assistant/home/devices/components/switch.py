"""What is switched: switch, fan, siren; and locks."""

from __future__ import annotations

import math
from collections.abc import Mapping

from assistant.home.devices.announcement import AnnouncementError, Keys
from assistant.home.devices.components.component import (
    UNKNOWN,
    CommandError,
    Component,
    Plan,
    Report,
    chooses,
    dump,
    needed,
    number_of,
    object_of,
    one_of,
    percent,
    puts_choice,
)
from assistant.home.entities import Message, Value


def _states(keys: Keys, on: str, off: str) -> dict[str, str | None]:
    """Return the payloads that a state is told in: those of the commands unless others are announced."""
    return {keys.text("state_on", on) or on: "on", keys.text("state_off", off) or off: "off"}


class Switch(Component):
    """A switch or an outlet."""

    domain = "switch"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        on, off = keys.text("payload_on", "ON"), keys.text("payload_off", "OFF")
        self.switchable(keys.needed_topic("command_topic"), on, off, keys.template("command_template"))
        self.optimistic |= not self.listen("state_topic", chooses(_states(keys, on, off)), "value_template")


class Fan(Component):
    """A fan: its speed is a percentage, whatever steps it counts in."""

    domain = "fan"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        on, off = keys.text("payload_on", "ON"), keys.text("payload_off", "OFF")
        self.low, self.high = keys.whole("speed_range_min", 1), keys.whole("speed_range_max", 100)
        if self.low >= self.high:
            raise AnnouncementError("speed_range_max", "must be above speed_range_min")
        self.switchable(keys.needed_topic("command_topic"), on, off, keys.template("command_template"))
        heard = self.listen("state_topic", chooses({on: "on", off: "off"}), "state_value_template", "value_template")
        self.optimistic |= not heard
        self.reset = keys.text("payload_reset_percentage", UNKNOWN)
        self.listen("percentage_state_topic", self._percentage, "percentage_value_template")
        if self.sets("_speed", "percentage", "percentage_command_topic", "percentage_command_template", self._speed):
            self.features.add("percentage")
            self.step = 100 / (self.high - self.low + 1)
            self.services["set_percentage"] = self._set_percentage
        self._preset()
        self._motion()
        self.switch_on = self.services["turn_on"]
        self.services["turn_on"] = self._turn_on
        self.set_speed = self.services.pop("_speed", None)

    def _preset(self) -> None:
        modes = self.keys.texts("preset_modes")
        reset = self.keys.text("payload_reset_preset_mode", UNKNOWN)
        self.listen("preset_mode_state_topic", puts_choice("preset", modes, reset), "preset_mode_value_template")
        if modes and self.sets(
            "set_preset", "preset", "preset_mode_command_topic", "preset_mode_command_template", one_of(modes)
        ):
            self.features.add("preset")
            self.lists["presets"] = modes

    def _motion(self) -> None:
        keys = self.keys
        swings = {
            keys.text("payload_oscillation_on", "oscillate_on"): True,
            keys.text("payload_oscillation_off", "oscillate_off"): False,
        }

        def swinging(report: Report, text: str) -> None:
            if text in swings:
                report.put("oscillating", swings[text])

        def swing(value: Value) -> tuple[object, Value]:
            return next(payload for payload, on in swings.items() if on is bool(value)), bool(value)

        self.listen("oscillation_state_topic", swinging, "oscillation_value_template")
        if len(swings) == 2 and self.sets(
            "oscillate", "oscillating", "oscillation_command_topic", "oscillation_command_template", swing
        ):
            self.features.add("oscillating")
        directions = ("forward", "reverse")
        self.listen("direction_state_topic", puts_choice("direction", directions), "direction_value_template")
        if self.sets(
            "set_direction", "direction", "direction_command_topic", "direction_command_template", one_of(directions)
        ):
            self.features.add("direction")

    def _percentage(self, report: Report, text: str) -> None:
        number = number_of(text)
        if text == self.reset:
            report.put("percentage", None)
        elif number is not None and self.low - 1 <= number <= self.high:
            report.put("percentage", int((number - self.low + 1) * 100 / (self.high - self.low + 1)))

    def _speed(self, value: Value) -> tuple[object, Value]:
        share = percent(value)
        return math.ceil((self.high - self.low + 1) * share / 100 + self.low - 1), share

    def _set_percentage(self, values: Mapping[str, Value], report: Report) -> Plan:
        if percent(needed(values, "percentage")) == 0:
            return self.services["turn_off"](values, report)
        assert self.set_speed
        return self.set_speed(values, report)

    def _turn_on(self, values: Mapping[str, Value], report: Report) -> Plan:
        if values.get("percentage") is not None and percent(values["percentage"]) == 0:
            return self.services["turn_off"](values, report)
        plan = self.switch_on(values, report)
        for name, service in (("percentage", "set_percentage"), ("preset", "set_preset")):
            if values.get(name) is not None:
                if service not in self.services:
                    raise CommandError(f"it has no {'speeds' if name == 'percentage' else 'presets'}")
                more = self.services[service](values, report)
                plan.messages += more.messages
                plan.expects |= more.expects
        return plan


class Siren(Component):
    """A siren; without a template its commands are JSON."""

    domain = "siren"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.on, self.off = keys.text("payload_on", "ON"), keys.text("payload_off", "OFF")
        self.states = _states(keys, self.on, self.off)
        self.topic = keys.needed_topic("command_topic")
        self.on_template = keys.template("command_template")
        self.off_template = keys.template("command_off_template", "command_template")
        self.lists["options"] = keys.texts("available_tones")
        self.extras = {
            "tone": bool(self.lists["options"]),
            "volume": keys.flag("support_volume_set", True),
            "duration": keys.flag("support_duration", True),
        }
        self.features |= {name for name, supported in self.extras.items() if supported}
        self.optimistic |= not self.listen("state_topic", self._state, "state_value_template", "value_template")
        self.services["turn_on"] = self._turn_on
        self.services["turn_off"] = lambda _values, _report: Plan(
            [self._command(self.off, {}, off=True)], {"value": "off"}
        )

    def _command(self, payload: str, extras: dict[str, object], *, off: bool = False) -> Message:
        variables = {"state": payload, **extras}
        template = self.off_template if off else self.on_template
        if template is None:
            return self.message(self.topic, dump(variables))
        return self.message(self.topic, payload, template, variables)

    def _turn_on(self, values: Mapping[str, Value], _report: Report) -> Plan:
        extras: dict[str, object] = {}
        expects: dict[str, Value] = {"value": "on"}
        if values.get("tone") is not None and self.extras["tone"]:
            extras["tone"] = expects["tone"] = str(one_of(self.lists["options"])(values["tone"])[0])
        if values.get("duration") is not None and self.extras["duration"]:
            extras["duration"] = values["duration"]
        if values.get("volume") is not None and self.extras["volume"]:
            expects["volume"] = percent(values["volume"])
            extras["volume_level"] = percent(values["volume"]) / 100
        return Plan([self._command(self.on, extras)], expects)

    def _state(self, report: Report, text: str) -> None:
        if text in self.states or text == UNKNOWN:
            report.set(self.states.get(text))
            return
        told = object_of(text) or {}
        if str(told.get("state")) in self.states:
            report.set(self.states[str(told["state"])])
        if isinstance(told.get("tone"), str):
            report.put("tone", str(told["tone"])[:100])
        for key, name, scale in (("volume_level", "volume", 100), ("duration", "duration", 1)):
            number = number_of(str(told.get(key)))
            if number is not None:
                report.put(name, round(number * scale))


class Lock(Component):
    """A lock; `unlatch` opens the door itself."""

    domain = "lock"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.topic = keys.needed_topic("command_topic")
        self.template = keys.template("command_template")
        reset = keys.text("payload_reset", UNKNOWN)
        states: dict[str, str | None] = {reset: None}
        for state in ("locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening"):
            states[keys.text(f"state_{state}", state.upper())] = state
        self.optimistic |= not self.listen("state_topic", chooses(states), "value_template")
        if "code_format" in keys:
            self.features.add("code")
        self._add("lock", keys.text("payload_lock", "LOCK"), "locked")
        self._add("unlock", keys.text("payload_unlock", "UNLOCK"), "unlocked")
        latch = keys.text_or_none("payload_open", None)
        if latch is not None:
            self._add("unlatch", latch, "open")

    def _add(self, service: str, payload: str, state: str) -> None:
        def plan(values: Mapping[str, Value], _report: Report) -> Plan:
            variables = {"code": values.get("code", self.code_given)}
            return Plan([self.message(self.topic, payload, self.template, variables)], {"value": state})

        self.services[service] = plan
