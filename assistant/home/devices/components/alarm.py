"""Alarm control panels."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.home.devices.announcement import Keys
from assistant.home.devices.components.component import CommandError, Component, Plan, Report, chooses
from assistant.home.entities import Value

_ARMED = ("arm_home", "arm_away", "arm_night", "arm_vacation", "arm_custom_bypass")
_STATES = (
    "disarmed armed_home armed_away armed_night armed_vacation armed_custom_bypass pending arming disarming triggered"
).split()
_REMOTE = ("REMOTE_CODE", "REMOTE_CODE_TEXT")


class AlarmControlPanel(Component):
    """An alarm panel. A code that the announcement holds is checked here, a remote one by the panel.

    Nobody has to say it: it is sent where the configuration has it, and never part of what is told of a command.
    """

    domain = "alarm_control_panel"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.topic = keys.needed_topic("command_topic")
        keys.needed_topic("state_topic")
        self.template = keys.template("command_template")
        self.code = keys.text_or_none("code", None)
        self.listen("state_topic", chooses({state: state for state in _STATES}), "value_template")
        supported = keys.texts("supported_features", (*_ARMED, "trigger"))
        for service in (*_ARMED, "disarm", "trigger"):
            if service == "disarm" or service in supported:
                self._add(service)
        if self.code is not None:
            self.features.add("code")

    def _add(self, service: str) -> None:
        keys = self.keys
        payload = keys.text(f"payload_{service}", service.upper())
        kind = {"disarm": "disarm", "trigger": "trigger"}.get(service, "arm")
        wants_code = keys.flag(f"code_{kind}_required", True)
        state = {"disarm": "disarmed", "trigger": "triggered"}.get(service, service.replace("arm_", "armed_"))

        def plan(values: Mapping[str, Value], _report: Report) -> Plan:
            code = values.get("code", self.code_given)
            if wants_code and not self._accepts(code):
                if code is None:
                    raise CommandError("it needs its code, and home.codes has none")
                is_said = "code" in values
                raise CommandError("that is not its code" if is_said else "home.codes has another code than it wants")
            variables = {"action": payload, "code": code}
            return Plan([self.message(self.topic, payload, self.template, variables)], {"value": state})

        self.services[service] = plan

    def _accepts(self, code: Value) -> bool:
        return self.code is None or str(code) == self.code or (self.code in _REMOTE and code is not None)
