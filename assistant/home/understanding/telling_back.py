"""What acts and readings are called: in a reply's action, and in a question back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.home.entities import Act, HomeIntent
from assistant.home.understanding.context import Reading
from assistant.home.understanding.names.noun_phrases import Found


def slots(acts: tuple[Act, ...], found: Found) -> dict[str, str | float | bool | tuple[int, int, int] | None]:
    """Return what was understood, by name, for the reply's action."""
    slots = dict(acts[0].values)
    if found.place:
        slots["area"] = found.place
    if found.group and found.kind:
        slots["domain"] = found.kind
    return slots


def hashable(act: Act) -> tuple[str, str, tuple[tuple[str, object], ...]]:
    """Return an act as something that can stand in a set."""
    return act.entity_id, act.service, tuple(sorted(act.values.items()))


def merged(acts: Sequence[Act]) -> tuple[Act, ...]:
    """Return acts without what is said twice: "turn on the lamp and make it red" is one command to it."""
    result: dict[tuple[str, str], Act] = {}
    for act in acts:
        key = (act.entity_id, act.service)
        if key in result:
            act = Act(act.entity_id, act.service, {**result[key].values, **act.values})  # noqa: PLW2901
        result[key] = act
    return tuple(result.values())


def together(first: HomeIntent | None, second: HomeIntent | None) -> HomeIntent | None:
    """Return two commands as one; None where one of them does nothing, or both move the same thing."""
    if first is None or first.kind != "act" or second is None or second.kind != "act":
        return None
    if {act.entity_id for act in first.acts} & {act.entity_id for act in second.acts}:
        return None
    entities = tuple(dict.fromkeys((*first.entities, *second.entities)))
    return replace(first, acts=(*first.acts, *second.acts), entities=entities)


def same(acts: tuple[Act, ...]) -> set[tuple[str, str, tuple[tuple[str, object], ...]]]:
    """Return acts as a set, whatever their order."""
    return {hashable(act) for act in acts}


def wish(reading: Reading) -> str:
    """Return what was wanted, as a question back begins."""
    words = (
        "on Turn on;light Turn on;off Turn off;open Open;close Close;lock Lock;unlock Unlock;stop Stop;set Set;"
        "up Turn up;down Turn down;dimmer Dim;brighter Brighten;toggle Switch;warmer Turn up;cooler Turn down"
    )
    told = dict(entry.split(" ", 1) for entry in words.split(";"))
    return told.get(reading.wish, "Change")


def first_up(text: str) -> str:
    """Return a sentence with a capital letter."""
    return text[:1].upper() + text[1:]


def first_down(text: str) -> str:
    """Return a name in lower case, but for what is written in capitals."""
    return " ".join(word if word.isupper() else word.lower() for word in text.split())


def to(act: Act) -> str:
    """Return what an act sets, to be said in a question: " to 23 degrees", "" where there is nothing short to say."""
    units = {"temperature": " degrees", "brightness": " percent", "position": " percent", "percentage": " percent"}
    for name, unit in units.items():
        value = act.values.get(name)
        if isinstance(value, (int, float)):
            return f" to {value:g}{unit}"
    return ""
