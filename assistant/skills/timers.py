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
from assistant.skills.skill import Said, SkillCall, failed
from assistant.skills.timer_phrases import Phrases

if TYPE_CHECKING:
    from assistant.parts import Parts

LONGEST_S = 7 * 86_400
LENGTHS = "A timer can take from a second to a week."
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
            "name": found.name,
            "names": list(found.names),
            "lengths": list(found.lengths),
            "seconds": found.seconds,
            "when": found.when.to_json() if found.when is not None else None,
            "all": found.all,
        }
        return SkillCall(skill=self.name, intent=found.intent, slots={key: each for key, each in slots.items() if each})

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:
        """Do it."""
        name, seconds = str(call.slots.get("name", "")), float(str(call.slots.get("seconds", 0)))
        await self._agenda.settle()
        match call.intent:
            case "ask_length":
                return failed("Say for how long, such as: set a timer for ten minutes.")
            case "list":
                return self._all()
            case "set":
                if isinstance(lengths := call.slots.get("lengths"), list):
                    return await self._set_each([float(each) for each in lengths], call.asker, parts)
                return await self._set(name, self._length(seconds, call.slots.get("when")), call.asker, parts)
            case "left":
                return self._left(name)
        entries = self._chosen(call)
        if isinstance(entries, Said):
            return entries
        match call.intent:
            case "cancel":
                return await self._cancel(entries)
            case "change":
                return await self._change(entries[0], seconds)
            case "to":
                return await self._begin_again(entries[0], seconds)
            case "restart":
                return await self._begin_again(entries[0], entries[0].length_s)
            case "pause":
                return " ".join([await self._pause(entry) for entry in entries])
        return " ".join([await self._resume(entry) for entry in entries])

    def _length(self, seconds: float, when: object) -> float:
        """Return how long a timer runs that ends at a moment."""
        if not isinstance(when, dict):
            return seconds
        at = resolve(When(**when), self._agenda.moment.local())
        return self._agenda.moment.stamp(at) - self._agenda.moment.now() if at is not None else 0.0

    def _chosen(self, call: SkillCall) -> list[Entry] | Said:
        """Return which timers are meant, at least one; or what to say where that is not plain, or it is so already."""
        intent, name = call.intent, str(call.slots.get("name", ""))
        state = {"pause": "waiting", "resume": "paused"}.get(intent)
        timers = self._timers()
        fitting = [entry for entry in timers if state is None or entry.state == state]
        if call.slots.get("all"):
            every = meant(name, fitting, _called)
            return every or failed("There is no timer." if not timers else f"None of them is {_IS[state or '']}.")
        named = call.slots.get("names")
        if isinstance(named, list):
            found = [one(str(each), "timer", timers, self._told, _called) for each in named]
            return next((each for each in found if isinstance(each, Said)), [e for e in found if isinstance(e, Entry)])
        if intent == "change" and not name and fitting:
            newest = max(fitting, key=lambda entry: entry.id)
            return [newest if len({each.name for each in fitting}) > 1 else fitting[0]]
        already = meant(name, timers, _called)
        if state is not None and already and not meant(name, fitting, _called):
            return failed(f"{_title(already[0])} {'is paused' if intent == 'pause' else 'is running'}, "
                          f"with {say_duration(self._agenda.left_s(already[0]))} left.")  # fmt: skip
        entry = one(name, "timer", fitting, self._told, _called)
        return entry if isinstance(entry, Said) else [entry]

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

    def _left(self, name: str) -> str | Said:
        found = meant(name, self._timers(), _called)
        if not found:
            entry = one(name, "timer", self._timers(), self._told, _called)
            assert isinstance(entry, Said)
            return entry
        return f"{enumerated([self._told(entry) for entry in found[:5]])}."

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

    async def _pause(self, entry: Entry) -> str:
        left = self._agenda.left_s(entry)
        await self._agenda.put([replace(entry, state="paused", left_s=left, due_at=None)])
        return f"{_title(entry)} is paused with {say_duration(left)} left."

    async def _resume(self, entry: Entry) -> str:
        left = self._agenda.left_s(entry)
        due_at = self._agenda.moment.now() + left
        await self._agenda.put([replace(entry, state="waiting", left_s=None, due_at=due_at)])
        return f"{_title(entry)} goes on, with {say_duration(left)} left."


def _title(entry: Entry) -> str:
    return f"The {_called(entry)} timer"


def _called(entry: Entry) -> str:
    return entry.name or say_length(entry.length_s)
