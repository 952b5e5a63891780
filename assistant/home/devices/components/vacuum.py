"""What drives about: vacuums and lawn mowers."""

from __future__ import annotations

from typing import Any

from assistant.home.devices.announcement import Keys
from assistant.home.devices.components.component import (
    UNKNOWN,
    Component,
    Plan,
    Report,
    chooses,
    needed,
    one_of,
    puts_number,
)
from assistant.home.entities import Message

_STATES = ("cleaning", "docked", "paused", "idle", "returning", "error")
_DEFAULT_FEATURES = ("start", "stop", "return_home", "status", "battery", "clean_spot")

#: Service: the feature that announces it, its payload's key, the payload, and the state it leads to.
_COMMANDS = {
    "start": ("start", "payload_start", "start", "cleaning"),
    "pause": ("pause", "payload_pause", "pause", "paused"),
    "stop": ("stop", "payload_stop", "stop", "idle"),
    "return_home": ("return_home", "payload_return_to_base", "return_to_base", "returning"),
    "clean_spot": ("clean_spot", "payload_clean_spot", "clean_spot", "cleaning"),
    "locate": ("locate", "payload_locate", "locate", None),
}


class Vacuum(Component):
    """A vacuum; its state is JSON."""

    domain = "vacuum"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.listen("state_topic", self._state, json=True)
        supported = keys.texts("supported_features", _DEFAULT_FEATURES)
        topic = keys.topic("command_topic")
        for service, (feature, key, default, state) in _COMMANDS.items():
            if topic and feature in supported:
                self.sends(service, topic, keys.text(key, default), None, {"value": state} if state else None)
        speeds = keys.texts("fan_speed_list")
        if speeds and "fan_speed" in supported:
            self.sets("set_fan_speed", "fan_speed", "set_fan_speed_topic", None, one_of(speeds))
            self.lists["fan_modes"] = speeds
            self.features.add("fan_speed")
        send = keys.topic("send_command_topic")
        if send and "send_command" in supported:
            self.services["send_command"] = lambda values, _report: Plan(
                [Message(send, str(needed(values, "command")), self.qos)]
            )

    @staticmethod
    def _state(report: Report, told: dict[str, Any]) -> None:
        state = told.get("state")
        if state in _STATES:
            report.set(str(state))
        elif "state" in told and (state is None or state == UNKNOWN):
            report.set(None)
        puts_number("battery", 0, 100)(report, str(told.get("battery_level", "")))
        if isinstance(told.get("fan_speed"), str):
            report.put("fan_speed", told["fan_speed"][:100])


class LawnMower(Component):
    """A lawn mower."""

    domain = "lawn_mower"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        states: dict[str, str | None] = {state: state for state in ("mowing", "paused", "docked", "error", "returning")}
        self.optimistic |= not self.listen("activity_state_topic", chooses(states), "activity_value_template")
        for service, key, payload, state in (
            ("start", "start_mowing", "start_mowing", "mowing"),
            ("pause", "pause", "pause", "paused"),
            ("return_home", "dock", "dock", "returning"),
        ):
            topic, template = keys.topic(f"{key}_command_topic"), keys.template(f"{key}_command_template")
            if topic:
                self.sends(service, topic, payload, template, {"value": state})
