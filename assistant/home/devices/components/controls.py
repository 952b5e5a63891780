"""What is pressed, chosen or filled in: button, scene, number, select, text, notify."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, ClassVar

from assistant.home.devices.announcement import MAX_OPTIONS, AnnouncementError, Keys, clean
from assistant.home.devices.components.component import (
    MAX_STATE,
    UNKNOWN,
    CommandError,
    Component,
    Plan,
    Report,
    chooses,
    needed,
    number_of,
    one_of,
    whole_if_possible,
    within,
)
from assistant.home.devices.templates.limits import REGEX_SECONDS, OverLimitError, expression
from assistant.home.entities import Value


class Button(Component):
    """A button: it has no state."""

    domain = "button"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        topic, template = keys.needed_topic("command_topic"), keys.template("command_template")
        self.sends("press", topic, keys.text("payload_press", "PRESS"), template)


class Scene(Component):
    """A scene: it has no state."""

    domain = "scene"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        topic, template = keys.needed_topic("command_topic"), keys.template("command_template")
        payload = keys.text("payload_on", "ON")
        self.sends("activate", topic, payload, template)
        self.sends("turn_on", topic, payload, template)


class Notify(Component):
    """A place to send a message to."""

    domain = "notify"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        topic, template = keys.needed_topic("command_topic"), keys.template("command_template")
        self.services["send_message"] = lambda values, _report: Plan(
            [self.message(topic, needed(values, "message"), template)]
        )


class Number(Component):
    """A number that can be set."""

    domain = "number"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.unit = keys.name("unit_of_measurement")
        self.minimum, self.maximum = low, high = keys.number("min", 1), keys.number("max", 100)
        if low >= high:
            raise AnnouncementError("max", "must be above min")
        self.step = keys.number("step", 1)
        if self.step < 0.001:
            raise AnnouncementError("step", "must be at least 0.001")
        reset = keys.text("payload_reset", UNKNOWN)

        def state(report: Report, text: str) -> None:
            number = number_of(text)
            if text == reset:
                report.set(None)
            elif number is not None and low <= number <= high:
                report.set(whole_if_possible(number))

        self.optimistic |= not self.listen("state_topic", state, "value_template")
        keys.needed_topic("command_topic")
        accepts = within(low, high, self.unit or "", whole_if_possible)
        self.sets("set_value", "value", "command_topic", "command_template", accepts)


class Select(Component):
    """A choice among options."""

    domain = "select"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        if "options" not in keys:
            raise AnnouncementError("options", "is missing")
        self.lists["options"] = options = keys.texts("options")
        states: dict[str, str | None] = {"none": None, **{option: option for option in options}}
        self.optimistic |= not self.listen("state_topic", chooses(states), "value_template")
        keys.needed_topic("command_topic")
        self.sets("select", "option", "command_topic", "command_template", one_of(options), expects="value")


class Text(Component):
    """A text that can be set."""

    domain = "text"

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.minimum, self.maximum = self.shortest, self.longest = (
            keys.whole("min", 0, 0),
            keys.whole("max", MAX_STATE, 0),
        )
        if self.shortest > self.longest or self.longest > MAX_STATE:
            raise AnnouncementError("max", f"must be from min to {MAX_STATE}")
        self.pattern = self._pattern(keys)
        self.optimistic |= not self.listen(
            "state_topic", lambda report, text: report.set(clean(text, MAX_STATE)), "value_template"
        )
        keys.needed_topic("command_topic")
        self.sets("set_value", "value", "command_topic", "command_template", self._set)

    @staticmethod
    def _pattern(keys: Keys) -> Any:
        pattern = keys.text_or_none("pattern", None)
        try:
            return None if pattern is None else expression(pattern)
        except (OverLimitError, ValueError):
            raise AnnouncementError("pattern", "is no regular expression that is allowed") from None

    def _set(self, value: Value) -> tuple[object, Value]:
        text = str(value)[:MAX_OPTIONS]
        if not self.shortest <= len(text) <= self.longest:
            raise CommandError(f"it takes {self.shortest} to {self.longest} characters")
        if self.pattern is not None and not _matches(self.pattern, text):
            raise CommandError(f"it does not take {text!r}")
        return text, text


class _Moment(Component):
    """A date, a time of day, or both, in ISO 8601."""

    kind: ClassVar[type[date | time]]

    def __init__(self, keys: Keys) -> None:
        super().__init__(keys)
        self.optimistic |= not self.listen("state_topic", self._state, "value_template")
        keys.needed_topic("command_topic")
        self.sets("set_value", "value", "command_topic", "command_template", self._set)

    def _state(self, report: Report, text: str) -> None:
        if text == UNKNOWN or self._is_one(text):
            report.set(None if text == UNKNOWN else text)

    def _set(self, value: Value) -> tuple[object, Value]:
        if not self._is_one(str(value)):
            raise CommandError(f"it does not take {value!r}")
        return value, value

    def _is_one(self, text: str) -> bool:
        try:
            self.kind.fromisoformat(text)
        except ValueError:
            return False
        return True


class Date(_Moment):
    """A date that can be set."""

    domain = "date"
    kind = date


class Time(_Moment):
    """A time of day that can be set."""

    domain = "time"
    kind = time


class DateTime(_Moment):
    """A date and time that can be set."""

    domain = "datetime"
    kind = datetime


def _matches(pattern: Any, text: str) -> bool:
    """Return whether a text matches an announced pattern; one that takes too long does not."""
    try:
        return bool(pattern.fullmatch(text, timeout=REGEX_SECONDS))
    except TimeoutError:
        return False
