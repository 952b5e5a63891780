"""The Home Assistant project's sentences, matched with hassil, as commands that the grammar of the house reads.

The sentences come with the package home-assistant-intents (Apache 2.0); thousands of people wrote them. What hassil
finds is put into the plain words of a command, so that one place decides what may be done to which thing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from assistant.home.asking.questions import ask
from assistant.home.entities import HomeIntent
from assistant.home.understanding.asking_back import Asking
from assistant.home.understanding.clauses import Clauses
from assistant.home.understanding.context import Context
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import UNFINISHED, bare, bits
from assistant.home.understanding.wording.words import plain, singular

if TYPE_CHECKING:
    from hassil import Intents

#: The intents that are about devices; the package also knows timers, lists, music and the weather.
_INTENTS = frozenset(
    (
        "HassTurnOn HassTurnOff HassToggle HassGetState HassLightSet HassSetPosition HassClimateSetTemperature "
        "HassClimateGetTemperature HassFanSetSpeed HassVacuumStart HassVacuumReturnToBase HassClimateSetFanMode "
        "HassStopMoving "
        "HassLawnMowerStartMowing HassLawnMowerDock"
    ).split()
)
_LONGEST = 6  #: words of a name that is looked for
#: None of the shared sentences is of several commands, and to try all of them takes longest there.
SEVERAL = re.compile(r",|(?<!each) and | then ")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that was recognised: its intent, and the same in the plain words that the grammar reads."""

    intent: str
    text: str
    question: bool = False


@cache
def load() -> Intents:
    """Return the English sentences, parsed; this takes about 0.2 s, once in a process."""
    from hassil import Intents
    from home_assistant_intents import get_intents

    data = get_intents("en")
    if data is None:
        raise RuntimeError("home-assistant-intents has no English sentences")
    kept = {name: intent for name, intent in data["intents"].items() if name in _INTENTS}
    intents = Intents.from_dict({**data, "intents": kept})
    _words()
    _warm(intents)
    return intents


@cache
def _words() -> frozenset[str]:
    """Return the words that stand in the shared sentences: with another one in it, no sentence can match."""
    from home_assistant_intents import get_intents

    data = get_intents("en") or {}
    kept = [
        group["sentences"] for name, intent in data["intents"].items() if name in _INTENTS for group in intent["data"]
    ]
    text = json.dumps([kept, data["lists"], data["expansion_rules"]])
    return frozenset(re.findall(r"[a-z]{2,}|a", text))


def _may_be_said(word: str, directory: Directory) -> bool:
    if word[0].isdigit() or directory.is_placed(word):
        return True
    return not {word, singular(word)}.isdisjoint(_words()) or not {word, singular(word)}.isdisjoint(directory.words)


def _warm(intents: Intents) -> None:
    """Let hassil parse its templates and lay out its lists of numbers now, not in somebody's turn."""
    from hassil import recognize_best
    from hassil.intents import SlotList, TextSlotList

    names = [("lamp", "lamp", {"domain": domain}) for domain in ("light", "cover", "fan", "climate", "lock", "sensor")]
    lists: dict[str, SlotList] = {"name": TextSlotList.from_tuples(names, name="name")}
    for name in ("area", "floor"):
        lists[name] = TextSlotList.from_tuples([(name, name)], name=name)
    for text in (
        "set the lamp to 50 percent",
        "what is the state of lamp",
        "set the temperature of lamp to 21 degrees",
        "turn on lamp",
    ):
        recognize_best(
            text, intents, slot_lists=lists, intent_context={"area": "area"}, language="en", best_slot_name="name"
        )


def recognise(directory: Directory, text: str, room: str | None) -> Iterator[Said]:
    """Yield what the shared sentences make of a plain text, where something of this house is named in it."""
    from hassil import recognize_best
    from hassil.intents import TextSlotList

    names, areas, floors = _spotted(directory, text)
    words = set(text.split())
    if not all(_may_be_said(word, directory) for word in words):
        return
    if not names and not areas and not floors:
        return
    context: dict[str, Any] = {"area": plain(room)} if room else {}
    found = recognize_best(
        text, load(), intent_context=context, language="en", best_slot_name="name",
        slot_lists={
            "name": TextSlotList.from_tuples(names, name="name"),
            "area": TextSlotList.from_tuples(areas, name="area"),
            "floor": TextSlotList.from_tuples(floors, name="floor"),
        },
    )  # fmt: skip
    if found is None:
        return
    slots = {name: entity.value for name, entity in found.entities.items()}
    said = _command(found.intent.name, slots, text)
    if said is not None:
        yield said


def _spotted(
    directory: Directory, text: str
) -> tuple[list[tuple[str, str, dict[str, Any]]], list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the names of things, areas and floors that stand in a text: hassil is given no others to try."""
    words = text.split()
    names: list[tuple[str, str, dict[str, Any]]] = []
    areas: list[tuple[str, str]] = []
    floors: list[tuple[str, str]] = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
            said = " ".join(words[start:end])
            if words[start] in ("the", "my", "our"):
                continue
            domains = {directory.entities[number].domain for number in bits(directory.exact.get(bare(said), 0))}
            names += [(said, said, {"domain": domain}) for domain in sorted(domains)]
            place = directory.places.get(tuple(words[start:end]))
            if place is not None:
                (areas if said in directory.area_of else floors).append((said, said))
    return names, areas, floors


_SWITCHING = {"HassTurnOn": "turn on", "HassTurnOff": "turn off", "HassToggle": "toggle"}
_MOVING = frozenset("open close shut raise lower lift".split())
#: Intents that set something, and how that is said: the first slot that was filled counts.
_SETTING = {
    "HassLightSet": (
        ("brightness", "set {what} to {value:g} percent"), ("color", "set {what} to {value}"),
        ("temperature", "set {what} to {value:g} kelvin"),
    ),
    "HassSetPosition": (("position", "set {what} to {value:g} percent"),),
    "HassFanSetSpeed": (("percentage", "set {what} to {value:g} percent"),),
    "HassClimateSetTemperature": (("temperature", "set the temperature{where} to {value:g} degrees"),),
}  # fmt: skip
_DOING = {"HassVacuumStart": "start {what}", "HassVacuumReturnToBase": "dock {what}"}
_ASKING = {
    "HassClimateGetTemperature": "what is the temperature{where}",
    "HassGetState": "what is the state of {what}",
}
_KINDS = {"HassLightSet": "light", "HassFanSetSpeed": "fan"}


def _command(intent: str, slots: dict[str, Any], text: str) -> Said | None:
    """Return a recognised intent as a command in plain words."""
    place = slots.get("area") or slots.get("floor")
    in_place = f" in the {place}" if place else ""
    kind = slots.get("device_class") or slots.get("domain") or _KINDS.get(intent)
    what = slots.get("name") or (f"all the {str(kind).replace('_', ' ')}s" if kind else "")
    words = {"what": what + in_place, "where": f" of {slots['name']}" if "name" in slots else in_place}
    if intent in _SWITCHING:
        return _switched(intent, slots, text, words["what"])
    if intent == "HassGetState" and "state" in slots:
        return Said(intent, f"is {words['what']} {slots['state']}", question=True)
    if intent in _ASKING:
        return Said(intent, _ASKING[intent].format(**words), question=True)
    for slot, said in _SETTING.get(intent, ()):
        if slot in slots and (words["what"] or "{what}" not in said):
            value = slots[slot] if slot == "color" else float(slots[slot])
            return Said(intent, said.format(value=value, **words))
    return Said(intent, _DOING[intent].format(**words)) if intent in _DOING and words["what"] else None


def _switched(intent: str, slots: dict[str, Any], text: str, what: str) -> Said | None:
    """Return what is turned on or off, which may mean to open, lock or press it."""
    if not what or bare(text) == bare(plain(str(slots.get("name", "")))):
        return None  # a name alone is no command
    verb, first = _SWITCHING[intent], text.split(maxsplit=1)[0]
    if first in ("lock", "unlock", "press", "activate", "start"):
        verb = first
    elif slots.get("domain") in ("cover", "valve") or first in _MOVING:
        verb = "open" if intent == "HassTurnOn" else "close"
    return Said(intent, f"{verb} {what}")


class SharedSentences:
    """Reads the sentences of one house as shared ones."""

    def __init__(self, directory: Directory, clauses: Clauses, asking: Asking) -> None:
        self.directory, self._clauses, self._asking = directory, clauses, asking

    def read(self, text: str, context: Context) -> HomeIntent | None:
        """Read a plain sentence that has a name of this house in it; None where it is no shared one."""
        if text.rpartition(" ")[2] in UNFINISHED or SEVERAL.search(text):
            return None
        for said in recognise(self.directory, text, context.room):
            if said.question:
                if found := ask(self.directory, said.text, context):
                    return replace(found, reason=f"a shared sentence: {said.intent}")
                continue
            reading = self._clauses.understood(said.text, context, context.last)
            if reading is not None and reading.problem in ("", "which", "room", "area"):
                return self._asking.intent(reading, context, f"a shared sentence: {said.intent}")
        return None
