"""What a house is made of, as plain data: entities, their states, acts upon them, and what a sentence meant.

No I/O and no protocol: discovery makes entities and states, intents make acts, and acting carries them out.

Units are the same wherever a value appears, in `State.attributes` and in `Act.values`, whatever a device speaks:

====================== ==========================================================================================
`brightness`         percent, 0..100
`kelvin`             colour temperature, K
`rgb`                (red, green, blue), 0..255 each, at full brightness
`effect`             one of `Entity.effects`
`position`, `tilt` percent open, 0 closed to 100 open
`percentage`         speed of a fan, percent, 0..100
`preset`             one of `Entity.presets`
`oscillating`        bool
`direction`          "forward" or "reverse"
`temperature`        what a climate or water heater aims at, in `Entity.unit`; `temperature_low` and
                       `temperature_high` where it aims at a range; `current_temperature` what it measures
`humidity`           what is aimed at, percent; `current_humidity` what is measured
`mode`               one of `Entity.modes`: of a climate or water heater also the state's value
`fan_mode`, `swing_mode`, `swing_horizontal_mode`, `action`, `fan_speed`, `tone`: text
`volume`             of a siren, percent; `duration` seconds
====================== ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

#: A value of a state or an act: text, a number, a switch, a colour, or None where it is unknown.
Value = str | float | bool | tuple[int, int, int] | None

_NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One thing in the house that has a state or takes commands.

    `id` is `domain.slug` (`light.sofa_lamp`), unique in the house and kept when the device is renamed.
    `features` names what can be set or read beyond the state itself: "brightness", "color_temp", "rgb", "effect",
    "position", "tilt", "stop", "percentage", "preset", "oscillating", "direction", "temperature",
    "temperature_range", "humidity", "mode", "fan_mode", "swing_mode", "code" (a code must be given), and for things
    that can only do some of their domain's services, those services ("open", "start", "arm_away", ...).
    `services` names every service of an `Act` that the entity takes; it is empty where it only reports.
    `minimum`, `maximum` and `step` bound what is set: of a number its value, of a climate or water heater the
    temperature, of a humidifier the humidity, of a light `kelvin`, of a text its length.
    """

    id: str
    name: str
    domain: str
    short_name: str | None = None  #: its own name without its device's, where that is another
    area: str | None = None
    device: str | None = None  #: the name of the device it belongs to
    device_class: str | None = None  #: "door", "garage", "temperature", "outlet", ...
    unit: str | None = None  #: "°C", "%", "W", ...
    features: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()  #: of a select or an enum sensor
    modes: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    fan_modes: tuple[str, ...] = ()
    swing_modes: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    category: str | None = None  #: "config" or "diagnostic": not for "turn everything off"
    optimistic: bool = False  #: the device reports no state: what was commanded is taken for the state
    enabled: bool = True
    aliases: tuple[str, ...] = ()  #: what else people call it, from the configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What an entity is doing.

    `value` is "on" or "off" (light, switch, fan, siren, humidifier, binary sensor); "open", "opening", "closed",
    "closing" (cover, valve); "locked", "unlocked", "locking", "unlocking", "jammed", "open" (lock); the mode (climate,
    water heater: "off", "heat", ...); "cleaning", "docked", "returning", ... (vacuum); "disarmed", "armed_away",
    "triggered", ... (alarm panel); a number or text (sensor, number, select, text); None while it is unknown.
    `changed_at` is when `value` last became another one, in Unix seconds; 0 where that never happened.
    """

    value: str | float | None = None
    attributes: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)
    available: bool = True
    changed_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do to one entity.

    `service` and what it takes in `values`:

    - `turn_on` (light: brightness, kelvin, rgb, effect, transition, flash, all optional; fan: percentage, preset;
      siren: tone, volume, duration), `turn_off`, `toggle`
    - `open`, `close`, `stop`, `set_position` (position), `open_tilt`, `close_tilt`, `stop_tilt`,
      `set_tilt` (tilt)
    - `lock`, `unlock`, `unlatch` (code, optional)
    - `set_temperature` (temperature, or temperature_low and temperature_high), `set_mode` (mode),
      `set_fan_mode` (fan_mode), `set_swing_mode` (swing_mode), `set_preset` (preset), `set_humidity` (humidity)
    - `set_percentage` (percentage), `set_direction` (direction), `oscillate` (oscillating)
    - `press`, `set_value` (value; number and text), `select` (option), `activate` (scene)
    - `start`, `pause`, `stop`, `return_home`, `clean_spot`, `locate`, `set_fan_speed` (fan_speed),
      `send_command` (command)
    - `arm_home`, `arm_away`, `arm_night`, `arm_vacation`, `arm_custom_bypass`, `disarm`, `trigger` (code,
      optional)
    - `install` (update), `send_message` (message; notify)
    """

    entity_id: str
    service: str
    values: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Message:
    """What a command sends: a command is never retained."""

    topic: str
    payload: str
    qos: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about the house, answered from live state or, where `period` is given, from history.

    `kind` is "value" (how warm is it, what is the lamp doing), "is" (is the door open?), "which" (which windows are
    open?), "any", "all", "count", "where", "last" (when was it last so?), "duration" (how long was it so?), "was" (was
    it so, or what was its value, `ago` seconds before now?).
    `states` are the values asked for ("on", "open"), empty where the value itself is wanted; `attribute` names one
    of `State.attributes` where it is not the value. `subject` is what to call the asked in the answer
    ("windows", "the kitchen").
    """

    kind: str
    entities: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    attribute: str | None = None
    subject: str = ""
    area: str | None = None
    period: str | None = None  #: "today", "yesterday", "week"
    ago: float | None = None  #: of "was": seconds before now


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeIntent:
    """What a sentence means for the house; nothing has been done yet.

    - `act`: carry out `acts`, in their order.
    - `query`: answer `query`.
    - `ask_back`: say `question` (it ends in "?"); the next turn's "yes" carries out `pending`.
    - `refuse`: say `question`, one sentence that tells why nothing is done.
    """

    kind: Literal["act", "query", "ask_back", "refuse"]
    intent: str  #: the field's name: HassTurnOn, HassLightSet, HassClimateSetTemperature, ...
    acts: tuple[Act, ...] = ()
    query: Query | None = None
    question: str = ""
    pending: HomeIntent | None = None
    confirm_needed: bool = False  #: a lock, a garage door, everything: asked back before it is done
    entities: tuple[str, ...] = ()  #: ids, what "it" and "them" mean next
    slots: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)
    reason: str = ""  #: one line for the ledger: why it was understood so
    besides: tuple[str, ...] = ()  #: sentences to be said after it: of what else was named, and cannot be done
    loose: bool = False  #: words beside the command, a reason or a curse, were left aside


@dataclass(frozen=True, slots=True)
class Names:
    """Every name people may say, for the grammar and the recogniser; equal `version` means equal names.

    `entities` are id and names (the device's own first, then aliases); `areas` and `floors` map a name to its
    aliases and to its areas.
    """

    version: int
    entities: tuple[tuple[str, tuple[str, ...]], ...] = ()
    areas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    floors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
