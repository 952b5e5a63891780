"""Questions about the past answered from the history: when something was last so, and for how long it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from assistant.home.asking.answers import told
from assistant.home.entities import Entity, Query, State
from assistant.home.history import History
from assistant.home.understanding.acts import called
from assistant.home.understanding.wording.words import joined

_WORKING = ("heating", "preheating", "cooling", "drying", "fan", "humidifying", "cleaning", "mowing")
#: What a state is called of a contact, a detector, a lock and a machine, as the values that they report.
_VALUES: dict[str, tuple[str, ...]] = {
    "open": ("open", "opening"),
    "closed": ("closed",),
    "running": ("on", "cleaning", "mowing", "spot_cleaning"),
    "cleaning": ("cleaning", "spot_cleaning", "mowing"),
    "armed": ("armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass"),
}
_OF_CONTACTS = {"open": "on", "opening": "on", "detected": "on", "closed": "off", "clear": "off", "locked": "off"}
_DONE = {
    "on": "turned on",
    "off": "turned off",
    "open": "opened",
    "closed": "closed",
    "locked": "locked",
    "unlocked": "unlocked",
    "armed": "armed",
    "disarmed": "disarmed",
    "detected": "triggered",
    "clear": "clear",
    "triggered": "triggered",
}


async def recall(
    query: Query, entities: Sequence[Entity], states: Sequence[State], history: History, now: float
) -> str:
    """Answer a query of the kind "last", "duration" or "was" in one or two sentences.

    `entities` are those of the query that are still there, with their `states`; `now` is in Unix seconds.
    """
    if not entities:
        return "I do not know that device any more."
    if query.kind == "was":
        return await _was(query, entities, states, history, now)
    wanted = query.states[0] if query.states else "on"
    keys = {_key(entity, state, wanted): entity for entity, state in zip(entities, states, strict=True)}
    values = {value for entity in entities for value in _values(entity, wanted)}
    if query.kind == "duration":
        return await _duration(query, keys, values, wanted, history, now)
    moment = await history.last(keys.keys(), values)
    if moment is None:
        began = await history.began()
        since = f" since {_day(began, now).removeprefix('on ')}, when I began to watch" if began else ""
        was = "have" if len(entities) > 1 else "has"
        return f"{_begin(_subject(entities))} {was} not been {_DONE.get(wanted, wanted)}{since}."
    entity = next(entity for key, entity in keys.items() if key.partition("#")[0] == moment.entity_id)
    when = _when(moment.at, now)
    if not moment.seen:
        return f"{_begin(called(entity))} was already {_state(wanted)} when I began to watch, {when}."
    return f"{_begin(called(entity))} was last {_DONE.get(wanted, wanted)} {when}."


async def _was(query: Query, entities: Sequence[Entity], states: Sequence[State], history: History, now: float) -> str:
    """Tell whether things were so at a moment, or what they were doing then."""
    wanted = query.states[0] if query.states else ""
    when = f"{length(query.ago or 0)} ago"
    known: list[tuple[Entity, str]] = []
    for entity, state in zip(entities, states, strict=True):
        key = _key(entity, state, wanted) if wanted else entity.id
        if (value := await history.value_at(key, now - (query.ago or 0))) is not None:
            known.append((entity, value))
    if not known:
        return f"I do not know what {_subject(entities)} {_were(entities)} doing {when}: I was not watching."
    so = [entity for entity, value in known if value in _values(entity, wanted)]
    if wanted and len(known) > 1:
        told = so or [entity for entity, _ in known]
        word = _state(wanted) if so else f"not {_state(wanted)}"
        return f"{'Yes' if so else 'No'}, {_subject(told)} {_were(told)} {word} {when}."
    lead = ("Yes, " if so else "No, ") if wanted else ""
    doing = joined([f"{called(entity)} {_were([entity])} {_as_told(entity, value)}" for entity, value in known])
    return _begin(f"{lead}{doing} {when}.")


def _as_told(entity: Entity, value: str) -> str:
    """Return a value that was written down in words: a number has its unit again."""
    try:
        return told(entity, State(value=float(value)))
    except ValueError:
        return told(entity, State(value=value))


def _were(entities: Sequence[Entity]) -> str:
    return "was" if len({entity.name for entity in entities}) == 1 else "were"


async def _duration(
    query: Query, keys: dict[str, Entity], values: set[str], wanted: str, history: History, now: float
) -> str:
    period = query.period or "today"
    since, until = _window(period, now)
    seconds = await history.duration(keys.keys(), values, since, until)
    said = {"today": "today", "yesterday": "yesterday", "week": "this week"}.get(period, period)
    subject = _subject(list(keys.values()))
    plural = len(keys) > 1
    if seconds < 1:
        return f"{_begin(subject)} {'were' if plural else 'was'} not {_state(wanted)} {said}, as far as I have seen."
    return f"{_begin(subject)} {'were' if plural else 'was'} {_state(wanted)} for {length(seconds)} {said}."


def _key(entity: Entity, state: State, wanted: str) -> str:
    """Return what the history calls that which is asked: the state, or what a heater is just doing."""
    works = "action" in state.attributes and entity.domain in ("climate", "humidifier", "water_heater")
    return f"{entity.id}#action" if works and wanted in ("on", "running", "heating", "cooling") else entity.id


def _values(entity: Entity, wanted: str) -> tuple[str, ...]:
    if entity.domain == "binary_sensor":
        return (_OF_CONTACTS.get(wanted, "on" if wanted == "running" else wanted),)
    if entity.domain in ("climate", "humidifier", "water_heater") and wanted in ("on", "running"):
        return (*_WORKING, "on", *(mode for mode in entity.modes if mode != "off"))
    return _VALUES.get(wanted, (wanted,))


def length(seconds: float) -> str:
    """Return a time as it is said: "2 hours and 5 minutes", "40 seconds"."""
    if seconds < 60:
        return _count(round(seconds), "second")
    minutes = round(seconds / 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    return joined([_count(number, unit) for number, unit in parts if number][:2])


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _when(at: float, now: float) -> str:
    moment, today = datetime.fromtimestamp(at).astimezone(), datetime.fromtimestamp(now).astimezone()
    clock = f"at {moment.hour}:{moment.minute:02}"
    if now - at < 60:
        return "just now"
    if now - at < 3600:
        return f"{_count(round((now - at) / 60), 'minute')} ago, {clock}"
    if moment.date() == today.date():
        return f"today {clock}"
    return f"{_day(at, now)} {clock}"


def _day(at: float, now: float) -> str:
    moment, today = datetime.fromtimestamp(at).astimezone(), datetime.fromtimestamp(now).astimezone()
    days = (today.date() - moment.date()).days
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"on {moment:%A}" if days < 7 else f"on {moment.day} {moment:%B}"


def _window(period: str, now: float) -> tuple[float, float]:
    midnight = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "yesterday":
        return (midnight - timedelta(days=1)).timestamp(), midnight.timestamp()
    if period == "week":
        return (midnight - timedelta(days=midnight.weekday())).timestamp(), now
    return midnight.timestamp(), now


def _subject(entities: Sequence[Entity]) -> str:
    return joined([called(entity) for entity in entities]) if len(entities) <= 3 else f"{len(entities)} devices"


def _state(wanted: str) -> str:
    return {"detected": "triggered", "clear": "quiet"}.get(wanted, wanted)


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]
