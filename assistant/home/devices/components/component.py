"""What all components share: what they listen to, what they report, and what a command sends and should lead to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from assistant.home.devices.announcement import Keys, clean
from assistant.home.devices.templates.template import Template
from assistant.home.entities import Message, Value
from engines.errors import ReparteeError

#: What a device sends for "unknown".
UNKNOWN = "None"

#: Longest text of a state, in characters, as in Home Assistant.
MAX_STATE = 255


class CommandError(ReparteeError):
    """A command that an entity cannot take; the message says what it cannot do, without its name."""


class Report:
    """What an entity last said of itself: `value` and `attributes` of a `State`, and whether they changed.

    `told` are "value" and the attributes that were said since it was last emptied, changed or not.
    """

    __slots__ = ("attributes", "changed", "told", "value")

    def __init__(self) -> None:
        self.value: str | float | None = None
        self.attributes: dict[str, Value] = {}
        self.changed = False
        self.told: set[str] = set()

    def set(self, value: str | float | None) -> None:
        """Take a new value."""
        self.told.add("value")
        if value != self.value or type(value) is not type(self.value):
            self.value = value
            self.changed = True

    def put(self, name: str, value: Value) -> None:
        """Take a new attribute; None takes it away."""
        self.told.add(name)
        if value is None:
            self.changed |= self.attributes.pop(name, None) is not None
        elif self.attributes.get(name) != value:
            self.attributes[name] = value
            self.changed = True


#: Takes what a message says (rendered; or, of a listener to JSON, the object) into the report.
Decoder = Callable[[Report, Any], None]


@dataclass(frozen=True, slots=True)
class Listener:
    """A topic whose messages tell something: rendered by `template`, taken into the report by `decode`.

    `json`: `decode` takes the JSON object of the payload; what is none is ignored. `live`: retained messages are
    ignored, they are of the past. `strict`: what the template cannot read is ignored, never taken as it is.
    """

    topic: str
    decode: Decoder
    template: Template | None = None
    json: bool = False
    live: bool = False
    strict: bool = False


@dataclass(slots=True)
class Plan:
    """What a command sends, and what the entity should report afterwards ("value", or the name of an attribute)."""

    messages: list[Message] = field(default_factory=list)
    expects: dict[str, Value] = field(default_factory=dict)


#: Makes the plan of a service from its values and from what the entity reports now.
Service = Callable[[Mapping[str, Value], Report], Plan]


class Component:
    """One announced entity. Subclasses read their keys, and say what they listen to and which services they have."""

    domain: ClassVar[str]

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.qos = keys.whole("qos", 0, 0)
        if self.qos > 2:
            keys.choice("qos", "0", ("0", "1", "2"))
        self.encoding = keys.encoding()
        self.device_class = keys.name("device_class")
        self.unit: str | None = None
        self.features: set[str] = set()
        self.code_given: str | None = None  # by the configuration, for commands without one
        self.services: dict[str, Service] = {}
        self.listeners: list[Listener] = []
        self.variables: dict[str, Any] = {}  # what templates of states know beside the message
        self.initial: dict[str, Value] = {}  # attributes before the device, which never reports them, is told any
        self.unreported: set[str] = set()  # what is set without the device ever saying so
        self.lists: dict[str, tuple[str, ...]] = {}  # options, modes, presets, effects, fan_modes, swing_modes
        self.minimum: float | None = None
        self.maximum: float | None = None
        self.step: float | None = None
        self.optimistic = keys.flag("optimistic", False)
        self.expire_after = keys.number("expire_after", 0)
        self.off_delay = 0.0

    def listen(
        self,
        key: str,
        decode: Decoder,
        *template_keys: str,
        json: bool = False,
        live: bool = False,
        strict: bool = False,
    ) -> bool:
        """Listen to the topic of `key` where it is announced; return whether it is."""
        topic = self.keys.topic(key)
        template = self.keys.template(*template_keys)
        if topic is None:
            return False
        self.listeners.append(Listener(topic, decode, template, json, live, strict))
        return True

    def message(
        self,
        topic: str,
        payload: object,
        template: Template | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Message:
        """Return what is sent to `topic`: `payload`, through the template of commands. Raises CommandError."""
        if template is None:
            return Message(topic, str(payload), self.qos)
        text = template.command(payload, variables, topic=topic)
        if text is None:
            raise CommandError("its template of commands fails")
        return Message(topic, text, self.qos)

    def switchable(
        self, topic: str, on: str, off: str, template: Template | None = None, *, value: str | None = None
    ) -> None:
        """Add turn_on and turn_off that send `on` and `off`."""
        for service, payload, state in (("turn_on", on, "on"), ("turn_off", off, "off")):
            self.sends(service, topic, payload, template, {"value": state if value is None else value})

    def sends(
        self,
        service: str,
        topic: str,
        payload: str,
        template: Template | None = None,
        expects: Mapping[str, Value] | None = None,
    ) -> None:
        """Add a service that sends one payload."""
        wanted = dict(expects or {})
        self.services[service] = lambda _values, _report: Plan([self.message(topic, payload, template)], dict(wanted))

    def sets(
        self,
        service: str,
        name: str,
        key: str,
        template_key: str | None = None,
        convert: Callable[[Value], tuple[object, Value]] | None = None,
        *,
        expects: str | None = None,
    ) -> bool:
        """Add a service that sends the value `name` to the topic of `key`, where that is announced.

        `convert` makes the payload and the expected value from the value; `expects` is the attribute it sets,
        `name` unless told. Returns whether the topic is announced.
        """
        topic = self.keys.topic(key)
        template = self.keys.template(template_key) if template_key else None
        if topic is None:
            return False

        def plan(values: Mapping[str, Value], _report: Report) -> Plan:
            payload, wanted = convert(needed(values, name)) if convert else (needed(values, name),) * 2
            return Plan([self.message(topic, payload, template)], {expects or name: wanted})

        self.services[service] = plan
        if key.replace("command_topic", "state_topic") not in self.keys:
            self.unreported.add(expects or name)
        return True


def needed(values: Mapping[str, Value], name: str) -> Value:
    """Return the value that a service cannot do without. Raises CommandError."""
    value = values.get(name)
    if value is None:
        raise CommandError(f"it needs to be told the {name.replace('_', ' ')}")
    return value


def as_number(value: Value) -> float:
    """Return a value of a service as a number. Raises CommandError for a text, a switch and what is not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CommandError(f"{value!r} is no number")
    if not abs(value) < 1e12:
        raise CommandError(f"{str(value)[:20]} is no number that it could be told")
    return float(value)


def percent(value: Value) -> int:
    """Return a value of a service as whole percent. Raises CommandError."""
    return round(as_number(value))


def one_of(choices: Iterable[str]) -> Callable[[Value], tuple[object, Value]]:
    """Return what accepts one of `choices`, in any case. Raises CommandError."""
    spelled = {choice.casefold(): choice for choice in choices}

    def convert(value: Value) -> tuple[object, Value]:
        choice = spelled.get(str(value).casefold())
        if choice is None:
            raise CommandError(f"it knows no {value}")
        return choice, choice

    return convert


def within(
    low: float, high: float, unit: str = "", number: Callable[[float], float] = round
) -> Callable[[Value], tuple[object, Value]]:
    """Return what accepts a number within limits, made by `number` what the device takes. Raises CommandError."""

    def convert(value: Value) -> tuple[object, Value]:
        wanted = as_number(value)
        if not low <= wanted <= high:
            raise CommandError(f"it goes from {low:g} to {high:g} {unit}".strip())
        return (number(wanted),) * 2

    return convert


def whole_if_possible(number: float) -> float:
    """Return `number` without its decimals where they are 0."""
    return int(number) if number == int(number) else number


def number_of(text: str) -> float | None:
    """Return the finite number that a payload is, or None."""
    try:
        number = float(text)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e300 else None


def object_of(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a rendered payload is, or None."""
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def dump(value: object) -> str:
    """Return `value` as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def chooses(states: Mapping[str, str | None]) -> Decoder:
    """Return what takes a payload for the state it stands for; others are ignored, "None" is unknown."""
    known = {UNKNOWN: None, **states}

    def decode(report: Report, text: str) -> None:
        if text in known:
            report.set(known[text])

    return decode


def puts_number(name: str, minimum: float = -1e12, maximum: float = 1e12, reset: str = UNKNOWN) -> Decoder:
    """Return what takes a number within limits as an attribute."""

    def decode(report: Report, text: str) -> None:
        number = number_of(text)
        if text == reset:
            report.put(name, None)
        elif number is not None and minimum <= number <= maximum:
            report.put(name, whole_if_possible(number))

    return decode


def puts_choice(name: str, choices: tuple[str, ...] = (), reset: str = UNKNOWN) -> Decoder:
    """Return what takes a text, one of `choices` where there are any, as an attribute."""

    def decode(report: Report, text: str) -> None:
        if text == reset:
            report.put(name, None)
        elif not choices or text in choices:
            report.put(name, clean(text, MAX_STATE))

    return decode


def from_range(value: float, low: float, high: float) -> int:
    """Return the percentage at which `value` stands between `low` (0) and `high` (100), whichever is larger."""
    return round(min(max((value - low) / (high - low) * 100, 0.0), 100.0)) if high != low else 0


def to_range(share: float, low: float, high: float) -> int:
    """Return the whole number that stands at `share` percent between `low` and `high`."""
    return round(low + (high - low) * share / 100)
