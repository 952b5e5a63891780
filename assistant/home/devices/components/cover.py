"""What opens and closes: covers (blinds, curtains, garage doors) and valves."""

from __future__ import annotations

from typing import Any

from assistant.home.devices.announcement import AnnouncementError, Keys
from assistant.home.devices.components.component import (
    UNKNOWN,
    Component,
    Plan,
    Report,
    chooses,
    from_range,
    needed,
    number_of,
    object_of,
    percent,
    to_range,
)
from assistant.home.entities import Value

_OPEN: dict[str, Value] = {"value": "open"}
_CLOSED: dict[str, Value] = {"value": "closed"}


class Cover(Component):
    """A cover; its positions and tilts are percent open, whatever numbers the device counts in."""

    domain = "cover"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.closed_at, self.open_at = keys.number("position_closed", 0), keys.number("position_open", 100)
        self.tilt_low, self.tilt_high = keys.number("tilt_min", 0), keys.number("tilt_max", 100)
        if self.closed_at == self.open_at:
            raise AnnouncementError("position_open", "must differ from position_closed")
        if self.tilt_low == self.tilt_high:
            raise AnnouncementError("tilt_max", "must differ from tilt_min")
        self.variables = self._variables()
        self._listen()
        self._move()
        self._tilt()
        if not self.services and not self.listeners:
            raise AnnouncementError("command_topic", "is missing, and so is every other topic")

    def _listen(self) -> None:
        keys = self.keys
        self.stopped = keys.text("state_stopped", "stopped")
        self.states: dict[str, str | None] = {
            keys.text("state_open", "open"): "open",
            keys.text("state_opening", "opening"): "opening",
            keys.text("state_closed", "closed"): "closed",
            keys.text("state_closing", "closing"): "closing",
            UNKNOWN: None,
        }
        has_position = "position_topic" in keys
        self.has_state = self.listen("state_topic", self._state, "value_template")
        template = () if "position_template" not in keys and self.has_state else ("value_template",)
        self.listen("position_topic", self._position, "position_template", *template)
        self.listen("tilt_status_topic", self._tilted, "tilt_status_template")
        self.optimistic |= not self.has_state and not has_position
        self.unreported = {
            name for name, key in (("position", "position_topic"), ("tilt", "tilt_status_topic")) if key not in keys
        }
        if has_position:
            self.features.add("position")
        if "tilt_status_topic" in keys:
            self.features.add("tilt")

    def _move(self) -> None:
        keys = self.keys
        topic = keys.topic("command_topic")
        for service, default, wanted in (("open", "OPEN", _OPEN), ("close", "CLOSE", _CLOSED), ("stop", "STOP", {})):
            payload = keys.text_or_none(f"payload_{service}", default)
            if topic and payload is not None:
                self.sends(service, topic, payload, None, wanted)
        self.set_topic = keys.topic("set_position_topic")
        self.set_template = keys.template("set_position_template")
        if self.set_topic:
            self.features.add("position")
            self.services["set_position"] = lambda values, _report: self._go(percent(needed(values, "position")))
            self.services.setdefault("open", lambda _values, _report: self._go(100))
            self.services.setdefault("close", lambda _values, _report: self._go(0))

    def _tilt(self) -> None:
        keys = self.keys
        self.tilt_topic = keys.topic("tilt_command_topic")
        self.tilt_template = keys.template("tilt_command_template")
        if not self.tilt_topic:
            return
        self.features.add("tilt")
        opened, closed = keys.whole("tilt_opened_value", 100), keys.whole("tilt_closed_value", 0)
        self.services["set_tilt"] = lambda values, _report: self._set_tilt(percent(needed(values, "tilt")))
        self.services["open_tilt"] = lambda _values, _report: self._send_tilt(opened, opened, self._tilt_share(opened))
        self.services["close_tilt"] = lambda _values, _report: self._send_tilt(closed, closed, self._tilt_share(closed))
        stop = keys.text_or_none("payload_stop_tilt", "STOP")
        if stop is not None:
            self.sends("stop_tilt", self.tilt_topic, stop)

    def _variables(self, **more: object) -> dict[str, Any]:
        limits = {"position_open": self.open_at, "position_closed": self.closed_at}
        limits |= {"tilt_min": self.tilt_low, "tilt_max": self.tilt_high}
        return {key: int(value) if value == int(value) else value for key, value in limits.items()} | more

    def _go(self, share: int) -> Plan:
        position = to_range(share, self.closed_at, self.open_at)
        message = self.message(str(self.set_topic), position, self.set_template, self._variables(position=share))
        return Plan([message], {"value": "open" if share else "closed", "position": share})

    def _set_tilt(self, share: int) -> Plan:
        return self._send_tilt(to_range(share, self.tilt_low, self.tilt_high), share, share)

    def _send_tilt(self, value: int, variable: int, share: int) -> Plan:
        variables = self._variables(tilt_position=variable)
        return Plan([self.message(str(self.tilt_topic), value, self.tilt_template, variables)], {"tilt": share})

    def _tilt_share(self, value: float) -> int:
        return from_range(value, self.tilt_low, self.tilt_high)

    def _state(self, report: Report, text: str) -> None:
        if text == self.stopped:
            if "position" in report.attributes:
                report.set("open" if report.attributes["position"] else "closed")
            else:
                report.set("closed" if report.value in ("closing", "closed") else "open")
        elif text in self.states:
            report.set(self.states[text])

    def _position(self, report: Report, text: str) -> None:
        both = object_of(text)
        if both is not None:
            if "tilt_position" in both:
                self._tilted(report, str(both["tilt_position"]))
            text = str(both.get("position"))
        number = number_of(text)
        if number is None:
            if text == UNKNOWN:
                report.put("position", None)
            return
        share = from_range(number, self.closed_at, self.open_at)
        report.put("position", share)
        if not self.has_state:
            report.set("open" if share else "closed")

    def _tilted(self, report: Report, text: str) -> None:
        number = number_of(text)
        low, high = sorted((self.tilt_low, self.tilt_high))
        if number is not None and low <= number <= high:
            report.put("tilt", self._tilt_share(number))


class Valve(Component):
    """A valve: one that is open or closed, or one that reports its position."""

    domain = "valve"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.positioned = keys.flag("reports_position", False)
        self.closed_at, self.open_at = keys.number("position_closed", 0), keys.number("position_open", 100)
        if self.closed_at == self.open_at:
            raise AnnouncementError("position_open", "must differ from position_closed")
        self.moving: dict[str, str | None] = {
            keys.text("state_opening", "opening"): "opening",
            keys.text("state_closing", "closing"): "closing",
        }
        states = {keys.text("state_open", "open"): "open", keys.text("state_closed", "closed"): "closed"}
        self.decode_state = chooses(self.moving | states)
        self.optimistic |= not self.listen("state_topic", self._state, "value_template")
        self.variables = {"position_open": int(self.open_at), "position_closed": int(self.closed_at)}
        self.command = keys.topic("command_topic")
        self.template = keys.template("command_template")
        if self.positioned:
            self.features.add("position")
        if self.command:
            self._add_services(self.command)
        elif not self.listeners:
            raise AnnouncementError("command_topic", "is missing, and so is state_topic")

    def _add_services(self, topic: str) -> None:
        stop = self.keys.text_or_none("payload_stop", None)
        if stop is not None:
            self.sends("stop", topic, stop, self.template)
        if self.positioned:
            self.services["set_position"] = lambda values, _report: self._go(percent(needed(values, "position")))
            self.services["open"] = lambda _values, _report: self._go(100)
            self.services["close"] = lambda _values, _report: self._go(0)
            return
        for service, default, wanted in (("open", "OPEN", _OPEN), ("close", "CLOSE", _CLOSED)):
            payload = self.keys.text_or_none(f"payload_{service}", default)
            if payload is not None:
                self.sends(service, topic, payload, self.template, wanted)

    def _go(self, share: int) -> Plan:
        position = to_range(share, self.closed_at, self.open_at)
        message = self.message(str(self.command), position, self.template, {"position": share, **self.variables})
        return Plan([message], {"value": "open" if share else "closed", "position": share})

    def _state(self, report: Report, text: str) -> None:
        both = object_of(text)
        state = text if both is None else str(both.get("state", ""))
        position = text if both is None else str(both.get("position", ""))
        if not self.positioned:
            self.decode_state(report, state)
            return
        number = number_of(position)
        if number is not None:
            share = from_range(number, self.closed_at, self.open_at)
            report.put("position", share)
            report.set("open" if share else "closed")
        if state in self.moving:
            report.set(self.moving[state])
        elif position == UNKNOWN:
            report.put("position", None)
            report.set(None)
