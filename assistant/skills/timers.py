"""Timers: several, named or not; set, asked about, lengthened, paused, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.languages.en.durations import say_duration, say_length
from assistant.languages.en.moments import When, resolve
from assistant.skills.agenda import Agenda, Entry
from assistant.skills.asked import enumerated, request
from assistant.skills.naming import meant, one
from assistant.skills.skill import Said, SkillCall, failed, in_all, missing
from assistant.skills.timer_phrases import Phrases

if TYPE_CHECKING:
    from assistant.parts import Parts

LONGEST_S = 7 * 86_400
LENGTHS = "A timer can take from a second to a week."
#: What is done to timers that are there, and asked of them.
_OF_TIMERS = frozenset("left cancel change to restart pause resume".split())
_IS = {"waiting": "running", "paused": "paused", "": "set"}


class Timers:
    """Any number of timers."""

    name = "timers"
    examples = ("Set a timer for ten minutes.", "How long is left on the pasta timer?", "Add a minute.")

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._phrases = Phrases(self._knows, self._states)

    def _timers(self) -> list[Entry]:
        return self._agenda.entries("timer")

    def _knows(self, name: str) -> bool:
        return bool(name) and bool(meant(name, self._timers(), _called))

    def _states(self) -> frozenset[str]:
        return frozenset(entry.state for entry in self._timers())

    def understand(self, words: str) -> SkillCall | None:
        """Understand what says "timer", and what names one that runs."""
        said = request(words)
        found = self._phrases.understand(said) if said else None
        if found is None:
            return None
        slots = {
            "name": found.names[0] if len(found.names) == 1 else "",
            "names": list(found.names) if len(found.names) > 1 else [],
            "but": list(found.but),
            "lengths": list(found.lengths),
            "seconds": found.seconds,
            "when": found.when.to_json() if found.when is not None else None,
            "all": found.all,
        }
        unmet = found.intent in _OF_TIMERS and not all(self._knows(name) for name in found.names)
        slots = {key: each for key, each in slots.items() if each}
        return SkillCall(skill=self.name, intent=found.intent, slots=slots, unmet=unmet)

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:
        """Do it."""
        name, seconds = str(call.slots.get("name", "")), float(str(call.slots.get("seconds", 0)))
        await self._agenda.settle()
        match call.intent:
            case "ask_length":
                return missing("For how long?")
            case "list":
                return self._all()
            case "set":
                if isinstance(lengths := call.slots.get("lengths"), list):
                    return await self._set_each([float(each) for each in lengths], call.asker, parts)
                return await self._set(name, self._length(seconds, call.slots.get("when")), call.asker, parts)
            case "left":
                return self._left(_names_of(call))
        found = [self._chosen(call, each) for each in _names_of(call)]
        entries = list(dict.fromkeys(entry for each in found if not isinstance(each, Said) for entry in each))
        done = [await self._done(call.intent, entries, seconds)] if entries else []
        return in_all([*done, *(each for each in found if isinstance(each, Said))])

    async def _done(self, intent: str, entries: list[Entry], seconds: float) -> Said:
        """Do something to each of some timers, at least one."""
        if intent == "cancel":
            return Said(spoken=await self._cancel(entries))
        doing = {
            "change": lambda entry: self._change(entry, seconds),
            "to": lambda entry: self._begin_again(entry, seconds),
            "restart": lambda entry: self._begin_again(entry, entry.length_s),
            "pause": self._pause,
            "resume": self._resume,
        }[intent]
        told = [await doing(entry) for entry in entries]
        return in_all([each if isinstance(each, Said) else Said(spoken=each) for each in told])

    def _length(self, seconds: float, when: object) -> float:
        """Return how long a timer runs that ends at a moment."""
        if not isinstance(when, dict):
            return seconds
        at = resolve(When(**when), self._agenda.moment.local())
        return self._agenda.moment.stamp(at) - self._agenda.moment.now() if at is not None else 0.0

    def _chosen(self, call: SkillCall, name: str) -> list[Entry] | Said:
        """Return which timers of a name are meant, at least one; or what to say where none is, or it is so already."""
        intent = call.intent
        state = {"pause": "waiting", "resume": "paused"}.get(intent)
        timers = self._timers()
        fitting = [entry for entry in timers if state is None or entry.state == state]
        if call.slots.get("all"):
            spared = self._spared(call, timers)
            if isinstance(spared, Said):
                return spared
            every = [entry for entry in meant(name, fitting, _called) if entry not in spared]
            none = f"None of them is {_IS[state or '']}." if timers else "There is no timer."
            return every or failed("There is no other timer." if spared else none)
        if len(_names_of(call)) > 1 and not meant(name, timers, _called):
            return failed(f"There is no {name} timer.")
        if intent == "change" and not name and fitting:
            newest = max(fitting, key=lambda entry: entry.id)
            return [newest if len({each.name for each in fitting}) > 1 else fitting[0]]
        already = meant(name, timers, _called)
        if state is not None and already and not meant(name, fitting, _called):
            return failed(f"{_title(already[0])} {'is paused' if intent == 'pause' else 'is running'}, "
                          f"with {say_duration(self._agenda.left_s(already[0]))} left.")  # fmt: skip
        entry = one(name, "timer", fitting, self._told, _called)
        return entry if isinstance(entry, Said) else [entry]

    def _spared(self, call: SkillCall, timers: list[Entry]) -> list[Entry] | Said:
        """Return those of "all timers but" these; nothing is done to the others where one of these is not there."""
        but = call.slots.get("but")
        spared = []
        for name in but if isinstance(but, list) else ():
            found = meant(str(name), timers, _called)
            if not found:
                return failed(f"There is no {name} timer.")
            spared += found
        return spared

    async def _set(self, name: str, seconds: float, asker: str, parts: Parts) -> str | Said:
        if not 1 <= seconds <= LONGEST_S:
            return failed(LENGTHS)
        due_at = self._agenda.moment.now() + seconds
        await self._agenda.add(Entry(kind="timer", name=name, due_at=due_at, length_s=seconds, asker=asker))
        called = f" {name}" if name else ""
        unheard = "" if parts.speaks_first() else " Nothing runs that could tell you: start repartee serve."
        return f"The{called} timer is set for {say_duration(seconds)}.{unheard}"

    async def _set_each(self, lengths: Sequence[float], asker: str, parts: Parts) -> str | Said:
        """Set several at once."""
        if not all(1 <= seconds <= LONGEST_S for seconds in lengths):
            return failed(LENGTHS)
        said = ""
        for seconds in lengths:
            said = str(await self._set("", seconds, asker, parts))
        unheard = said.partition(".")[2]
        return f"{len(lengths)} timers are set, for {enumerated([say_duration(each) for each in lengths])}.{unheard}"

    def _left(self, names: Sequence[str]) -> str | Said:
        timers = self._timers()
        found = list(dict.fromkeys(entry for name in names for entry in meant(name, timers, _called)))
        missing = [name for name in names if not meant(name, timers, _called)]
        if len(names) == 1 and missing:
            entry = one(names[0], "timer", timers, self._told, _called)
            assert isinstance(entry, Said)
            return entry
        told = [Said(spoken=f"{enumerated([self._told(entry) for entry in found[:5]])}.")] if found else []
        return in_all([*told, *(failed(f"There is no {name} timer.") for name in missing)])

    def _all(self) -> str:
        timers = self._timers()
        if not timers:
            return "There is no timer."
        return f"{enumerated([self._told(entry) for entry in timers[:5]])}."

    def _told(self, entry: Entry) -> str:
        """Return "3 minutes left on the pasta timer"."""
        paused = ", which is paused" * (entry.state == "paused")
        return f"{say_duration(self._agenda.left_s(entry))} left on the {_called(entry)} timer{paused}"

    async def _cancel(self, entries: list[Entry]) -> str:
        await self._agenda.remove(entries)
        return f"{len(entries)} timers are cancelled." if len(entries) > 1 else f"{_title(entries[0])} is cancelled."

    async def _change(self, entry: Entry, seconds: float) -> str | Said:
        left = self._agenda.left_s(entry) + seconds
        if left <= 0:
            return failed(f"{_title(entry)} has less than that left.")
        if left > LONGEST_S:
            return failed(LENGTHS)
        changed = replace(entry, length_s=entry.length_s + seconds)
        due_at, left_s = (None, left) if entry.state == "paused" else (self._agenda.moment.now() + left, None)
        await self._agenda.put([replace(changed, due_at=due_at, left_s=left_s)])
        return f"{_title(entry)} now has {say_duration(left)} left."

    async def _begin_again(self, entry: Entry, seconds: float) -> str | Said:
        """Let a timer run from now on, for so long."""
        if not 1 <= seconds <= LONGEST_S:
            return failed(LENGTHS)
        due_at = self._agenda.moment.now() + seconds
        await self._agenda.put([replace(entry, state="waiting", due_at=due_at, left_s=None, length_s=seconds)])
        return f"{_title(entry)} now has {say_duration(seconds)} left."

    async def _pause(self, entry: Entry) -> str | Said:
        left = self._agenda.left_s(entry)
        await self._agenda.put([replace(entry, state="paused", left_s=left, due_at=None)])
        return f"{_title(entry)} is paused with {say_duration(left)} left."

    async def _resume(self, entry: Entry) -> str | Said:
        left = self._agenda.left_s(entry)
        due_at = self._agenda.moment.now() + left
        await self._agenda.put([replace(entry, state="waiting", left_s=None, due_at=due_at)])
        return f"{_title(entry)} goes on, with {say_duration(left)} left."


def _names_of(call: SkillCall) -> list[str]:
    """Return the names that were said; one that is empty where none was."""
    several = call.slots.get("names")
    return [str(each) for each in several] if isinstance(several, list) else [str(call.slots.get("name", ""))]


def _title(entry: Entry) -> str:
    return f"The {_called(entry)} timer"


def _called(entry: Entry) -> str:
    return entry.name or say_length(entry.length_s)
